#include "provider/form_fields.hpp"

#include <boost/url/pct_string_view.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace coauth::provider {
namespace {

constexpr std::size_t greatest_size = 64 * 1024;
constexpr std::size_t most_fields = 100;
constexpr std::size_t usual_fields = 4;

struct written_field {
    std::string_view name, value;
};

/// The next field of a form as it is written; nothing where there is no more. Empty fields are none.
std::optional<written_field> take_field(std::string_view& form) {
    while (!form.empty()) {
        const auto field = form.substr(0, form.find('&'));
        form.remove_prefix(std::min(field.size() + 1, form.size()));
        if (!field.empty()) {
            const auto equals = std::min(field.find('='), field.size());
            return written_field{field.substr(0, equals), field.substr(std::min(equals + 1, field.size()))};
        }
    }
    return std::nullopt;
}

bool is_plain(std::string_view text) noexcept {
    return text.find('%') == text.npos && text.find('+') == text.npos;
}

/// Browsers and providers leave characters unescaped that RFC 3986 wants escaped, so only the escapes are checked.
std::optional<std::string> decoded(std::string_view text) {
    if (is_plain(text)) {  // as codes and states are, as a rule
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
    fields.all.reserve(usual_fields);
    while (const auto field = take_field(text)) {
        auto name = decoded(field->name);
        auto value = decoded(field->value);
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
