#include "cli/callback_gate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace coauth::cli {
namespace {

namespace asio = boost::asio;

failure make_failure(errc code, const client& at, std::string detail) {
    failure what;
    what.code = code;
    what.step = "callback";
    what.provider = at.profile().name();
    what.detail = std::move(detail);
    return what;
}

}  // namespace

callback_gate::callback_gate(executor where, client at, authorization login)
    : at_(std::move(at)), login_(std::move(login)), timer_(where) {}

verdict callback_gate::offer(std::string_view callback) {
    try {
        grant_ = at_.read_callback(login_, callback);
        return verdict::accepted;
    } catch (const error& thrown) {
        failed_ = thrown.details();
        return class_of(thrown.reason()) == failure_class::refused ? verdict::refused : verdict::ignored;
    }
}

void callback_gate::close() {
    closed_ = true;
    timer_.cancel();
}

awaitable<grant> callback_gate::wait(std::chrono::milliseconds longest,
                                     std::function<void(std::chrono::seconds left)> tick) {
    using steady = std::chrono::steady_clock;
    const auto deadline = steady::now() + longest;
    for (auto now = steady::now(); !closed_ && now < deadline; now = steady::now()) {
        tick(std::chrono::ceil<std::chrono::seconds>(deadline - now));
        timer_.expires_at(std::min<steady::time_point>(deadline, now + std::chrono::seconds{1}));
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (!closed_) {
        throw error(make_failure(errc::timeout, at_, "the browser did not come back; --wait sets how long to wait"));
    }
    co_return outcome();
}

grant callback_gate::outcome() {
    if (grant_) {
        return std::move(*grant_);
    }
    throw error(failed_ ? *failed_ : make_failure(errc::callback_code_missing, at_, "nothing was pasted"));
}

}  // namespace coauth::cli
