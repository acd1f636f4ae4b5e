#include "login_server/notes.hpp"

#include <coauth/core/encoding.hpp>

#include <algorithm>
#include <array>

namespace login_server {
namespace {

constexpr std::array all{note::none,    note::refreshed,   note::not_refreshed,
                         note::revoked, note::not_revoked, note::forgotten};

}  // namespace

std::string_view name_of(note value) noexcept {
    switch (value) {
        case note::none:
            return "none";
        case note::refreshed:
            return "refreshed";
        case note::not_refreshed:
            return "not-refreshed";
        case note::revoked:
            return "revoked";
        case note::not_revoked:
            return "not-revoked";
        case note::forgotten:
            return "forgotten";
    }
    return "none";
}

note note_named(std::string_view name) noexcept {
    const auto found = std::ranges::find(all, name, [](note each) { return name_of(each); });
    return found == all.end() ? note::none : *found;
}

std::string text_of(note value, std::string_view provider_title) {
    const std::string title(provider_title);
    switch (value) {
        case note::none:
            return "";
        case note::refreshed:
            return "The token of " + title + " is new.";
        case note::not_refreshed:
            return title + " did not refresh the token. You can try again in a minute.";
        case note::revoked:
            return "You are signed out of " + title + ", and its token is revoked.";
        case note::not_revoked:
            return "You are signed out here, but " + title +
                   " did not revoke its token. You can take this application's access away in your account there.";
        case note::forgotten:
            return "You are signed out of " + title +
                   ". It has no revocation: the token was forgotten here, and ends " + "there by itself.";
    }
    return "";
}

std::string with_note(std::string_view path, note value, std::string_view provider) {
    return std::string(path) + "?note=" + std::string(name_of(value)) + "&provider=" + coauth::percent_encode(provider);
}

}  // namespace login_server
