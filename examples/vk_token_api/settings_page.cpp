#include "settings_page.hpp"

#include "http_answer.hpp"
#include "page_text.hpp"
#include "token_status.hpp"

#include <coauth/core/encoding.hpp>

#include <utility>

namespace vk_token_api {
namespace {

using coauth::awaitable;

// The prefix makes browsers insist on Secure, Path=/ and no Domain; they count loopback as secure.
constexpr std::string_view session_cookie = "__Host-vk_session";

std::string cookie_for(std::string_view value, std::int64_t seconds) {
    return std::string(session_cookie) + "=" + std::string(value) + "; Path=/; Max-Age=" + std::to_string(seconds) +
           "; Secure; HttpOnly; SameSite=Lax";
}

/// Whether a form of another site was posted. Browsers say so; who says nothing is no browser.
bool is_from_another_site(const web::request& asked) {
    const std::string_view said = asked.header_value("Sec-Fetch-Site");
    return !said.empty() && said != "same-origin" && said != "none";
}

web::response forbidden() {
    web::response made = sign_in_page("The form was sent by another site");
    made.status = 403;
    return made;
}

}  // namespace

settings_page::settings_page(jwt_rules rules, coauth::client vk, credentials& kept, submissions& taking,
                             std::shared_ptr<const coauth::clock> clock)
    : rules_(std::move(rules)), vk_(std::move(vk)), kept_(kept), taking_(taking), clock_(std::move(clock)) {}

std::optional<std::string> settings_page::signed_in(const web::request& asked) const {
    auto claims = verify_jwt(rules_, asked.cookie(session_cookie), clock_->now());
    return claims ? std::optional(std::move(claims->subject)) : std::nullopt;
}

awaitable<web::response> settings_page::show(web::request asked) {
    const auto owner = signed_in(asked);
    if (!owner) {
        co_return sign_in_page();
    }
    const auto now = clock_->now();
    std::string notice;
    if (const auto saved = asked.query("saved")) {
        const auto known = kept_.find(*owner, *saved);
        notice = known ? receipt_of(*known, known->submitted_at).at("message").as_string().c_str() : "";
    }
    co_return status_page(kept_.of(*owner), now, notice);
}

awaitable<web::response> settings_page::show_renewal(web::request asked) {
    if (!signed_in(asked)) {
        co_return sign_in_page();
    }
    const std::string account_name = asked.query("account_name").value_or("default");
    co_return renewal_page(vk_.authorize().url, account_name, nullptr);
}

awaitable<web::response> settings_page::renew(web::request asked) {
    auto owner = signed_in(asked);
    if (!owner || is_from_another_site(asked)) {
        co_return owner ? forbidden() : sign_in_page("You are not signed in");
    }
    const std::string given_name = asked.form("account_name").value_or("");
    auto account_name = read_account_name(given_name);
    if (!account_name) {
        const problem wrong = account_name.error();
        co_return renewal_page(vk_.authorize().url, given_name, &wrong);
    }
    submission given;
    given.owner = std::move(*owner);
    given.account_name = *account_name;
    given.token_data = coauth::secret{asked.form("token_data").value_or("")};
    coauth::wipe(asked.body);
    const outcome<credential> saved = co_await taking_.take(std::move(given));
    if (!saved) {
        const problem wrong = saved.error();
        co_return renewal_page(vk_.authorize().url, *account_name, &wrong);
    }
    co_return see_other("/settings/vk?saved=" + coauth::percent_encode(*account_name));
}

awaitable<web::response> settings_page::sign_in(web::request asked) {
    if (is_from_another_site(asked)) {
        co_return forbidden();
    }
    const coauth::secret given{asked.form("jwt").value_or("")};
    coauth::wipe(asked.body);
    const auto now = clock_->now();
    const auto claims = verify_jwt(rules_, given.reveal(), now);
    if (!claims) {
        co_return sign_in_page(claims.error().why);
    }
    const auto left = std::chrono::floor<std::chrono::seconds>(claims->expires_at - now);
    web::response made = see_other("/settings/vk");
    made.headers.push_back({"Set-Cookie", cookie_for(given.reveal(), left.count())});
    co_return made;
}

awaitable<web::response> settings_page::sign_out(web::request asked) {
    if (is_from_another_site(asked)) {
        co_return forbidden();
    }
    web::response made = see_other("/settings/vk");
    made.headers.push_back({"Set-Cookie", cookie_for("", 0)});
    co_return made;
}

awaitable<web::response> settings_page::style(web::request) {
    co_return style_sheet();
}

awaitable<web::response> settings_page::script(web::request) {
    co_return page_script();
}

}  // namespace vk_token_api
