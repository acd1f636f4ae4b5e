#include "provider/reply_json.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <cstdint>
#include <forward_list>
#include <functional>
#include <iterator>
#include <span>
#include <string.h>
#include <utility>
#include <vector>

namespace coauth::provider {
namespace {

namespace json = boost::json;

/// Builds the value as Boost.JSON's own parser does, and notes the names that stand twice in one object.
class reply_handler {
public:
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    reply_handler(std::string_view text, json::storage_ptr memory)
        : text_{text}, stack_{memory, built_.bytes, sizeof(built_.bytes)} {
        stack_.reset(std::move(memory));
    }

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t count, json::error_code&) {
        stack_.push_array(count);
        return true;
    }
    bool on_object_begin(json::error_code&) { return true; }
    bool on_object_end(std::size_t count, json::error_code&) {
        const auto first = names_.end() - static_cast<std::ptrdiff_t>(count);
        if (count > few || has_twins({&*first, count})) {
            note_twins(first);
        }
        names_.erase(first, names_.end());
        stack_.push_object(count);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        name_ += part;
        stack_.push_chars(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code&) {
        names_.push_back(name_.empty() && is_of_text(part) ? std::string_view{part} : kept(part));
        stack_.push_key(part);
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
        stack_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, json::error_code&) {
        stack_.push_string(part);
        return true;
    }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
        stack_.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
        stack_.push_uint64(number);
        return true;
    }
    bool on_double(double number, json::string_view, json::error_code&) {
        stack_.push_double(number);
        return true;
    }
    bool on_bool(bool value, json::error_code&) {
        stack_.push_bool(value);
        return true;
    }
    bool on_null(json::error_code&) {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

    [[nodiscard]] std::vector<std::string>& repeated() noexcept { return repeated_; }
    [[nodiscard]] json::value release() { return stack_.release(); }

private:
    /// The first values of what is open: destroyed by the stack, and wiped after that.
    struct values_under_way {
        values_under_way() = default;
        ~values_under_way() { explicit_bzero(bytes, sizeof(bytes)); }
        values_under_way(const values_under_way&) = delete;
        values_under_way& operator=(const values_under_way&) = delete;

        alignas(json::value) unsigned char bytes[1024];
    };

    using names = boost::container::small_vector<std::string_view, 16>;

    /// So many names are compared with each other faster than sorted.
    static constexpr std::size_t few = 16;

    static bool has_twins(std::span<const std::string_view> all) noexcept {
        for (std::size_t i = 1; i < all.size(); ++i) {
            if (std::find(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i), all[i]) !=
                all.begin() + static_cast<std::ptrdiff_t>(i)) {
                return true;
            }
        }
        return false;
    }

    void note_twins(names::iterator first) {
        std::sort(first, names_.end());
        for (auto twin = std::adjacent_find(first, names_.end()); twin != names_.end();
             twin = std::adjacent_find(std::next(twin), names_.end())) {
            repeated_.emplace_back(*twin);
        }
    }

    /// Whether it stands in the reply as it is: one with escapes is the parser's own, and gone soon.
    [[nodiscard]] bool is_of_text(std::string_view part) const noexcept {
        const std::less_equal<> before;
        return before(text_.data(), part.data()) && before(part.data() + part.size(), text_.data() + text_.size());
    }
    std::string_view kept(std::string_view last_part) {
        return kept_.emplace_front(std::exchange(name_, {}).append(last_part));
    }

    std::string_view text_;
    values_under_way built_;
    json::value_stack stack_;
    names names_;                          // of all objects that are open, the innermost's last
    std::forward_list<std::string> kept_;  // those that do not stand in the reply as they are
    std::string name_;                     // what has come of one that comes in parts
    std::vector<std::string> repeated_;
};

}  // namespace

parsed_json parse_reply_json(std::string_view text, std::size_t max_depth, json::storage_ptr memory) {
    json::parse_options options;
    options.max_depth = std::min(max_depth, greatest_json_depth);
    json::basic_parser<reply_handler> parser(options, text, std::move(memory));
    json::error_code ec;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && read != text.size()) {
        ec = json::error::extra_data;
    }
    if (ec) {
        return {.value = {}, .problem = ec.message() + " at byte " + std::to_string(read), .repeated = {}};
    }
    return {.value = parser.handler().release(), .problem = {}, .repeated = std::move(parser.handler().repeated())};
}

}  // namespace coauth::provider
