#include "http/response_reader.hpp"
#include "tests/http/canned_replies.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

using namespace coauth;
using coauth::http::response_body;
using coauth::http::response_limits;
using coauth::http::response_reader;

namespace {

std::string refused(const failure& why) {
    CHECK(class_of(why.code) == failure_class::protocol);
    return "refused";
}

/// What is read from `wire`, given in pieces of `at_once` bytes, when the connection then ends in good order: status,
/// fields, body, and whether the connection may be used again.
std::string read(const std::string& wire, std::size_t at_once) {
    response_reader reader{response_limits{}};
    reader.begin(response_body::framed);
    std::string waiting;
    for (std::size_t at = 0; at < wire.size() && !reader.done(); at += at_once) {
        waiting.append(wire, at, at_once);
        const auto used = reader.feed(waiting);
        if (!used)
            return refused(used.error());
        waiting.erase(0, *used);
    }
    if (const auto finished = reader.finish_at_eof(); !finished)
        return refused(finished.error());
    std::string shown = reader.keep_alive() ? "kept " : "closed ";
    const http_response answer = reader.take();
    shown += std::to_string(answer.status()) + " " + std::to_string(answer.header_count()) + " fields ";
    for (const std::string_view name : {"Content-Type", "Content-Length", "Connection", "Server", "Date"})
        shown.append("[").append(answer.header(name).value_or("none")).append("] ");
    return shown.append(answer.body());
}

}  // namespace

TEST_CASE("whatever byte is wrong, an answer is read alike in one piece and byte by byte") {
    const std::string wrong{"\0\r\n\t :;,0fZ\"\x7f\xff", 15};
    std::size_t refused = 0;
    for (const auto& reply : test::canned_replies()) {
        CAPTURE(reply.name);
        for (std::size_t at = 0; at < reply.wire.size(); ++at) {
            for (const char byte : wrong) {
                std::string mutated = reply.wire;
                mutated[at] = byte;
                const std::string whole = read(mutated, mutated.size());
                REQUIRE_MESSAGE(whole == read(mutated, 1), "byte ", int{byte}, " at ", at);
                refused += whole == "refused";
            }
        }
    }
    CHECK(refused > 1000);
}

TEST_CASE("whatever byte is missing or doubled, an answer is read alike in one piece and byte by byte") {
    for (const auto& reply : test::canned_replies()) {
        CAPTURE(reply.name);
        for (std::size_t at = 0; at < reply.wire.size(); ++at) {
            CAPTURE(at);
            for (const std::size_t times : {std::size_t{0}, std::size_t{2}}) {
                std::string mutated = reply.wire;
                mutated.replace(at, 1, times, reply.wire[at]);
                REQUIRE(read(mutated, mutated.size()) == read(mutated, 1));
            }
        }
    }
}
