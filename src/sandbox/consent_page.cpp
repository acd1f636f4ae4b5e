#include "consent.hpp"

#include <coauth/core/encoding.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace coauth::sandbox {
namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --edge: #d5d8de; --muted: #5d6470; --strong: #1f5fd0; --on-strong: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --edge: #3c4048; --muted: #a2a9b4; --strong: #7fb0ff; --on-strong: #0c1420; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 26rem; margin: 4vh auto; padding: 1.5rem; border: 1px solid var(--edge); border-radius: 0.75rem; }
h1 { margin: 0.25rem 0 1rem; font-size: 1.3rem; line-height: 1.3; text-wrap: balance; }
ul { margin: 0.25rem 0 1rem; padding-left: 1.2rem; }
p { margin: 0.5rem 0; }
.quiet, legend { color: var(--muted); font-size: 0.875rem; }
fieldset { margin: 1rem 0; padding: 0; border: 0; }
label { display: flex; gap: 0.75rem; align-items: center; min-height: 2.75rem; cursor: pointer; }
input { width: 1.1rem; height: 1.1rem; accent-color: var(--strong); }
.choices { display: flex; gap: 0.75rem; }
button { flex: 1; min-height: 2.75rem; border: 1px solid var(--edge); border-radius: 0.5rem; background: transparent;
  color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
button[value=allow] { border-color: var(--strong); background: var(--strong); color: var(--on-strong); }
)";

/// The source that a form may lead to: a redirect after the POST is held to `form-action` as well.
std::string source_of(const std::string& redirect_uri) {
    const auto parsed = boost::urls::parse_uri(redirect_uri);
    if (!parsed)
        return "";
    const std::string scheme{parsed->scheme()};
    if (!parsed->has_authority())
        return " " + scheme + ":";
    return " " + scheme + "://" + std::string{parsed->encoded_host_and_port()};
}

response page(unsigned status, const std::string& title, const std::string& content, const std::string& form_sources) {
    const auto digest = sha256(style);
    const std::string style_hash = base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
    // Where a program has the pages below its own origin, a browser that goes back to one may still be at the icon of
    // the program's page, and asks for it under this policy.
    const std::string policy = "default-src 'none'; img-src 'self'; style-src 'sha256-" + style_hash +
                               "'; form-action " + form_sources + "; frame-ancestors 'none'; base-uri 'none'";
    return {status,
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Cache-Control", "no-store"},
             {"Content-Security-Policy", policy},
             {"X-Frame-Options", "DENY"},
             {"X-Content-Type-Options", "nosniff"},
             {"Referrer-Policy", "no-referrer"}},
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
                title + "</title>\n<style>" + std::string{style} + "</style>\n</head>\n<body>\n<main>\n" + content +
                "</main>\n</body>\n</html>\n"};
}

std::string scope_list(std::string_view scope) {
    std::string items;
    while (!scope.empty()) {
        const std::string_view one = scope.substr(0, scope.find_first_of(", "));
        scope.remove_prefix(std::min(one.size() + 1, scope.size()));
        if (!one.empty())
            items += "<li>" + escape_html(one) + "</li>\n";
    }
    return items.empty() ? "<p>It asks who you are, and for nothing else.</p>\n"
                         : "<p>It asks for:</p>\n<ul>\n" + items + "</ul>\n";
}

std::string user_choice() {
    std::string choice = "<fieldset>\n<legend>Continue as</legend>\n";
    for (const user& one : all_users()) {
        choice += "<label><input type=\"radio\" name=\"user\" value=\"" + one.login + "\"" +
                  (&one == &all_users().front() ? " checked" : "") + "> <span>" + one.given_name + " " +
                  one.family_name + " <span class=\"quiet\">" + one.email + "</span></span></label>\n";
    }
    return choice + "</fieldset>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
    std::string escaped;
    for (const char letter : text) {
        switch (letter) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += letter;
        }
    }
    return escaped;
}

response consent_page(std::string_view provider_title, const application& asking, const grant& wanted,
                      std::string_view action, std::string_view form_token) {
    const std::string title = escape_html(provider_title);
    const std::string name = escape_html(asking.name);
    return page(200, "Allow " + name + "? - " + title,
                "<p class=\"quiet\">" + title + ", simulated</p>\n<h1>" + name +
                    " wants to log you in</h1>\n<p class=\"quiet\">" + escape_html(asking.description) + "</p>\n" +
                    scope_list(wanted.scope) + "<form method=\"post\" action=\"" + escape_html(action) +
                    "\">\n"
                    "<input type=\"hidden\" name=\"form_token\" value=\"" +
                    escape_html(form_token) + "\">\n" + user_choice() +
                    "<div class=\"choices\">\n<button name=\"decision\" value=\"allow\">Allow</button>\n"
                    "<button name=\"decision\" value=\"deny\">Deny</button>\n</div>\n</form>\n"
                    "<p class=\"quiet\">Either way you go back to " +
                    escape_html(wanted.redirect_uri) + "</p>\n",
                "'self'" + source_of(wanted.redirect_uri));
}

response message_page(unsigned status, std::string_view heading, std::string_view text) {
    const std::string title = escape_html(heading);
    return page(status, title, "<h1>" + title + "</h1>\n<p>" + escape_html(text) + "</p>\n", "'none'");
}

}  // namespace coauth::sandbox
