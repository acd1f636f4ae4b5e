#include "login_server/account_routes.hpp"

#include "login_server/notes.hpp"

#include <coauth/core/secret.hpp>

#include <algorithm>

namespace login_server {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5'000ms;  // for a token that is being refreshed while its page is asked for

/// Whether another site's page has sent this; a browser that does not say may be old, and the form's token counts.
bool is_cross_site(const web::request& asked) {
    const std::string_view from = asked.header_value("Sec-Fetch-Site");
    return !from.empty() && from != "same-origin" && from != "none";
}

web::response stale_form() {
    return message_answer(403, "This form is no longer good",
                          "You have logged in or out since the page was opened. Go back to your account and try again.",
                          "Your account", "/me");
}

/// What the profile wants to know for a revocation.
coauth::parameters revocation_arguments(const coauth::provider::profile& of, const coauth::token_key& key) {
    coauth::parameters made;
    for (const std::string& each : of.arguments("revoke")) {
        if (each == "user") {
            made.add(each, key.account());
        }
    }
    return made;
}

void add_identity(login_view& to, const coauth::identity& who) {
    to.name = who.name;
    to.username = who.username;
    to.email = who.email;
    to.email_verified = who.email_verified.value_or(false);
    to.subject = who.subject;
}

void add_token(login_view& to, const coauth::token& token) {
    if (token.expires_at) {
        const auto left = *token.expires_at - coauth::system_clock()->now();
        to.time_left = std::max(0s, std::chrono::duration_cast<std::chrono::seconds>(left));
    }
    if (token.expires_at && token.issued_at) {
        to.lifetime = std::chrono::duration_cast<std::chrono::seconds>(*token.expires_at - *token.issued_at);
    }
    to.scopes = token.scopes.value_or(std::vector<std::string>{});
    to.can_refresh = to.can_refresh && token.refresh_token;
}

}  // namespace

coauth::awaitable<web::response> account_routes::show(web::request asked) const {
    const session_ptr mine = all_.sessions.find(all_.cookie.read(asked));
    if (!mine) {
        co_return redirect_answer("/?return_to=%2Fme");
    }
    std::vector<login_view> logins;
    std::vector<provider_view> others;
    for (const served_provider& each : all_.providers()) {
        const auto same = [&](const auto& login) { return login->key.provider() == each.view.name; };
        const auto found = std::ranges::find_if(mine->logins, same);
        if (found == mine->logins.end()) {
            others.push_back(each.view);
        } else {
            login_view view = co_await view_of(*found, each);
            logins.push_back(std::move(view));
        }
    }
    const served_provider* const about = all_.find(asked.query("provider").value_or(""));
    const note happened = about ? note_named(asked.query("note").value_or("")) : note::none;
    co_return html_answer(
        200, account_page(logins, others, text_of(happened, about ? about->view.title : ""), mine->form_token));
}

coauth::awaitable<web::response> account_routes::refresh(web::request asked) const {
    const coauth::login_session_ptr login = login_of_form(asked);
    if (!login) {
        co_return stale_form();
    }
    note happened = note::refreshed;
    try {
        const coauth::token_ptr fresh = co_await all_.cache.refresh(login->key);
    } catch (const coauth::error&) {  // the log has it from the cache
        happened = note::not_refreshed;
    }
    co_return redirect_answer(with_note("/me", happened, login->key.provider()));
}

coauth::awaitable<web::response> account_routes::sign_out(web::request asked) const {
    const coauth::login_session_ptr login = login_of_form(asked);
    if (!login) {
        co_return stale_form();
    }
    const coauth::token_key key = login->key;
    const std::string cookie(all_.cookie.read(asked));
    all_.sessions.remove(cookie, key.provider());

    const coauth::provider::profile profile = all_.find(key.provider())->client.profile();
    note happened = profile.has("revoke") ? note::revoked : note::forgotten;
    if (profile.has("revoke")) {
        try {
            coauth::parameters arguments = revocation_arguments(profile, key);
            co_await all_.cache.revoke(key, std::move(arguments));
        } catch (const coauth::error& failed) {
            happened = failed.reason() == coauth::errc::no_token ? note::revoked : note::not_revoked;
            all_.log.write("revocation", {{"provider", key.provider()}, {"detail", failed.details().message()}});
        }
    }
    if (happened != note::revoked) {
        co_await all_.cache.erase(key);
    }
    const bool signed_in = all_.sessions.find(cookie) != nullptr;
    web::response made = redirect_answer(with_note(signed_in ? "/me" : "/", happened, key.provider()));
    if (!signed_in) {
        made.headers.push_back(all_.cookie.clear());
    }
    co_return made;
}

coauth::login_session_ptr account_routes::login_of_form(const web::request& asked) const {
    const session_ptr mine = all_.sessions.find(all_.cookie.read(asked));
    const std::string token = asked.form("form_token").value_or("");
    if (!mine || is_cross_site(asked) || !coauth::equal_in_constant_time(token, mine->form_token)) {
        return nullptr;
    }
    const std::string provider = asked.form("provider").value_or("");
    const auto same = [&](const auto& login) { return login->key.provider() == provider; };
    const auto found = std::ranges::find_if(mine->logins, same);
    return found == mine->logins.end() ? nullptr : *found;
}

coauth::awaitable<login_view> account_routes::view_of(coauth::login_session_ptr of, const served_provider& at) const {
    login_view made;
    made.at = at.view;
    made.can_refresh = at.client.profile().has("refresh");
    made.can_revoke = at.client.profile().has("revoke");
    if (of->who) {
        add_identity(made, *of->who);
    }
    try {
        const coauth::token_ptr token = co_await all_.cache.get(of->key, patience);
        add_token(made, *token);
    } catch (const coauth::error& failed) {
        made.problem = coauth::needs_login(failed.details()) || failed.reason() == coauth::errc::no_token
                           ? "It has ended: log in again."
                           : "It has ended, and " + at.view.title + " gave no new one. Try again in a minute.";
    }
    co_return made;
}

}  // namespace login_server
