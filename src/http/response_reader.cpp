#include "http/response_reader.hpp"

#include "http/field_syntax.hpp"
#include "http/plain_response.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace coauth::http {

namespace beast = boost::beast;
using beast::http::field;

namespace {

// What a chunk costs beside its data where nobody plays games: a size, two line ends and some zeros in front.
constexpr std::size_t framing_of_a_chunk = 16;

constexpr unsigned most_interim_answers = 8;

failure refusal(errc code, std::string detail) {
    failure refused;
    refused.code = code;
    refused.detail = std::move(detail);
    return refused;
}

failure too_large(std::string_view what, std::size_t limit, std::string_view option) {
    std::string detail = "the answer's ";
    detail.append(what).append(" over the limit of ").append(std::to_string(limit));
    detail.append("; if that is as it should be, raise pool_options::").append(option);
    return refusal(errc::too_large, std::move(detail));
}

failure malformed(std::string_view what) {
    return refusal(errc::malformed_http, "the answer is not valid HTTP/1.1: " + std::string(what));
}

failure incomplete() {
    return refusal(errc::incomplete_http, "the connection ended in the middle of the answer");
}

/// One message, interim or final. Beast finds its parts; what it lets pass and must not is refused here: unusual
/// transfer codings beside a length, trailers, statuses out of range.
class message_parser final : public beast::http::basic_parser<false> {
public:
    message_parser(const response_limits& limits, response_body body) : limits_(limits) {
        skip(body == response_body::none);
        eager(true);
        body_limit(limits.body_bytes);
        header_limit(static_cast<std::uint32_t>(
            std::min<std::size_t>(limits.header_bytes, std::numeric_limits<std::uint32_t>::max())));
    }

    [[nodiscard]] bool interim() const noexcept { return response_.status() < 200; }
    [[nodiscard]] bool reusable() const noexcept { return reusable_; }
    [[nodiscard]] std::size_t body_bytes() const noexcept { return body_bytes_; }
    [[nodiscard]] std::size_t chunks() const noexcept { return chunks_; }
    [[nodiscard]] http_response take() { return std::move(response_); }

    /// So many bytes have come: as a rule, all of it. The response's own notes of its fields take a little more.
    void expect(std::size_t bytes) { response_.reserve(bytes + 128); }

    [[nodiscard]] failure why(const beast::error_code& error) const {
        if (refused_)
            return *refused_;
        if (error == beast::http::error::header_limit)
            return too_large("header is", limits_.header_bytes, "max_header_bytes");
        if (error == beast::http::error::body_limit)
            return too_large("body is", limits_.body_bytes, "max_body_bytes");
        return malformed(error.message());
    }

private:
    void refuse(failure why, beast::error_code& error) {
        refused_ = std::move(why);
        error = beast::http::error::bad_value;  // any error: it only makes Beast stop
    }

    void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int, beast::error_code&) override {}

    void on_response_impl(int status, beast::string_view, int version, beast::error_code& error) override {
        version_ = version;
        response_.set_status(static_cast<unsigned>(status));
        if (status == 101)
            refuse(malformed("it switches to a protocol nobody asked for"), error);
        else if (status < 100 || status > 599)
            refuse(malformed("its status is out of range"), error);
    }

    void on_field_impl(field id, beast::string_view name, beast::string_view value, beast::error_code& error) override {
        if (header_done_)
            return;  // a trailer
        if (response_.header_count() == limits_.header_fields)
            return refuse(too_large("number of fields is", limits_.header_fields, "max_header_fields"), error);
        if (has_control_character({value.data(), value.size()}))
            return refuse(malformed("a field's value has a control character"), error);
        note_framing(id, value);
        response_.add_header({name.data(), name.size()}, {value.data(), value.size()});
    }

    void note_framing(field id, beast::string_view value) {
        if (id == field::content_length)
            has_length_ = true;
        if (id == field::transfer_encoding) {
            just_chunked_ = !has_transfer_coding_ && beast::iequals(value, "chunked");
            has_transfer_coding_ = true;
        }
        if (id == field::content_encoding && !value.empty() && !beast::iequals(value, "identity"))
            encoded_ = true;
    }

    void on_header_impl(beast::error_code& error) override {
        header_done_ = true;
        reusable_ = version_ == 11 && keep_alive();  // now: a trailer may say otherwise, and nobody is to believe it
        if (has_transfer_coding_ && (has_length_ || version_ < 11))
            refuse(malformed("Transfer-Encoding beside Content-Length, or in HTTP/1.0"), error);
        else if (has_transfer_coding_ && !just_chunked_)
            refuse(refusal(errc::unsupported_encoding, "the answer has a transfer coding other than chunked"), error);
        else if (encoded_ && !is_done())
            refuse(refusal(errc::unsupported_encoding, "the answer is compressed although that was not asked for"),
                   error);
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, beast::error_code&) override {
        if (has_length_ && length)
            response_.reserve(static_cast<std::size_t>(*length));
    }

    std::size_t on_body_impl(beast::string_view bytes, beast::error_code& error) override {
        take_body({bytes.data(), bytes.size()}, error);
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override { ++chunks_; }

    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, beast::error_code& error) override {
        take_body({bytes.data(), bytes.size()}, error);
        return bytes.size();
    }

    void take_body(std::string_view bytes, beast::error_code& error) {
        body_bytes_ += bytes.size();
        if (body_bytes_ > limits_.body_bytes)
            refuse(too_large("body is", limits_.body_bytes, "max_body_bytes"), error);
        else
            response_.append_body(bytes);
    }

    void on_finish_impl(beast::error_code&) override {}

    const response_limits& limits_;
    http_response response_;
    std::optional<failure> refused_;
    std::size_t body_bytes_ = 0;
    std::size_t chunks_ = 0;
    int version_ = 0;
    bool header_done_ = false;
    bool has_length_ = false;
    bool has_transfer_coding_ = false;
    bool just_chunked_ = false;
    bool encoded_ = false;
    bool reusable_ = false;
};

}  // namespace

class response_reader::answer {
public:
    explicit answer(const response_limits& limits) : limits_(limits) {}

    void begin(response_body body) {
        body_ = body;
        plain_.reset();
        parser_.reset();
        bytes_in_message_ = 0;
        interim_bytes_ = 0;
        interim_answers_ = 0;
        started_ = false;
    }

    [[nodiscard]] bool started() const noexcept { return started_; }
    [[nodiscard]] bool done() const noexcept { return plain_ || (parser_ && parser_->is_done()); }
    [[nodiscard]] bool keep_alive() const noexcept {
        return plain_ ? plain_->keep_alive : parser_ && parser_->reusable();
    }
    [[nodiscard]] http_response take() { return plain_ ? std::move(plain_->response) : parser_->take(); }

    result<std::size_t> feed(std::string_view bytes) {
        if (bytes.empty() || done())
            return 0;
        if (!std::exchange(started_, true)) {
            if (body_ == response_body::framed)
                plain_ = read_plain_response(bytes, limits_);
            if (plain_)
                return plain_->bytes;
            parser_.emplace(limits_, body_);
            parser_->expect(bytes.size());
        }
        return parse(bytes);
    }

    result<void> finish_at_eof() {
        beast::error_code error;
        if (!started_ || (parser_ && !parser_->got_some()))
            return incomplete();
        if (!done())
            parser_->put_eof(error);
        if (error)
            return incomplete();
        return {};
    }

private:
    result<std::size_t> parse(std::string_view bytes) {
        std::size_t used = 0;
        while (used < bytes.size() && !done() && !too_short_for_chunk(bytes.size() - used)) {
            beast::error_code error;
            const std::size_t count = parser_->put(boost::asio::buffer(bytes.substr(used)), error);
            used += count;
            bytes_in_message_ += count;
            const bool starved = error == beast::http::error::need_more;
            if (error && !starved)
                return parser_->why(error);
            if (overhead() + (starved ? bytes.size() - used : 0) > limits_.header_bytes)
                return too_large("header is", limits_.header_bytes, "max_header_bytes");
            if (starved)
                break;
            if (done() && parser_->interim() && !skip_interim())
                return malformed("too many interim answers");
        }
        return used;
    }

    /// Less than "0", CRLF, CRLF completes no chunked body, and Beast 1.81 asserts that it is never given less of that.
    [[nodiscard]] bool too_short_for_chunk(std::size_t bytes) const {
        return bytes < 5 && parser_->is_header_done() && parser_->chunked();
    }

    /// The bytes that are not body, but for what chunks cost in good faith.
    [[nodiscard]] std::size_t overhead() const noexcept {
        const std::size_t expected = parser_->body_bytes() + parser_->chunks() * framing_of_a_chunk;
        return interim_bytes_ + bytes_in_message_ - std::min(bytes_in_message_, expected);
    }

    bool skip_interim() {
        interim_bytes_ += std::exchange(bytes_in_message_, 0);
        parser_.emplace(limits_, body_);
        return ++interim_answers_ <= most_interim_answers;
    }

    const response_limits limits_;
    response_body body_{};
    std::optional<plain_response> plain_;
    std::optional<message_parser> parser_;  ///< Where the answer is no plain one.
    std::size_t bytes_in_message_ = 0;
    std::size_t interim_bytes_ = 0;
    unsigned interim_answers_ = 0;
    bool started_ = false;
};

response_reader::response_reader(response_limits limits) : answer_(std::make_unique<answer>(limits)) {}

response_reader::~response_reader() = default;

void response_reader::begin(response_body body) {
    answer_->begin(body);
}

result<std::size_t> response_reader::feed(std::string_view bytes) {
    return answer_->feed(bytes);
}

result<void> response_reader::finish_at_eof() {
    return answer_->finish_at_eof();
}

bool response_reader::started() const noexcept {
    return answer_->started();
}

bool response_reader::done() const noexcept {
    return answer_->done();
}

bool response_reader::keep_alive() const noexcept {
    return answer_->keep_alive();
}

http_response response_reader::take() {
    return answer_->take();
}

}  // namespace coauth::http
