#include <coauth/core/http_message.hpp>
#include <coauth/core/secret.hpp>

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

namespace coauth {

http_request::http_request(std::string its_method, std::string its_url)
    : method(std::move(its_method)), url(std::move(its_url)) {}

// What was there before dies, and is wiped, with `other`.
http_request& http_request::operator=(http_request other) noexcept {
    method.swap(other.method);
    url.swap(other.url);
    headers.swap(other.headers);
    body.swap(other.body);
    safe_url.swap(other.safe_url);
    provider.swap(other.provider);
    operation.swap(other.operation);
    idempotent = other.idempotent;
    timeout = other.timeout;
    return *this;
}

http_request::~http_request() {
    wipe(url);
    wipe(body);
    for (auto& [name, value] : headers) {
        wipe(value);
    }
}

namespace {

using length = std::uint32_t;

constexpr std::size_t both_lengths = 2 * sizeof(length);

length length_at(const std::string& text, std::size_t at) noexcept {
    length found = 0;
    std::memcpy(&found, text.data() + at, sizeof found);
    return found;
}

std::array<char, sizeof(length)> bytes_of(std::size_t size) {
    return std::bit_cast<std::array<char, sizeof(length)>>(static_cast<length>(size));
}

}  // namespace

http_response::http_response(unsigned status, std::string body) : status_(status), text_(std::move(body)) {}

http_response::http_response(http_response&& other) noexcept
    : status_(std::exchange(other.status_, 0)),
      header_count_(std::exchange(other.header_count_, 0)),
      body_at_(std::exchange(other.body_at_, 0)),
      text_(std::move(other.text_)) {}

http_response& http_response::operator=(http_response other) noexcept {
    status_ = other.status_;
    header_count_ = other.header_count_;
    body_at_ = other.body_at_;
    text_.swap(other.text_);
    return *this;
}

http_response::~http_response() {
    wipe(text_);
}

std::optional<std::string_view> http_response::header(std::string_view name) const noexcept {
    const std::string_view text = text_;
    for (std::size_t at = 0; at != body_at_;) {
        const std::size_t name_length = length_at(text_, at);
        const std::size_t value_length = length_at(text_, at + sizeof(length));
        at += both_lengths;
        if (name_length == name.size() && boost::urls::grammar::ci_is_equal(text.substr(at, name_length), name)) {
            return text.substr(at + name_length, value_length);
        }
        at += name_length + value_length;
    }
    return std::nullopt;
}

http_response& http_response::add_header(std::string_view name, std::string_view value) {
    const std::size_t bytes = both_lengths + name.size() + value.size();
    reserve(bytes);
    const std::size_t at = std::exchange(body_at_, body_at_ + bytes);
    text_.insert(at, bytes, '\0');
    const auto lengths = {bytes_of(name.size()), bytes_of(value.size())};
    char* to = text_.data() + at;
    for (const auto& each : lengths) {
        to = std::copy(each.begin(), each.end(), to);
    }
    std::copy(value.begin(), value.end(), std::copy(name.begin(), name.end(), to));
    ++header_count_;
    return *this;
}

void http_response::append_body(std::string_view bytes) {
    reserve(bytes.size());
    text_.append(bytes);
}

// Where the text has to grow, no copy is left behind.
void http_response::reserve(std::size_t bytes) {
    if (bytes <= text_.capacity() - text_.size()) {
        return;
    }
    std::string larger;
    larger.reserve(std::max(text_.size() + bytes, 2 * text_.capacity()));
    larger.append(text_);
    wipe(text_);
    text_.swap(larger);
}

}  // namespace coauth
