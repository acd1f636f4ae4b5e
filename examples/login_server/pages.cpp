#include "login_server/pages.hpp"

#include "web/html.hpp"

#include <coauth/core/encoding.hpp>

#include <algorithm>
#include <cstdint>

namespace login_server {
namespace {

using namespace std::chrono_literals;
using web::escape_html;

constexpr std::size_t badge_colours = 6;

std::string page(std::string_view title, std::string_view content, std::string_view main_class = "",
                 std::string_view script = "") {
    std::string html =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>";
    html.append(escape_html(title)).append("</title>\n<link rel=\"icon\" href=\"/icon.svg\">\n");
    html.append("<link rel=\"stylesheet\" href=\"/style.css\">\n").append(script).append("</head>\n<body>\n<main");
    if (!main_class.empty()) {
        html.append(" class=\"").append(main_class).append("\"");
    }
    return html.append(">\n").append(content).append("</main>\n</body>\n</html>\n");
}

std::string note_text(std::string_view note) {
    return note.empty() ? "" : "<p class=\"note\" role=\"status\">" + escape_html(note) + "</p>\n";
}

/// The first character, which may be several bytes of UTF-8.
std::string_view initial(std::string_view title) {
    std::size_t length = std::min<std::size_t>(1, title.size());
    while (length < title.size() && (static_cast<unsigned char>(title[length]) & 0xc0U) == 0x80U) {
        ++length;
    }
    return title.substr(0, length);
}

std::string badge(const provider_view& of) {
    return "<span class=\"badge hue-" + std::to_string(of.place % badge_colours) + "\" aria-hidden=\"true\">" +
           escape_html(initial(of.title)) + "</span>";
}

std::string login_link(const provider_view& to, std::string_view return_to, std::string_view verb) {
    std::string href = "/login/" + coauth::percent_encode(to.name);
    if (!return_to.empty()) {
        href += "?return_to=" + coauth::percent_encode(return_to);
    }
    return "<a class=\"provider\" href=\"" + escape_html(href) + "\">" + badge(to) + "<span>" + std::string(verb) +
           " " + escape_html(to.title) + "</span></a>";
}

std::string login_links(const std::vector<provider_view>& all, std::string_view return_to, std::string_view verb) {
    std::string list = "<ul class=\"providers\">\n";
    for (const provider_view& each : all) {
        list += "<li>" + login_link(each, return_to, verb) + "</li>\n";
    }
    return list + "</ul>\n";
}

std::string row(std::string_view name, const std::string& value) {
    return "<dt>" + std::string(name) + "</dt>\n<dd>" + value + "</dd>\n";
}

std::string email_text(const login_view& of) {
    return escape_html(*of.email) + (of.email_verified ? " <span class=\"verified\">✓ verified</span>" : "");
}

std::string token_text(const login_view& of) {
    if (!of.problem.empty()) {
        return "<span class=\"bad\">" + escape_html(of.problem) + "</span>";
    }
    if (!of.time_left) {
        return "has no stated end";
    }
    std::string text = "good for " + duration_text(*of.time_left);
    if (of.lifetime && *of.lifetime > 0s) {
        text += "<progress aria-label=\"Time left\" max=\"" + std::to_string(of.lifetime->count()) + "\" value=\"" +
                std::to_string(std::clamp(*of.time_left, 0s, *of.lifetime).count()) + "\"></progress>";
    }
    return text;
}

std::string scope_list(const std::vector<std::string>& scopes) {
    std::string list = "<ul class=\"scopes\">";
    for (const std::string& each : scopes) {
        list += "<li>" + escape_html(each) + "</li>";
    }
    return list + "</ul>";
}

std::string facts(const login_view& of) {
    std::string rows = "<dl>\n";
    if (of.username) {
        rows += row("User", escape_html(*of.username));
    }
    if (of.email) {
        rows += row("E-mail", email_text(of));
    }
    if (of.subject) {
        rows += row("Id", escape_html(*of.subject));
    }
    rows += row("Token", token_text(of));
    if (!of.scopes.empty()) {
        rows += row("Scopes", scope_list(of.scopes));
    }
    return rows + "</dl>\n";
}

std::string post_button(std::string_view action, const login_view& of, std::string_view form_token,
                        std::string_view text, std::string_view css_class = "") {
    return "<form method=\"post\" action=\"" + std::string(action) +
           "\">\n<input type=\"hidden\" name=\"form_token\" value=\"" + escape_html(form_token) +
           "\">\n<input type=\"hidden\" name=\"provider\" value=\"" + escape_html(of.at.name) + "\">\n<button" +
           (css_class.empty() ? "" : " class=\"" + std::string(css_class) + "\"") + ">" + std::string(text) +
           "</button>\n</form>\n";
}

std::string login_card(const login_view& of, std::string_view form_token) {
    const std::optional<std::string>& name = of.name ? of.name : of.username;
    const std::string who = name         ? escape_html(*name)
                            : of.subject ? "You are logged in"
                                         : "It does not say who you are";
    std::string card = "<section class=\"card\" id=\"" + escape_html(of.at.name) + "\">\n<div class=\"title\">" +
                       badge(of.at) + "<div><h2>" + escape_html(of.at.title) + "</h2><p class=\"quiet\">" + who +
                       "</p></div></div>\n" + facts(of) + "<div class=\"actions\">\n";
    if (!of.problem.empty()) {
        card += "<a class=\"button strong\" href=\"/login/" + escape_html(coauth::percent_encode(of.at.name)) +
                "\">Log in again</a>\n";
    } else if (of.can_refresh) {
        card += post_button("/me/refresh", of, form_token, "Refresh the token");
    }
    card += post_button("/me/sign-out", of, form_token, of.can_revoke ? "Sign out and revoke" : "Sign out");
    return card + "</div>\n</section>\n";
}

std::string greeting(const std::vector<login_view>& logins) {
    for (const login_view& each : logins) {
        if (each.name || each.username) {
            return "Hello, " + escape_html(each.name ? *each.name : *each.username);
        }
    }
    return "Hello";
}

}  // namespace

std::string sign_in_page(const std::vector<provider_view>& all, std::string_view note, std::string_view return_to,
                         bool signed_in) {
    const std::string account =
        signed_in ? "<p class=\"quiet\">You are signed in already: <a href=\"/me\">your account</a>.</p>\n" : "";
    return page("Sign in",
                note_text(note) +
                    "<section class=\"card\">\n<h1>Sign in</h1>\n<p class=\"quiet\">Choose where you have an "
                    "account.</p>\n" +
                    account + login_links(all, return_to, "Continue with") + "</section>\n");
}

std::string account_page(const std::vector<login_view>& logins, const std::vector<provider_view>& others,
                         std::string_view note, std::string_view form_token) {
    std::string content = note_text(note) + "<section class=\"card\">\n<h1>" + greeting(logins) +
                          "</h1>\n<p class=\"quiet\">These are your logins, and what this server holds for each.</p>\n"
                          "</section>\n";
    for (const login_view& each : logins) {
        content += login_card(each, form_token);
    }
    if (!others.empty()) {
        content += "<section class=\"card\">\n<h2>Log in elsewhere too</h2>\n" + login_links(others, "", "Add") +
                   "</section>\n";
    }
    return page("Your account", content, "wide");
}

std::string message_page(std::string_view heading, std::string_view text, std::string_view button,
                         std::string_view again) {
    std::string content = "<section class=\"card\">\n<h1>" + escape_html(heading) + "</h1>\n<p>" + escape_html(text) +
                          "</p>\n<div class=\"actions\">\n";
    if (!again.empty()) {
        content += "<a class=\"button strong\" href=\"" + escape_html(again) + "\">" + escape_html(button) + "</a>\n";
    }
    return page(heading, content + "<a class=\"button\" href=\"/\">All ways to sign in</a>\n</div>\n</section>\n");
}

std::string bridge_page(std::string_view provider_title, std::string_view path) {
    const std::string title = escape_html(provider_title);
    const std::string action = escape_html(path);
    return page("Finishing the login",
                "<section class=\"card\">\n<h1>Finishing the login</h1>\n"
                "<p id=\"nothing\" class=\"bad\" hidden>" +
                    title +
                    " sent nothing along with this page. Please <a href=\"/\">sign in</a> again.</p>\n"
                    "<form id=\"answer\" method=\"post\" action=\"" +
                    action + "\"></form>\n<noscript>\n<p>" + title +
                    " has put its answer into this page's address, and your browser runs no scripts that could send it "
                    "on. Copy the whole address from the address bar, paste it here, and go on. Show it to nobody "
                    "else.</p>\n<form method=\"post\" action=\"" +
                    action +
                    "\">\n<label for=\"address\">The address of this page</label>\n"
                    "<textarea id=\"address\" name=\"address\" required autocomplete=\"off\" spellcheck=\"false\">"
                    "</textarea>\n<button class=\"strong\">Go on</button>\n</form>\n</noscript>\n"
                    "<p id=\"waiting\" class=\"quiet\" hidden>A moment, please.</p>\n</section>\n",
                "", "<script src=\"/bridge.js\" defer></script>\n");
}

std::string duration_text(std::chrono::seconds left) {
    if (left < 1min) {
        return "less than a minute";
    }
    const auto minutes = std::chrono::round<std::chrono::minutes>(left).count();
    const auto both = [](std::int64_t first, const char* unit, std::int64_t second, const char* smaller) {
        return std::to_string(first) + unit + (second == 0 ? "" : " " + std::to_string(second) + smaller);
    };
    if (minutes < 60) {
        return std::to_string(minutes) + " min";
    }
    if (minutes < 24 * 60) {
        return both(minutes / 60, " h", minutes % 60, " min");
    }
    return both(minutes / (24 * 60), " d", minutes / 60 % 24, " h");
}

}  // namespace login_server
