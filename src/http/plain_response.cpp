#include "http/plain_response.hpp"

#include "core/ascii.hpp"
#include "core/field_lengths.hpp"
#include "http/field_syntax.hpp"

#include <boost/container/static_vector.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

namespace coauth::http {
namespace {

std::optional<std::size_t> number_in(std::string_view digits) noexcept {
    constexpr std::size_t most_digits = 9;
    std::size_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [read_to, failed] = std::from_chars(digits.data(), end, number);
    const bool is_number = !digits.empty() && digits.size() <= most_digits && failed == std::errc{} && read_to == end;
    return is_number ? std::optional{number} : std::nullopt;
}

constexpr std::string_view line_end = "\r\n";

/// What is still to be read.
class unread {
public:
    explicit unread(std::string_view bytes) noexcept : bytes_(bytes) {}

    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

    [[nodiscard]] std::string_view take(std::size_t size) noexcept {
        const std::string_view taken{bytes_.data(), size};
        bytes_.remove_prefix(size);
        return taken;
    }

    /// Whether that is what comes next.
    [[nodiscard]] bool take(std::string_view expected) noexcept {
        const bool comes = bytes_.starts_with(expected);
        bytes_.remove_prefix(comes ? expected.size() : 0);
        return comes;
    }

    [[nodiscard]] std::string_view take_token() noexcept { return take(token_length(bytes_)); }

    /// Visible characters and spaces.
    [[nodiscard]] std::string_view take_text() noexcept { return take(length_between(bytes_, ' ', '~')); }

private:
    std::string_view bytes_;
};

class reader {
public:
    reader(std::string_view bytes, const response_limits& limits)
        : size_(bytes.size()), rest_(bytes), limits_(limits) {}

    std::optional<plain_response> read() {
        if (!read_status() || !read_fields() || !read_body()) {
            return std::nullopt;
        }
        return plain_response{received_response(status_, fields_, lengths_, body_), size_ - rest_.bytes().size(),
                              keep_alive_};
    }

private:
    bool read_status() {
        constexpr std::size_t digits = 3;
        if (!rest_.take("HTTP/1.1 ") || rest_.bytes().size() < digits) {
            return false;
        }
        const auto status = number_in(rest_.take(digits));
        if (!status || *status < 200 || *status > 599 || *status == 204 || *status == 304) {
            return false;
        }
        status_ = static_cast<unsigned>(*status);
        return rest_.take_text().starts_with(' ') && rest_.take(line_end);
    }

    bool read_fields() {
        unread after = rest_;
        while (!after.take(line_end)) {
            if (!read_field(after)) {
                return false;
            }
        }
        fields_ = rest_.take(rest_.bytes().size() - after.bytes().size() - line_end.size());
        rest_ = after;
        return size_ - rest_.bytes().size() < limits_.header_bytes;
    }

    bool read_field(unread& from) {
        const std::string_view name = from.take_token();
        if (name.empty() || !from.take(": ")) {
            return false;
        }
        const std::string_view value = from.take_text();
        if (value.starts_with(' ') || value.ends_with(' ') || !from.take(line_end) ||
            lengths_.size() == std::min(limits_.header_fields, lengths_.capacity()) || !note(name, value)) {
            return false;
        }
        lengths_.push_back({static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(value.size())});
        return true;
    }

    /// What frames the answer or ends the connection; false where that is unusual.
    bool note(std::string_view name, std::string_view value) {
        if (is_same_word(name, "Content-Length")) {
            const bool is_first = !length_;
            length_ = number_in(value);
            return is_first && length_ && *length_ <= limits_.body_bytes;
        }
        if (is_same_word(name, "Connection")) {
            const bool closes = is_same_word(value, "close");
            keep_alive_ = keep_alive_ && !closes;
            return closes || is_same_word(value, "keep-alive");
        }
        static constexpr word_set unusual{
            std::to_array<std::string_view>({"Transfer-Encoding", "Content-Encoding", "Proxy-Connection", "Upgrade"})};
        return !unusual.has(name);
    }

    bool read_body() {
        if (!length_ || *length_ > rest_.bytes().size()) {
            return false;
        }
        body_ = rest_.take(*length_);
        return true;
    }

    const std::size_t size_;
    unread rest_;
    const response_limits& limits_;
    unsigned status_ = 0;
    std::string_view fields_;
    boost::container::static_vector<field_lengths, 32> lengths_;
    std::optional<std::size_t> length_;
    bool keep_alive_ = true;
    std::string_view body_;
};

}  // namespace

std::optional<plain_response> read_plain_response(std::string_view bytes, const response_limits& limits) {
    return reader{bytes, limits}.read();
}

}  // namespace coauth::http
