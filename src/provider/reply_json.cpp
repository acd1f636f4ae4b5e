#include "provider/reply_json.hpp"

#include "provider/json_listener.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coauth::provider {
namespace {

namespace json = boost::json;

/// Builds the value where it is to stand. Boost.JSON's own parser builds each value on a stack and moves it from there,
/// and each move of one in shared memory counts in an atomic operation. A root object goes to
/// `members` instead, where these are given.
class reply_reader : public json_listener {
public:
    reply_reader(std::string_view text, json::value& root, std::optional<reply_members>* members,
                 std::vector<std::string>& repeated)
        : whole_{text}, root_{root}, members_{members}, repeated_{repeated} {}

    bool on_object_begin(json::error_code&) {
        if (open_.empty() && members_) {
            members_->emplace(root_.storage().get());
            return open(root_);
        }
        json::value& made = add(json::object_kind);
        if (open_.empty()) {
            made.get_object().reserve(usual_members);
        }
        return open(made);
    }
    bool on_object_end(std::size_t, json::error_code&) { return close(); }
    bool on_array_begin(json::error_code&) { return open(add(json::array_kind)); }
    bool on_array_end(std::size_t, json::error_code&) { return close(); }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        key_ += part;
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code&) {
        name_ = key_.empty() && is_in_text(part) ? std::string_view(part) : std::string_view(key_ += part);
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
        if (text_ != nullptr) {
            text_->append(part);
        } else {
            text_ = &(is_member() ? (*members_)->keep(part) : add(part)).get_string();
        }
        return true;
    }
    bool on_string(json::string_view part, std::size_t size, json::error_code& ec) {
        if (text_ == nullptr && is_member() && is_in_text(part)) {
            return add_member(std::string_view(part));
        }
        on_string_part(part, size, ec);
        if (is_member()) {
            add_member(std::string_view(*text_));
        }
        text_ = nullptr;
        return true;
    }
    bool on_int64(std::int64_t number, json::string_view, json::error_code&) { return add_plain(number); }
    bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) { return add_plain(number); }
    bool on_double(double number, json::string_view, json::error_code&) { return add_plain(number); }
    bool on_bool(bool value, json::error_code&) { return add_plain(value); }
    bool on_null(json::error_code&) { return add_plain(nullptr); }

private:
    static constexpr std::size_t usual_members = 8;  // of a reply

    /// Parts that were written with escapes stand in a buffer of the parser's.
    [[nodiscard]] bool is_in_text(std::string_view part) const noexcept {
        const std::less_equal<> reaches;
        return reaches(whole_.data(), part.data()) && reaches(part.data(), whole_.data() + whole_.size());
    }

    /// Whether what comes is the value of a member of theirs.
    [[nodiscard]] bool is_member() const noexcept { return members_ && *members_ && open_.size() == 1; }

    bool add_member(const reply_value& value) {
        const std::string_view name = key_.empty() ? name_ : (*members_)->keep(json::string_view(name_)).get_string();
        if (!(*members_)->set(name, value)) {
            repeated_.emplace_back(name);
        }
        key_.clear();
        return true;
    }

    template <class What>
    json::value& add(const What& what) {
        if (open_.empty()) {
            return root_ = json::value(what, root_.storage());
        }
        if (is_member()) {
            json::value& made = (*members_)->keep(what);
            add_member(made);
            return made;
        }
        if (auto* list = open_.back()->if_array()) {
            return list->emplace_back(what);
        }
        const auto [at, is_new] = open_.back()->get_object().emplace(name_, what);
        if (!is_new) {
            repeated_.emplace_back(name_);
            at->value() = json::value(what, at->value().storage());
        }
        key_.clear();
        return at->value();
    }

    template <class What>
    bool add_plain(What what) {
        if (is_member()) {
            return add_member(what);
        }
        add(what);
        return true;
    }

    bool open(json::value& made) {
        open_.push_back(&made);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    const std::string_view whole_;
    json::value& root_;
    std::optional<reply_members>* members_;
    // What is open, the innermost last. It stands still: only the innermost grows.
    boost::container::small_vector<json::value*, 16> open_;
    std::string_view name_;         // of the member that is to come
    std::string key_;               // the same where it was written with escapes
    json::string* text_ = nullptr;  // the one that comes in parts
    std::vector<std::string>& repeated_;
};

json::parse_options up_to(std::size_t max_depth) {
    json::parse_options options;
    options.max_depth = std::min(max_depth, greatest_json_depth);
    return options;
}

json_findings read(std::string_view text, std::size_t max_depth, json::value& value,
                   std::optional<reply_members>* members) {
    json_findings findings;
    json::basic_parser<reply_reader> parser(up_to(max_depth), text, value, members, findings.repeated);
    json::error_code ec;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && read != text.size()) {
        ec = json::error::extra_data;
    }
    if (ec) {
        value = nullptr;
        findings = {.problem = ec.message() + " at byte " + std::to_string(read)};
    }
    return findings;
}

}  // namespace

json_findings read_reply_json(std::string_view text, std::size_t max_depth, json::value& value) {
    return read(text, max_depth, value, nullptr);
}

json_findings look_at_reply_json(std::string_view text, std::size_t max_depth, json::value& value,
                                 std::optional<reply_members>& members) {
    auto findings = read(text, max_depth, value, &members);
    if (!findings.problem.empty()) {
        members.reset();
    }
    return findings;
}

}  // namespace coauth::provider
