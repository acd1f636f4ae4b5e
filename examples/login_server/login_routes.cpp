#include "login_server/login_routes.hpp"

#include "login_server/notes.hpp"

#include <coauth/core/secret.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <charconv>

namespace login_server {
namespace {

constexpr std::size_t longest_return_to = 1'024;  // the broker's limit

std::int64_t milliseconds_now() {
    const auto now = coauth::system_clock()->now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// What the callback carries besides its target: a form, or an address that was pasted, of which the fragment counts.
std::string take_body(web::request& asked) {
    if (std::optional<std::string> address = asked.form("address")) {
        const std::size_t fragment = address->find('#');
        std::string rest = fragment == std::string::npos ? *address : address->substr(fragment + 1);
        rest.erase(rest.find_last_not_of(" \t\r\n") + 1);
        coauth::wipe(*address);
        coauth::wipe(asked.body);
        return rest;
    }
    return std::exchange(asked.body, {});
}

std::vector<provider_view> views(const std::vector<served_provider>& all) {
    std::vector<provider_view> made;
    for (const served_provider& each : all) {
        made.push_back(each.view);
    }
    return made;
}

}  // namespace

std::string_view outcome_of(unsigned status) noexcept {
    switch (status) {
        case 303:
            return "completed";
        case 400:
            return "refused";
        case 403:
            return "denied";
        case 503:
            return "unavailable";
        case 504:
            return "timeout";
        default:
            return "failed";
    }
}

web::response login_routes::sign_in(const web::request& asked) const {
    const served_provider* const about = all_.find(asked.query("provider").value_or(""));
    const note happened = about ? note_named(asked.query("note").value_or("")) : note::none;
    const std::string return_to = asked.query("return_to").value_or("");
    const bool own = coauth::is_own_path(return_to) && return_to.size() <= longest_return_to;
    const bool signed_in = all_.sessions.find(all_.cookie.read(asked)) != nullptr;
    return html_answer(200, sign_in_page(views(all_.providers()), text_of(happened, about ? about->view.title : ""),
                                         own ? return_to : "", signed_in));
}

web::response login_routes::begin(const served_provider& at, const web::request& asked) const {
    coauth::begin_options wish;
    wish.ask = at.ask;
    wish.return_to = asked.query("return_to").value_or("/me");
    if (!coauth::is_own_path(wish.return_to) || wish.return_to.size() > longest_return_to) {
        return message_answer(400, "This link does not work",
                              "It asks to lead you somewhere else after the login. That is not allowed.", "Sign in",
                              "/");
    }
    wish.cookies = asked.header_value("Cookie");
    wish.address = all_.address_of(asked);
    wish.tag = std::to_string(milliseconds_now());
    try {
        const coauth::pending_login begun = all_.broker.begin(at.client, wish);
        all_.measured.login_begun(at.view.name);
        web::response made = redirect_answer(browser_url_(begun.url()));
        for (const std::string& cookie : begun.set_cookies()) {
            made.headers.push_back({"Set-Cookie", cookie});
        }
        return made;
    } catch (const coauth::error& failed) {
        if (failed.reason() != coauth::errc::too_many_logins && failed.reason() != coauth::errc::shut_down) {
            throw;
        }
    }
    web::response busy = message_answer(503, "Not now", "No login can begin at the moment. Please try again soon.",
                                        "Try again", "/login/" + at.view.name);
    busy.headers.push_back({"Retry-After", "10"});
    return busy;
}

coauth::awaitable<web::response> login_routes::finish(const served_provider& at, web::request asked) const {
    const bool brings_nothing = asked.method == "GET" && asked.target.find('?') == std::string::npos;
    if (at.client.profile().callback_in_fragment() && brings_nothing) {
        co_return html_answer(200, bridge_page(at.view.title, asked.path));
    }
    const auto begun = std::chrono::steady_clock::now();
    std::string body = take_body(asked);
    std::string cookies(asked.header_value("Cookie"));
    coauth::login_answer how =
        co_await all_.broker.complete(std::exchange(asked.target, {}), std::move(cookies), std::move(body));
    tell(at, how, std::chrono::steady_clock::now() - begun);
    co_return answer_to(at, asked, std::move(how));
}

web::response login_routes::answer_to(const served_provider& at, const web::request& asked,
                                      coauth::login_answer how) const {
    web::response made;
    if (how.session) {
        forget_former(asked, *how.session);
        made = redirect_answer(std::move(how.location));
        made.headers.push_back(all_.cookie.set(all_.sessions.add(all_.cookie.read(asked), how.session)));
    } else {
        made = message_answer(how.status, how.status == 403 ? "Not logged in" : "The login did not work", how.text,
                              "Try " + at.view.title + " again", "/login/" + at.view.name);
    }
    for (std::string& cookie : how.set_cookies) {
        made.headers.push_back({"Set-Cookie", std::move(cookie)});
    }
    return made;
}

/// The token of a login that this one takes the place of is of no more use here.
void login_routes::forget_former(const web::request& asked, const coauth::login_session& brought) const {
    const session_ptr former = all_.sessions.find(all_.cookie.read(asked));
    if (!former) {
        return;
    }
    for (const coauth::login_session_ptr& each : former->logins) {
        if (each->key.provider() == brought.key.provider() && each->key != brought.key) {
            boost::asio::co_spawn(all_.where, all_.cache.erase(each->key), boost::asio::detached);
        }
    }
}

void login_routes::tell(const served_provider& at, const coauth::login_answer& how, measurements::duration took) const {
    all_.measured.login_ended(at.view.name, outcome_of(how.status), took);
    boost::json::object facts{{"provider", at.view.name},
                              {"outcome", outcome_of(how.status)},
                              {"microseconds", std::chrono::round<std::chrono::microseconds>(took).count()}};
    if (how.why) {
        facts["error"] = coauth::name_of(how.why->code);
        facts["detail"] = how.why->message();
    }
    if (how.session) {
        facts["account"] = how.session->key.account();
        std::int64_t begun = 0;
        const std::string& tag = how.session->tag;
        if (std::from_chars(tag.data(), tag.data() + tag.size(), begun).ec == std::errc{}) {
            const std::chrono::milliseconds since(std::max<std::int64_t>(0, milliseconds_now() - begun));
            all_.measured.login_completed(at.view.name, since);
        }
    }
    all_.log.write("login", facts);
}

}  // namespace login_server
