#pragma once

#include <coauth/core/secret.hpp>

#include <chrono>
#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace coauth {

/// A header field of a message. Both views live until the message changes or dies.
struct header_field {
    std::string_view name;   ///< As it was written or received, in any case.
    std::string_view value;  ///< Without space around it, where it was received.
};

struct field_lengths;   ///< Of a field's name and value; the library's own.
struct checked_fields;  ///< Of a request; the library's own.

/// What requests and responses have in common: header fields and a body. All of it stands in one piece of memory, which
/// is wiped when the message dies or is assigned over, and when it grows, for all of it may carry secrets.
class http_message {
public:
    /// The first field of that name, whatever its case; the view lives until the message changes or dies.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;

    class field_range;
    [[nodiscard]] field_range headers() const noexcept;                                ///< All fields, in their order.
    [[nodiscard]] std::size_t header_count() const noexcept { return header_count_; }  ///< Without counting them.

    void add_header(std::string_view name, std::string_view value);  ///< Behind those there are. Nothing is checked.

    /// Appends all fields to `to` as they are sent: each its name, ": ", its value, CRLF. Nothing is checked.
    void write_headers(std::string& to) const;
    [[nodiscard]] std::size_t header_bytes() const noexcept;  ///< How many bytes that are.

    /// As long as the message is unchanged.
    [[nodiscard]] std::string_view body() const noexcept { return std::string_view{text_}.substr(body_at_); }
    void append_body(std::string_view bytes);  ///< Behind what is there.

    /// The same for what is written piece by piece: `write(std::string& to)` appends to `to`, and does nothing else
    /// with it. Where it grows, it has to wipe what it leaves. Returns what `write` returns.
    template <class Write>
    auto write_body(Write&& write) {
        return std::forward<Write>(write)(text_);
    }

    /// A header field whose value is written in that way. There is none after all where `write` returns false or
    /// throws.
    template <class Write>
    void write_header(std::string_view name, Write&& write) {
        const std::size_t at = begin_field(name);
        try {
            std::forward<Write>(write)(text_) ? end_field(at, name.size()) : take_back_field(at);
        } catch (...) {
            take_back_field(at);
            throw;
        }
    }

    /// Makes room for so many bytes more, of names, values and body together.
    void reserve(std::size_t bytes) {
        if (bytes > text_.capacity() - text_.size()) {
            grow(bytes);
        }
    }

protected:
    explicit http_message(std::string text = {}, std::size_t in_front = 0);  ///< So much of the text is no body.
    /// As `received_response`.
    http_message(std::string_view fields, std::span<const field_lengths> lengths, std::string_view body);
    http_message(const http_message&) = default;
    http_message(http_message&& other) noexcept  ///< Leaves an empty one.
        : header_count_(std::exchange(other.header_count_, 0)),
          fields_at_(std::exchange(other.fields_at_, 0)),
          body_at_(std::exchange(other.body_at_, 0)),
          text_(std::move(other.text_)) {
        if (!has_own_memory(text_)) {
            wipe(other.text_);
        }
    }
    http_message& operator=(http_message&& other) noexcept;  ///< Wipes what was there, and leaves an empty one.
    ~http_message() {
        if (!text_.empty() || has_own_memory(text_)) {  // what was moved from is clean
            let_go();
        }
    }

    /// What stands before the fields: a request's URL.
    [[nodiscard]] std::string_view in_front() const noexcept { return std::string_view{text_}.substr(0, fields_at_); }

private:
    void let_go() noexcept;
    void grow(std::size_t bytes);
    [[nodiscard]] std::size_t begin_field(std::string_view name);
    void end_field(std::size_t at, std::size_t name_length);
    void put_before_body(std::size_t field_at) noexcept;
    void take_back_field(std::size_t at) noexcept;

    std::size_t header_count_ = 0;
    std::size_t fields_at_ = 0;
    std::size_t body_at_ = 0;
    // What is in front; the fields as they are sent, each with the lengths of its name and value before it, for a value
    // may be anything; the body.
    std::string text_;
};

/// The fields of a message, as a range of `header_field`. It lives until the message changes or dies.
class http_message::field_range {
public:
    /// Stands at a field, or behind the last one. It gives values, not references: to the standard's older algorithms
    /// it is an input iterator.
    class iterator {
    public:
        using value_type = header_field;                    ///< Two views.
        using difference_type = std::ptrdiff_t;             ///< Nothing has this type but what a range asks for.
        using reference = header_field;                     ///< A value.
        using iterator_category = std::input_iterator_tag;  ///< It may be copied and gone through again all the same.

        iterator() = default;
        [[nodiscard]] header_field operator*() const noexcept;  ///< The field it stands at.
        iterator& operator++() noexcept;                        ///< The next one.
        iterator operator++(int) noexcept {                     ///< The next one; returns where it stood.
            const iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const iterator&, const iterator&) = default;

    private:
        friend field_range;
        explicit iterator(const char* at) noexcept : at_(at) {}

        const char* at_ = nullptr;
    };

    [[nodiscard]] iterator begin() const noexcept { return iterator(text_.data()); }               ///< The first one.
    [[nodiscard]] iterator end() const noexcept { return iterator(text_.data() + text_.size()); }  ///< Behind the last.

private:
    friend http_message;
    explicit field_range(std::string_view text) noexcept : text_(text) {}

    std::string_view text_;
};

inline http_message::field_range http_message::headers() const noexcept {
    return field_range(std::string_view{text_}.substr(fields_at_, body_at_ - fields_at_));
}

/// An HTTP request as a value: what a profile builds and a transport sends. `Host`, `Content-Length` and `Connection`
/// are the transport's to write.
class http_request : public http_message {
public:
    http_request();  ///< GET, without a URL.

    /// `method`: a token of RFC 9110. `url`: absolute, https. `room`: for so many bytes of headers and body, where that
    /// is known. `safe_url()` stays empty.
    http_request(std::string_view method, std::string_view url, std::size_t room = 0);
    http_request(const http_request&) = default;
    http_request(http_request&&) noexcept = default;       ///< Leaves one that may only die or be assigned to.
    http_request& operator=(http_request other) noexcept;  ///< Wipes what was there.
    ~http_request() = default;

    [[nodiscard]] const std::string& method() const noexcept { return method_; }  ///< As it was given.

    /// As long as the request is unchanged.
    [[nodiscard]] std::string_view url() const noexcept { return in_front(); }

    /// The URL as it may be shown: placeholders stand where secrets are. The only form an observer, log or error sees;
    /// empty in a request that no profile built, unless it is set.
    [[nodiscard]] std::string_view safe_url() const noexcept { return url_is_safe_ ? url() : safe_url_; }
    void set_safe_url(std::string_view url);  ///< Nothing is checked: it has to be free of secrets.
    /// Whether the URL may be shown as it is.
    [[nodiscard]] bool url_is_safe() const noexcept { return url_is_safe_; }

    std::string provider;   ///< The profile's name, for observers and errors.
    std::string operation;  ///< The operation's name, for observers and errors.

    /// Whether sending it twice does no harm (RFC 9110, section 9.2.2). Only then is it ever replayed after a byte was
    /// written.
    bool idempotent = false;

    /// The limit for everything: waiting, resolving, connecting, sending, receiving, replays. Empty: the transport's
    /// own. Zero or less: the request fails at once with a timeout.
    std::optional<std::chrono::milliseconds> timeout;

private:
    friend checked_fields;

    std::string method_;
    std::string safe_url_;
    bool url_is_safe_ = false;
    std::size_t checked_fields_ = 0;
};

/// A complete HTTP answer.
class http_response : public http_message {
public:
    http_response() = default;
    explicit http_response(unsigned status, std::string body = {});  ///< Without header fields.
    http_response(const http_response&) = default;
    http_response(http_response&& other) noexcept  ///< Leaves an empty one.
        : http_message(std::move(other)), status_(std::exchange(other.status_, 0)) {}
    http_response& operator=(const http_response& other) { return *this = http_response(other); }  ///< As below.
    http_response& operator=(http_response&& other) noexcept {  ///< Wipes what was there, and leaves an empty one.
        http_message::operator=(std::move(other));
        status_ = std::exchange(other.status_, 0);
        return *this;
    }
    ~http_response() = default;

    [[nodiscard]] unsigned status() const noexcept { return status_; }  ///< 200 to 599; 0 in an empty response.
    void set_status(unsigned status) noexcept { status_ = status; }     ///< Any number: it is not checked.

private:
    friend http_response received_response(unsigned status, std::string_view fields,
                                           std::span<const field_lengths> lengths, std::string_view body);
    http_response(unsigned status, std::string_view fields, std::span<const field_lengths> lengths,
                  std::string_view body);

    unsigned status_ = 0;
};

}  // namespace coauth
