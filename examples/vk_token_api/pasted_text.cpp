#include "pasted_text.hpp"

#include <boost/url/pct_string_view.hpp>

#include <array>

namespace vk_token_api {
namespace {

using namespace std::string_view_literals;

// Within a word they come from a line that was broken, or from a page's invisible hints: zero-width space, non-joiner
// and joiner, soft hyphen, byte order mark.
constexpr std::array invisible{"\r"sv,           "\n"sv,           "\t"sv,       "\xE2\x80\x8B"sv,
                               "\xE2\x80\x8C"sv, "\xE2\x80\x8D"sv, "\xC2\xAD"sv, "\xEF\xBB\xBF"sv};

// Around it: spaces, and the quotes of several languages.
constexpr std::array around{" "sv,
                            "\xC2\xA0"sv,
                            "\""sv,
                            "'"sv,
                            "`"sv,
                            "<"sv,
                            ">"sv,
                            "\xC2\xAB"sv,
                            "\xC2\xBB"sv,
                            "\xE2\x80\x9C"sv,
                            "\xE2\x80\x9D"sv,
                            "\xE2\x80\x9E"sv,
                            "\xE2\x80\x98"sv,
                            "\xE2\x80\x99"sv};

/// Replaces `what` in place: no copy of the text is left behind, for the replacement is no longer.
void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
}

}  // namespace

pasted_text::pasted_text(std::string_view pasted) : text_(pasted) {
    join_lines();
    trim();
    unescape();
}

void pasted_text::join_lines() {
    for (const auto each : invisible) {
        replace_all(text_, each, "");
    }
}

void pasted_text::trim() {
    for (bool changed = true; changed;) {
        changed = false;
        for (const auto each : around) {
            if (text_.starts_with(each)) {
                text_.erase(0, each.size());
                changed = true;
            }
            if (text_.ends_with(each)) {
                text_.erase(text_.size() - each.size());
                changed = true;
            }
        }
    }
}

void pasted_text::unescape() {
    replace_all(text_, "&amp;", "&");
    if (!holds("#")) {
        replace_all(text_, "%23", "#");
    }
    const bool is_encoded = !holds("access_token=") && (holds("access_token%3D") || holds("access_token%3d"));
    if (!is_encoded) {
        return;
    }
    if (const auto encoded = boost::urls::make_pct_string_view(text_)) {
        std::string decoded = encoded->decode();
        text_.swap(decoded);
        coauth::wipe(decoded);
    }
}

}  // namespace vk_token_api
