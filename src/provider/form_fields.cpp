#include "provider/form_fields.hpp"

#include <boost/url/pct_string_view.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace coauth::provider {
namespace {

constexpr std::size_t greatest_size = 64 * 1024;
constexpr std::size_t most_fields = 100;

/// Browsers and providers leave characters unescaped that RFC 3986 wants escaped, so only the escapes are checked.
std::optional<std::string> decoded(std::string_view text) {
    if (text.find('%') == text.npos && text.find('+') == text.npos) {  // as codes and states are, as a rule
        return std::string{text};
    }
    const auto escaped = boost::urls::make_pct_string_view({text.data(), text.size()});
    if (!escaped) {
        return std::nullopt;
    }
    boost::urls::encoding_opts plus_is_space;
    plus_is_space.space_as_plus = true;
    return escaped->decode(plus_is_space);
}

}  // namespace

const std::string* form_fields::duplicate() const noexcept {
    for (auto each = all.begin(); each != all.end(); ++each) {
        const auto same = [&](const parameter& other) { return other.name == each->name; };
        if (std::any_of(all.begin(), each, same)) {
            return &each->name;
        }
    }
    return nullptr;
}

form_fields parse_form(std::string_view text) {
    form_fields fields;
    if (text.size() > greatest_size) {
        fields.problem = "it is longer than 64 KiB";
        return fields;
    }
    while (!text.empty()) {
        const auto field = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(field.size() + 1, text.size()));
        if (field.empty()) {
            continue;
        }
        const auto equals = std::min(field.find('='), field.size());
        auto name = decoded(field.substr(0, equals));
        auto value = decoded(field.substr(std::min(equals + 1, field.size())));
        if (!name || !value) {
            fields.problem = "a percent sign begins no escape";
            return fields;
        }
        if (fields.all.size() == most_fields) {
            fields.problem = "it has more than 100 parameters";
            return fields;
        }
        fields.all.emplace_back(std::move(*name), std::move(*value));
    }
    return fields;
}

}  // namespace coauth::provider
