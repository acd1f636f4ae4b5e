#include "web/html.hpp"

namespace web {
namespace {

std::string_view entity(char letter) {
    switch (letter) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        default:
            return {};
    }
}

}  // namespace

std::string escape_html(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for (const char letter : text) {
        const std::string_view instead = entity(letter);
        instead.empty() ? escaped.push_back(letter) : (void)escaped.append(instead);
    }
    return escaped;
}

}  // namespace web
