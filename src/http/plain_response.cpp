#include "http/plain_response.hpp"

#include "core/ascii.hpp"
#include "http/field_syntax.hpp"

#include <boost/container/static_vector.hpp>

#include <algorithm>
#include <array>
#include <charconv>
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

/// The next line without its end; nothing where it has none, or one without CR.
std::optional<std::string_view> take_line(std::string_view& from) noexcept {
    const std::size_t end = from.find('\n');
    if (end == from.npos || end == 0 || from[end - 1] != '\r') {
        return std::nullopt;
    }
    const std::string_view line = from.substr(0, end - 1);
    from.remove_prefix(end + 1);
    return line;
}

class reader {
public:
    reader(std::string_view bytes, const response_limits& limits) : bytes_(bytes), rest_(bytes), limits_(limits) {}

    std::optional<plain_response> read() {
        if (!read_status() || !read_fields() || !read_body()) {
            return std::nullopt;
        }
        return plain_response{http_response{status_, fields_, body_}, bytes_.size() - rest_.size(), keep_alive_};
    }

private:
    bool read_status() {
        constexpr std::string_view version = "HTTP/1.1 ";
        constexpr std::size_t digits = 3;
        const auto line = take_line(rest_);
        if (!line || !line->starts_with(version) || !all_between(*line, ' ', '~') ||
            line->size() <= version.size() + digits || (*line)[version.size() + digits] != ' ') {
            return false;
        }
        const auto status = number_in(line->substr(version.size(), digits));
        if (!status || *status < 200 || *status > 599 || *status == 204 || *status == 304) {
            return false;
        }
        status_ = static_cast<unsigned>(*status);
        return true;
    }

    bool read_fields() {
        auto line = take_line(rest_);
        for (; line && !line->empty(); line = take_line(rest_)) {
            if (!read_field(*line)) {
                return false;
            }
        }
        return line.has_value() && bytes_.size() - rest_.size() < limits_.header_bytes;
    }

    bool read_field(std::string_view line) {
        const std::string_view name = line.substr(0, token_length(line));
        if (name.empty() || name.size() == line.size() || line[name.size()] != ':') {
            return false;
        }
        std::string_view value = line.substr(name.size() + 1);
        value.remove_prefix(value.starts_with(' ') ? 1 : 0);
        if (!all_between(value, ' ', '~') || value.starts_with(' ') || value.ends_with(' ') ||
            fields_.size() == std::min(limits_.header_fields, fields_.capacity()) || !note(name, value)) {
            return false;
        }
        fields_.push_back({name, value});
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
        static constexpr std::array<std::string_view, 4> unusual{"Transfer-Encoding", "Content-Encoding",
                                                                 "Proxy-Connection", "Upgrade"};
        return std::none_of(unusual.begin(), unusual.end(),
                            [&](std::string_view each) { return is_same_word(name, each); });
    }

    bool read_body() {
        if (!length_ || *length_ > rest_.size()) {
            return false;
        }
        body_ = rest_.substr(0, *length_);
        rest_.remove_prefix(*length_);
        return true;
    }

    const std::string_view bytes_;
    std::string_view rest_;
    const response_limits& limits_;
    unsigned status_ = 0;
    boost::container::static_vector<header_field, 32> fields_;
    std::optional<std::size_t> length_;
    bool keep_alive_ = true;
    std::string_view body_;
};

}  // namespace

std::optional<plain_response> read_plain_response(std::string_view bytes, const response_limits& limits) {
    return reader{bytes, limits}.read();
}

}  // namespace coauth::http
