#include "provider/callback_text.hpp"

#include <algorithm>

namespace coauth::provider {
namespace {

std::string_view without_paste_marks(std::string_view text) noexcept {
    constexpr std::string_view marks = " \t\r\n\"'<>";
    text.remove_prefix(std::min(text.find_first_not_of(marks), text.size()));
    return text.substr(0, text.find_last_not_of(marks) + 1);
}

/// Whether a host, a path or a scheme comes before the query. A bare query's first sign ends or escapes a name.
bool has_more_than_query(std::string_view text) noexcept {
    const auto sign = text.find_first_of(":/?=&%");
    return sign != text.npos && std::string_view(":/?").find(text[sign]) != std::string_view::npos;
}

std::string_view after(std::string_view text, std::size_t position) noexcept {
    return position < text.size() ? text.substr(position + 1) : std::string_view{};
}

}  // namespace

std::string_view parameters_of_callback(std::string_view callback, callback_carrier carrier) noexcept {
    const auto text = without_paste_marks(callback);
    const auto hash = std::min(text.find('#'), text.size());
    const auto fragment = after(text, hash);
    const auto before = text.substr(0, hash);
    const auto mark = std::min(before.find('?'), before.size());
    const auto query = has_more_than_query(before) ? after(before, mark) : before;
    const bool prefers_fragment = carrier == callback_carrier::fragment;
    if (query.empty() || fragment.empty()) {
        return query.empty() ? fragment : query;
    }
    return prefers_fragment ? fragment : query;
}

}  // namespace coauth::provider
