#include "core/field_lengths.hpp"
#include "core/growing_text.hpp"
#include "core/spare_texts.hpp"

#include <coauth/core/http_message.hpp>

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace coauth {

namespace {

// Before each field stand its lengths.

constexpr std::string_view before_value = ": ";
constexpr std::string_view line_end = "\r\n";

std::size_t line_size(const field_lengths& lengths) noexcept {
    return std::size_t{lengths.of_name} + before_value.size() + lengths.of_value + line_end.size();
}

field_lengths lengths_at(const char* at) noexcept {
    field_lengths found;
    std::memcpy(&found, at, sizeof found);
    return found;
}

std::string with_room(std::string_view text, std::size_t room) {
    std::string made = spare_text(text.size() + room);
    made.append(text);
    return made;
}

void set_lengths(char* at, std::size_t of_name, std::size_t of_value) noexcept {
    const field_lengths both{static_cast<std::uint32_t>(of_name), static_cast<std::uint32_t>(of_value)};
    std::memcpy(at, &both, sizeof both);
}

/// Returns where it ends.
char* write(char* at, std::string_view text) noexcept {
    return std::copy(text.begin(), text.end(), at);
}

/// So many bytes more, which `write(char* at)` writes. They may come from the text itself, so what it was lasts until
/// they are written.
template <class Write>
void append(std::string& text, std::size_t bytes, Write&& write) {
    const std::size_t at = text.size();
    if (bytes <= text.capacity() - at) {
        text.append(bytes, '\0');
        write(text.data() + at);
    } else {
        std::string larger = grown(text, bytes);
        larger.append(bytes, '\0');
        write(larger.data() + at);
        replace_wiped(text, larger);
    }
}

}  // namespace

http_message::http_message(std::string text, std::size_t in_front)
    : fields_at_(in_front), body_at_(in_front), text_(std::move(text)) {}

http_message::http_message(std::string_view fields, std::span<const field_lengths> lengths, std::string_view body)
    : header_count_(lengths.size()),
      body_at_(lengths.size_bytes() + fields.size()),
      text_(spare_text(body_at_ + body.size())) {
    text_.append(body_at_, '\0');
    char* at = text_.data();
    for (const field_lengths& each : lengths) {
        const std::string_view line = fields.substr(0, line_size(each));
        set_lengths(at, each.of_name, each.of_value);
        at = write(at + sizeof each, line);
        fields.remove_prefix(line.size());
    }
    text_.append(body);
}

void http_message::let_go() noexcept {
    wipe(text_);
    keep_spare(text_);
}

http_message& http_message::operator=(http_message&& other) noexcept {
    if (this == &other) {
        return *this;
    }
    if (!text_.empty() || has_own_memory(text_)) {
        let_go();
    }
    header_count_ = std::exchange(other.header_count_, 0);
    fields_at_ = std::exchange(other.fields_at_, 0);
    body_at_ = std::exchange(other.body_at_, 0);
    const bool is_copied = !has_own_memory(other.text_);
    text_ = std::move(other.text_);
    if (is_copied) {
        wipe(other.text_);
    }
    return *this;
}

header_field http_message::field_range::iterator::operator*() const noexcept {
    const auto [of_name, of_value] = lengths_at(at_);
    const char* const name = at_ + sizeof(field_lengths);
    return {{name, of_name}, {name + of_name + before_value.size(), of_value}};
}

http_message::field_range::iterator& http_message::field_range::iterator::operator++() noexcept {
    at_ += sizeof(field_lengths) + line_size(lengths_at(at_));
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
    const std::size_t at = text_.size();
    const std::size_t bytes =
        sizeof(field_lengths) + name.size() + before_value.size() + value.size() + line_end.size();
    append(text_, bytes, [&](char* begin) {
        set_lengths(begin, name.size(), value.size());
        write(write(write(write(begin + sizeof(field_lengths), name), before_value), value), line_end);
    });
    put_before_body(at);
}

void http_message::write_headers(std::string& to) const {
    const char* const end = text_.data() + body_at_;
    for (const char* at = text_.data() + fields_at_; at != end;) {
        const std::size_t size = line_size(lengths_at(at));
        to.append(at + sizeof(field_lengths), size);
        at += sizeof(field_lengths) + size;
    }
}

std::size_t http_message::header_bytes() const noexcept {
    return body_at_ - fields_at_ - header_count_ * sizeof(field_lengths);
}

// A field is written at the end, and goes before the body when it is whole.

std::size_t http_message::begin_field(std::string_view name) {
    const std::size_t at = text_.size();
    append(text_, sizeof(field_lengths) + name.size() + before_value.size(),
           [&](char* begin) { write(write(begin + sizeof(field_lengths), name), before_value); });
    return at;
}

void http_message::end_field(std::size_t at, std::size_t name_length) {
    const std::size_t value_length = text_.size() - at - sizeof(field_lengths) - name_length - before_value.size();
    append(text_, line_end.size(), [](char* end) { write(end, line_end); });
    set_lengths(text_.data() + at, name_length, value_length);
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
    append(text_, bytes.size(), [&](char* at) { write(at, bytes); });
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
    http_message::operator=(std::move(other));
    method_.swap(other.method_);
    safe_url_.swap(other.safe_url_);
    provider.swap(other.provider);
    operation.swap(other.operation);
    std::swap(url_is_safe_, other.url_is_safe_);
    checked_fields_ = other.checked_fields_;
    idempotent = other.idempotent;
    timeout = other.timeout;
    return *this;
}

void http_request::set_safe_url(std::string_view url) {
    url_is_safe_ = url == this->url();
    safe_url_ = url_is_safe_ ? std::string_view() : url;
}

http_response::http_response(unsigned status, std::string body) : http_message(std::move(body)), status_(status) {}

http_response::http_response(unsigned status, std::string_view fields, std::span<const field_lengths> lengths,
                             std::string_view body)
    : http_message(fields, lengths, body), status_(status) {}

http_response received_response(unsigned status, std::string_view fields, std::span<const field_lengths> lengths,
                                std::string_view body) {
    return {status, fields, lengths, body};
}

}  // namespace coauth
