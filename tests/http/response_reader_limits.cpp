#include "http/response_reader.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace coauth;
using coauth::http::response_body;
using coauth::http::response_limits;
using coauth::http::response_reader;

namespace {

const response_limits small{.header_bytes = 200, .header_fields = 5, .body_bytes = 100};

/// Gives bytes as a connection would, without end if need be, and says what ended it and after how many bytes.
class flood {
public:
    explicit flood(response_limits limits, std::size_t at_once = 64) : reader_(limits), at_once_(at_once) {
        reader_.begin(response_body::framed);
    }

    /// False when the answer was refused.
    bool pour(std::string_view bytes) {
        while (!bytes.empty() && !refused_) {
            waiting_.append(bytes.substr(0, at_once_));
            given_ += std::min(at_once_, bytes.size());
            bytes.remove_prefix(std::min(at_once_, bytes.size()));
            const auto used = reader_.feed(waiting_);
            if (used)
                waiting_.erase(0, *used);
            else
                refused_ = used.error();
            most_waiting_ = std::max(most_waiting_, waiting_.size());
        }
        return !refused_;
    }

    bool pour_without_end(std::string_view bytes) {
        while (given_ < 10'000'000)
            if (!pour(bytes))
                return false;
        return true;
    }

    response_reader reader_;
    std::size_t at_once_;
    std::string waiting_;
    std::size_t given_ = 0;
    std::size_t most_waiting_ = 0;
    std::optional<failure> refused_;
};

void check_refused(const flood& poured, std::size_t after_at_most) {
    REQUIRE(poured.refused_);
    CHECK(poured.refused_->code == errc::too_large);
    CHECK(poured.refused_->detail.find("pool_options::max_") != std::string::npos);
    CHECK(poured.given_ <= after_at_most + poured.at_once_);
    CHECK(poured.most_waiting_ <= small.header_bytes + poured.at_once_);
}

}  // namespace

TEST_CASE("a header without end is refused at its limit") {
    for (const std::string start : {"", "HTTP/1.1 200 ", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nX: "}) {
        CAPTURE(start);
        for (const std::size_t at_once : {std::size_t{1}, std::size_t{64}, std::size_t{5000}}) {
            flood poured{small, at_once};
            poured.pour(start);
            const bool line = start.size() == std::string("HTTP/1.1 200 OK\r\n").size();
            if (start.empty())
                poured.pour_without_end("H");
            else
                poured.pour_without_end(line ? "X: y\r\n" : "a");
            REQUIRE(poured.refused_);
            CHECK((start.empty() || poured.refused_->code == errc::too_large));
            CHECK(poured.given_ <= small.header_bytes + 2 * at_once);
        }
    }
}

TEST_CASE("a header of just the limit passes, one byte more does not") {
    const std::string start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: ";
    for (const std::size_t at_once : {std::size_t{1}, std::size_t{1000}}) {
        flood fits{small, at_once};
        CHECK(fits.pour(start + std::string(small.header_bytes - start.size() - 4, 'x') + "\r\n\r\n"));
        CHECK(fits.reader_.done());
        flood over{small, at_once};
        CHECK_FALSE(over.pour(start + std::string(small.header_bytes - start.size() - 3, 'x') + "\r\n\r\n"));
        CHECK(over.refused_->code == errc::too_large);
    }
}

TEST_CASE("the number of fields has a limit") {
    flood fits{small};
    CHECK(fits.pour("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n"));
    CHECK(fits.reader_.done());
    flood over{small};
    CHECK_FALSE(over.pour("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n\r\n"));
    CHECK(over.refused_->code == errc::too_large);
}

TEST_CASE("a body of just the limit passes, one byte more does not, whatever frames it") {
    const std::string just(small.body_bytes, 'x');
    const std::string over(small.body_bytes + 1, 'x');
    for (const std::size_t at_once : {std::size_t{1}, std::size_t{1000}}) {
        for (const auto& [start, end] :
             {std::pair<std::string, std::string>{"HTTP/1.1 200 OK\r\n\r\n", ""},
              {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n63\r\n", "\r\n0\r\n\r\n"},
              {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", ""}}) {
            const bool chunked = !end.empty();
            flood fits{small, at_once};
            CHECK(fits.pour(start + just.substr(chunked ? 1 : 0) + end));
            CHECK(fits.reader_.finish_at_eof().has_value());
            CHECK(fits.reader_.take().body().size() == small.body_bytes);
        }
        flood with_length{small, at_once};
        CHECK_FALSE(with_length.pour("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"));
        flood to_the_end{small, at_once};
        CHECK_FALSE(to_the_end.pour("HTTP/1.1 200 OK\r\n\r\n" + over));
        flood chunked{small, at_once};
        CHECK_FALSE(chunked.pour("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n32\r\n" + just.substr(50) +
                                 "\r\n33\r\n" + just.substr(49) + "\r\n0\r\n\r\n"));
        for (const flood* each : {&with_length, &to_the_end, &chunked})
            CHECK(each->refused_->code == errc::too_large);
    }
}

TEST_CASE("a body without end is refused at its limit") {
    flood to_the_end{small};
    to_the_end.pour("HTTP/1.1 200 OK\r\n\r\n");
    CHECK_FALSE(to_the_end.pour_without_end("xxxxxxxxxx"));
    check_refused(to_the_end, 300);

    flood chunked{small};
    chunked.pour("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK_FALSE(chunked.pour_without_end("1\r\nx\r\n"));
    check_refused(chunked, 1000);
}

TEST_CASE("chunk framing without end is refused: extensions, zeros, trailers") {
    for (const auto& [start, more] : {std::pair<std::string, std::string>{"1;", "a"},
                                      {"1;a=\"", "b"},
                                      {"", "0"},
                                      {"1\r\nx\r\n0\r\n", "X: y\r\n"},
                                      {"1\r\nx\r\n0\r\nX: ", "y"},
                                      {"", "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n"}}) {
        CAPTURE(start);
        CAPTURE(more);
        for (const std::size_t at_once : {std::size_t{1}, std::size_t{64}}) {
            flood poured{small, at_once};
            poured.pour("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + start);
            CHECK_FALSE(poured.pour_without_end(more));
            check_refused(poured, 700);
        }
    }
}

TEST_CASE("a large body in small chunks is no abuse") {
    flood poured{response_limits{}, 4000};
    std::string wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 50'000; ++i)
        wire += "1\r\nx\r\n";
    CHECK(poured.pour(wire + "0\r\n\r\n"));
    REQUIRE(poured.reader_.done());
    CHECK(poured.reader_.take().body().size() == 50'000);
}

TEST_CASE("interim answers share one limit with the header") {
    const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
    flood poured{small};
    for (int i = 0; i < 3; ++i)
        CHECK(poured.pour(interim));
    CHECK_FALSE(poured.pour(interim + interim));
    CHECK(poured.refused_->code == errc::too_large);
}
