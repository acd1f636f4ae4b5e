#include "game_backend/words_for_players.hpp"

#include <boost/asio/error.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <stdexcept>
#include <string>

namespace game_backend {
namespace {

using namespace std::chrono_literals;

coauth::failure failure_of(coauth::errc code) {
    coauth::failure why;
    why.code = code;
    why.provider_text = "<b>foreign</b>";
    return why;
}

parting parting_by(std::exception_ptr thrown) {
    return parting_of(thrown, "HitKey");
}

TEST_CASE("every failure is told in words of our own, and the words say what to do") {
    for (const coauth::errc code :
         {coauth::errc::access_denied, coauth::errc::timeout, coauth::errc::circuit_open, coauth::errc::server_error,
          coauth::errc::token_expired, coauth::errc::invalid_grant, coauth::errc::connection_lost}) {
        CAPTURE(name_of(code));
        for (const std::string& words : {words_for_player(failure_of(code), "HitKey"),
                                         parting_by(std::make_exception_ptr(coauth::error{failure_of(code)})).text}) {
            CHECK(words.find("HitKey") != words.npos);
            CHECK(words.find("foreign") == words.npos);
        }
    }
    CHECK(words_for_player(failure_of(coauth::errc::token_expired), "HitKey").find("log in") != std::string::npos);
}

TEST_CASE("the provider's own pause is told") {
    coauth::failure why = failure_of(coauth::errc::circuit_open);
    why.retry_after = 7s;
    CHECK(words_for_player(why, "HitKey").ends_with("in 7 s."));
}

TEST_CASE("whoever leaves is parted from, and so is a coroutine that Asio ended") {
    CHECK(parting_by(std::make_exception_ptr(coauth::error{failure_of(coauth::errc::cancelled)})).reason ==
          "cancelled");
    const boost::system::system_error aborted{boost::asio::error::operation_aborted};
    CHECK(parting_by(std::make_exception_ptr(aborted)).reason == "cancelled");
}

TEST_CASE("what nobody foresaw is told as well") {
    const parting told = parting_by(std::make_exception_ptr(std::runtime_error{"inside"}));
    CHECK(told.reason == "unknown");
    CHECK_FALSE(told.text.empty());
    CHECK(told.text.find("inside") == told.text.npos);
}

}  // namespace
}  // namespace game_backend
