#include "core/growing_text.hpp"
#include "core/spare_texts.hpp"

#include <coauth/core/http_message.hpp>

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace coauth {

namespace {

using length = std::uint32_t;

/// What stands before each field: the lengths of its name and its value.
using lengths = std::array<length, 2>;

lengths lengths_at(const char* at) noexcept {
    lengths found{};
    std::memcpy(found.data(), at, sizeof found);
    return found;
}

std::string with_room(std::string_view text, std::size_t room) {
    std::string made = spare_text(text.size() + room);
    made.append(text);
    return made;
}

void set_lengths(char* at, std::size_t of_name, std::size_t of_value) noexcept {
    const lengths both{static_cast<length>(of_name), static_cast<length>(of_value)};
    std::memcpy(at, both.data(), sizeof both);
}

std::size_t bytes_of(const header_field& field) noexcept {
    return sizeof(lengths) + field.name.size() + field.value.size();
}

/// Returns where it ends.
char* write_field(char* at, const header_field& field) noexcept {
    set_lengths(at, field.name.size(), field.value.size());
    at = std::copy(field.name.begin(), field.name.end(), at + sizeof(lengths));
    return std::copy(field.value.begin(), field.value.end(), at);
}

/// So many bytes more, which `write(char* at)` writes. They may come from the text itself, so what it was lasts until
/// they are written.
template <class Write>
void append(std::string& text, std::size_t bytes, Write&& write) {
    const std::size_t at = text.size();
    if (bytes <= text.capacity() - at) {
        text.resize(at + bytes);
        write(text.data() + at);
    } else {
        std::string larger = grown(text, bytes);
        larger.resize(at + bytes);
        write(larger.data() + at);
        replace_wiped(text, larger);
    }
}

}  // namespace

http_message::http_message(std::string text, std::size_t in_front)
    : fields_at_(in_front), body_at_(in_front), text_(std::move(text)) {}

http_message::http_message(std::span<const header_field> headers, std::string_view body)
    : header_count_(headers.size()) {
    for (const header_field& each : headers) {
        body_at_ += bytes_of(each);
    }
    text_ = spare_text(body_at_ + body.size());
    text_.resize(body_at_);
    char* at = text_.data();
    for (const header_field& each : headers) {
        at = write_field(at, each);
    }
    text_.append(body);
}

void http_message::let_go() noexcept {
    wipe(text_);
    keep_spare(text_);
}

void http_message::swap(http_message& other) noexcept {
    std::swap(header_count_, other.header_count_);
    std::swap(fields_at_, other.fields_at_);
    std::swap(body_at_, other.body_at_);
    text_.swap(other.text_);
}

header_field http_message::field_range::iterator::operator*() const noexcept {
    const auto [of_name, of_value] = lengths_at(at_);
    const char* const name = at_ + sizeof(lengths);
    return {{name, of_name}, {name + of_name, of_value}};
}

http_message::field_range::iterator& http_message::field_range::iterator::operator++() noexcept {
    const auto [of_name, of_value] = lengths_at(at_);
    at_ += sizeof(lengths) + of_name + of_value;
    return *this;
}

std::optional<std::string_view> http_message::header(std::string_view name) const noexcept {
    for (const header_field each : headers()) {
        if (each.name.size() == name.size() &&
            (each.name == name || boost::urls::grammar::ci_is_equal(each.name, name))) {
            return each.value;
        }
    }
    return std::nullopt;
}

void http_message::add_header(std::string_view name, std::string_view value) {
    const header_field field{name, value};
    const std::size_t at = text_.size();
    append(text_, bytes_of(field), [&](char* begin) { write_field(begin, field); });
    put_before_body(at);
}

// A field is written at the end, and goes before the body when it is whole.

std::size_t http_message::begin_field(std::string_view name) {
    const std::size_t at = text_.size();
    const header_field field{name, {}};
    append(text_, bytes_of(field), [&](char* begin) { write_field(begin, field); });
    return at;
}

void http_message::end_field(std::size_t at, std::size_t name_length) noexcept {
    set_lengths(text_.data() + at, name_length, text_.size() - at - sizeof(lengths) - name_length);
    put_before_body(at);
}

void http_message::put_before_body(std::size_t field_at) noexcept {
    const std::size_t bytes = text_.size() - field_at;
    if (field_at != body_at_) {
        std::rotate(text_.data() + body_at_, text_.data() + field_at, text_.data() + text_.size());
    }
    body_at_ += bytes;
    ++header_count_;
}

void http_message::take_back_field(std::size_t at) noexcept {
    std::fill(text_.data() + at, text_.data() + text_.size(), '\0');
    text_.resize(at);
}

void http_message::append_body(std::string_view bytes) {
    append(text_, bytes.size(), [&](char* at) { std::copy(bytes.begin(), bytes.end(), at); });
}

void http_message::grow(std::size_t bytes) {
    std::string larger = grown(text_, bytes);
    replace_wiped(text_, larger);
}

http_request::http_request() : http_request("GET", {}) {}

http_request::http_request(std::string_view method, std::string_view url, std::size_t room)
    : http_message(with_room(url, room), url.size()), method_(method) {}

// What was there before dies, and is wiped, with `other`.
http_request& http_request::operator=(http_request other) noexcept {
    http_message::swap(other);
    method_.swap(other.method_);
    safe_url_.swap(other.safe_url_);
    provider.swap(other.provider);
    operation.swap(other.operation);
    std::swap(url_is_safe_, other.url_is_safe_);
    idempotent = other.idempotent;
    timeout = other.timeout;
    return *this;
}

void http_request::set_safe_url(std::string_view url) {
    url_is_safe_ = url == this->url();
    safe_url_ = url_is_safe_ ? std::string_view() : url;
}

http_response::http_response(unsigned status, std::string body) : http_message(std::move(body)), status_(status) {}

http_response::http_response(unsigned status, std::span<const header_field> headers, std::string_view body)
    : http_message(headers, body), status_(status) {}

http_response& http_response::operator=(http_response other) noexcept {
    http_message::swap(other);
    std::swap(status_, other.status_);
    return *this;
}

}  // namespace coauth
