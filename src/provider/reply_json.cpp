#include "provider/reply_json.hpp"

#include "provider/json_listener.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace coauth::provider {
namespace {

namespace json = boost::json;

/// Builds the value where it is to stand. Boost.JSON's own parser builds each value on a stack and moves it from there,
/// and each move of one in shared memory counts in an atomic operation.
class value_builder : public json_listener {
public:
    explicit value_builder(json::value& root) : root_{root} {}

    bool on_object_begin(json::error_code&) {
        json::value& made = add(json::object_kind);
        if (open_.empty()) {
            made.get_object().reserve(usual_members);
        }
        open_.push_back(&made);
        return true;
    }
    bool on_object_end(std::size_t, json::error_code&) { return close(); }
    bool on_array_begin(json::error_code&) {
        json::value& made = add(json::array_kind);
        open_.push_back(&made);
        return true;
    }
    bool on_array_end(std::size_t, json::error_code&) { return close(); }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        key_ += part;
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code&) {
        key_ += part;
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
        if (text_ == nullptr) {
            text_ = &add(part).get_string();
        } else {
            text_->append(part);
        }
        return true;
    }
    bool on_string(json::string_view part, std::size_t size, json::error_code& ec) {
        on_string_part(part, size, ec);
        text_ = nullptr;
        return true;
    }
    bool on_int64(std::int64_t number, json::string_view, json::error_code&) { return add_plain(number); }
    bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) { return add_plain(number); }
    bool on_double(double number, json::string_view, json::error_code&) { return add_plain(number); }
    bool on_bool(bool value, json::error_code&) { return add_plain(value); }
    bool on_null(json::error_code&) { return add_plain(nullptr); }

    [[nodiscard]] std::vector<std::string>& repeated() noexcept { return repeated_; }

private:
    static constexpr std::size_t usual_members = 8;  // of a reply

    template <class What>
    json::value& add(const What& what) {
        if (open_.empty()) {
            return root_ = json::value(what, root_.storage());
        }
        if (auto* list = open_.back()->if_array()) {
            return list->emplace_back(what);
        }
        const auto [at, is_new] = open_.back()->get_object().emplace(key_, what);
        if (!is_new) {
            repeated_.push_back(key_);
            at->value() = json::value(what, at->value().storage());
        }
        key_.clear();
        return at->value();
    }

    template <class What>
    bool add_plain(What what) {
        add(what);
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    json::value& root_;
    // What is open, the innermost last. It stands still: only the innermost grows.
    boost::container::small_vector<json::value*, 16> open_;
    std::string key_;               // of the member that is to come
    json::string* text_ = nullptr;  // the one that comes in parts
    std::vector<std::string> repeated_;
};

json::parse_options up_to(std::size_t max_depth) {
    json::parse_options options;
    options.max_depth = std::min(max_depth, greatest_json_depth);
    return options;
}

}  // namespace

parsed_json parse_reply_json(std::string_view text, std::size_t max_depth, json::storage_ptr memory) {
    parsed_json parsed{.value = json::value(std::move(memory)), .problem = {}, .repeated = {}};
    json::basic_parser<value_builder> parser(up_to(max_depth), parsed.value);
    json::error_code ec;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && read != text.size()) {
        ec = json::error::extra_data;
    }
    if (ec) {
        return {.value = {}, .problem = ec.message() + " at byte " + std::to_string(read), .repeated = {}};
    }
    parsed.repeated = std::move(parser.handler().repeated());
    return parsed;
}

}  // namespace coauth::provider
