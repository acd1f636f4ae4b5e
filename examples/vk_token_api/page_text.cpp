#include "page_text.hpp"

#include "token_status.hpp"

#include <coauth/core/encoding.hpp>

#include <web/html.hpp>

namespace vk_token_api {
namespace {

using coauth::clock;
using web::escape_html;

web::response page(unsigned status, std::string_view title, const std::string& content) {
    web::response made(status, "text/html; charset=utf-8",
                       "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
                           escape_html(title) +
                           "</title>\n<link rel=\"icon\" href=\"data:,\">\n"
                           "<link rel=\"stylesheet\" href=\"/settings/page.css\">\n"
                           "<script src=\"/settings/page.js\" defer></script>\n</head>\n<body>\n<main>\n" +
                           content + "</main>\n</body>\n</html>\n");
    made.headers = {{"Cache-Control", "no-store"},
                    {"Content-Security-Policy",
                     "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action 'self'; "
                     "frame-ancestors 'none'; base-uri 'none'"},
                    {"Content-Type", "text/html; charset=utf-8"},
                    {"Cross-Origin-Opener-Policy", "same-origin"},
                    {"Referrer-Policy", "no-referrer"},
                    {"X-Content-Type-Options", "nosniff"},
                    {"X-Frame-Options", "DENY"}};
    return made;
}

web::response asset(const char* content_type, std::string_view text) {
    web::response made(200, content_type, std::string(text));
    made.headers.push_back({"Cache-Control", "no-cache"});
    made.headers.push_back({"X-Content-Type-Options", "nosniff"});
    return made;
}

std::string renewal_path(std::string_view account_name) {
    return "/settings/vk/refresh?account_name=" + coauth::percent_encode(account_name);
}

std::string state_of(const credential& what, clock::wall_time now) {
    if (!what.expires_at) {
        return "Valid; it does not expire";
    }
    return *what.expires_at <= now ? "Expired" : "Expires in " + time_until(*what.expires_at, now);
}

const char* class_of(const credential& what, clock::wall_time now) {
    const bool has_ended = what.expires_at && *what.expires_at <= now;
    return has_ended ? "ended" : needs_refresh(what, now) ? "ending" : "good";
}

std::string account(const credential& what, clock::wall_time now) {
    const std::string end = what.expires_at ? timestamp(*what.expires_at) : "";
    return "<li class=\"account " + std::string(class_of(what, now)) + "\">\n<div>\n<h2>" +
           escape_html(what.account_name) + "</h2>\n<p class=\"state\">" + state_of(what, now) +
           "</p>\n<p class=\"quiet\">VK user " + std::to_string(what.user_id) +
           (end.empty() ? "" : ", until <time datetime=\"" + end + "\">" + end + "</time>") +
           "</p>\n</div>\n<a class=\"button\" href=\"" + escape_html(renewal_path(what.account_name)) +
           "\">Refresh Token</a>\n</li>\n";
}

/// Shown open, so that it needs no script; the script makes it modal.
std::string warning(const credential& about, clock::wall_time now) {
    const bool has_ended = *about.expires_at <= now;
    const std::string key = std::to_string(about.id) + "-" + timestamp(*about.expires_at);
    return "<dialog open aria-labelledby=\"warning\" data-about=\"" + key + (has_ended ? "-ended" : "") +
           "\">\n<h2 id=\"warning\">" + (has_ended ? "VK Token Expired" : "VK Token Expiring") + "</h2>\n<p>" +
           (has_ended ? "Token has expired" : "Token expires in " + time_until(*about.expires_at, now)) + ": " +
           escape_html(about.account_name) + "</p>\n<div class=\"choices\">\n<a class=\"button strong\" href=\"" +
           escape_html(renewal_path(about.account_name)) +
           "\">Refresh Token</a>\n<form method=\"dialog\"><button>Later</button></form>\n</div>\n</dialog>\n";
}

/// The token that wants to be renewed first.
const credential* most_urgent(const std::vector<credential>& kept, clock::wall_time now) {
    const credential* found = nullptr;
    for (const credential& each : kept) {
        if (needs_refresh(each, now) && (found == nullptr || *each.expires_at < *found->expires_at)) {
            found = &each;
        }
    }
    return found;
}

}  // namespace

web::response sign_in_page(std::string_view why) {
    const std::string problem_text =
        why.empty() ? "" : "<p class=\"wrong\" role=\"alert\">" + escape_html(why) + ".</p>\n";
    return page(why.empty() ? 200 : 401, "Sign in - VK token",
                "<h1>Sign in</h1>\n" + problem_text +
                    "<p>Paste the JSON Web Token that you use for the API. It stays in this browser until it "
                    "expires.</p>\n<form method=\"post\" action=\"/settings/sign-in\">\n"
                    "<label for=\"jwt\">JSON Web Token</label>\n"
                    "<input id=\"jwt\" name=\"jwt\" type=\"password\" autocomplete=\"off\" required>\n"
                    "<div class=\"choices\"><button class=\"strong\">Sign in</button></div>\n</form>\n");
}

web::response status_page(const std::vector<credential>& kept, clock::wall_time now, std::string_view notice) {
    std::string content = "<h1>VK tokens</h1>\n";
    if (const credential* const urgent = most_urgent(kept, now)) {
        content += warning(*urgent, now);
    }
    if (!notice.empty()) {
        content += "<p class=\"done\" role=\"status\">" + escape_html(notice) + "</p>\n";
    }
    content += kept.empty() ? "<p>There is no VK token yet.</p>\n<div class=\"choices\"><a class=\"button strong\" "
                              "href=\"/settings/vk/refresh\">Get a token</a></div>\n"
                            : "<ul>\n";
    for (const credential& each : kept) {
        content += account(each, now);
    }
    content += kept.empty() ? "" : "</ul>\n";
    content += "<form method=\"post\" action=\"/settings/sign-out\"><button class=\"plain\">Sign out</button></form>\n";
    web::response made = page(200, "VK tokens", content);
    made.headers.push_back({"Refresh", "60; url=/settings/vk"});
    return made;
}

web::response renewal_page(const std::string& authorization_url, std::string_view account_name, const problem* wrong) {
    const std::string problem_text = wrong == nullptr
                                         ? ""
                                         : "<p class=\"wrong\" role=\"alert\"><strong>" + escape_html(wrong->message) +
                                               ".</strong> " + escape_html(wrong->solution) + ".</p>\n";
    return page(wrong == nullptr ? 200 : wrong->status, "Refresh the VK token",
                "<h1>Refresh the VK token</h1>\n" + problem_text +
                    "<ol>\n<li><a class=\"button strong\" target=\"_blank\" rel=\"noopener noreferrer\" href=\"" +
                    escape_html(authorization_url) +
                    "\">Open VK</a></li>\n<li>Allow the permissions (video, groups, wall).</li>\n"
                    "<li>Copy the whole address of the page that VK opens then, and paste it here:</li>\n</ol>\n"
                    "<form method=\"post\" action=\"/settings/vk/refresh\">\n"
                    "<label for=\"token_data\">Address or token</label>\n"
                    "<textarea id=\"token_data\" name=\"token_data\" rows=\"4\" autocomplete=\"off\" "
                    "spellcheck=\"false\" required></textarea>\n"
                    "<label for=\"account_name\">Name of the account</label>\n"
                    "<input id=\"account_name\" name=\"account_name\" maxlength=\"100\" value=\"" +
                    escape_html(account_name) +
                    "\">\n<div class=\"choices\"><button class=\"strong\">Save the token</button> "
                    "<a class=\"button\" href=\"/settings/vk\">Back</a></div>\n</form>\n");
}

web::response style_sheet() {
    return asset("text/css; charset=utf-8", R"(:root { color-scheme: light dark; --edge: #d5d8de; --muted: #5d6470;
  --strong: #1f5fd0; --on-strong: #fff; --good: #16793b; --ending: #9a5b00; --ended: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --edge: #3c4048; --muted: #a2a9b4; --strong: #7fb0ff;
  --on-strong: #0c1420; --good: #6fd194; --ending: #f2b866; --ended: #ff9a92; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 36rem; margin: 4vh auto; }
h1 { font-size: 1.5rem; line-height: 1.3; }
h2 { margin: 0; font-size: 1.1rem; }
ul { margin: 1rem 0; padding: 0; list-style: none; }
ol { padding-left: 1.4rem; }
li { margin: 0.5rem 0; }
p { margin: 0.25rem 0; }
.account { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; justify-content: space-between;
  padding: 1rem; border: 1px solid var(--edge); border-left: 0.3rem solid var(--good); border-radius: 0.5rem; }
.account.ending { border-left-color: var(--ending); }
.account.ended { border-left-color: var(--ended); }
.good .state { color: var(--good); } .ending .state { color: var(--ending); } .ended .state { color: var(--ended); }
.quiet { color: var(--muted); font-size: 0.875rem; }
.wrong, .done { margin: 1rem 0; padding: 0.75rem 1rem; border: 1px solid; border-radius: 0.5rem; }
.wrong { color: var(--ended); } .done { color: var(--good); }
label { display: block; margin: 1rem 0 0.25rem; font-weight: 600; }
input, textarea { width: 100%; min-height: 2.75rem; padding: 0.5rem 0.75rem; border: 1px solid var(--edge);
  border-radius: 0.5rem; background: transparent; color: inherit; font: inherit; }
.choices { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1rem; }
button, .button { display: inline-block; min-height: 2.75rem; padding: 0.6rem 1rem; border: 1px solid var(--edge);
  border-radius: 0.5rem; background: transparent; color: inherit; font: inherit; font-weight: 600; line-height: 1.4;
  text-decoration: none; cursor: pointer; }
.strong { border-color: var(--strong); background: var(--strong); color: var(--on-strong); }
.plain { border-color: transparent; padding-left: 0; color: var(--muted); font-weight: 400; }
dialog { max-width: min(26rem, calc(100vw - 2rem)); padding: 1.5rem; border: 1px solid var(--edge);
  border-radius: 0.75rem; }
dialog:not(:modal) { position: static; margin: 1rem 0; }
dialog::backdrop { background: rgb(0 0 0 / 50%); }
)");
}

web::response page_script() {
    return asset("text/javascript; charset=utf-8", R"('use strict';
// The page warns without this script too: here the dialog becomes modal, and "Later" is remembered in this tab.
const dialog = document.querySelector('dialog');
if (dialog) {
  const later = 'later-' + dialog.dataset.about;
  dialog.removeAttribute('open');
  if (!sessionStorage.getItem(later)) {
    dialog.showModal();
  }
  dialog.addEventListener('close', () => sessionStorage.setItem(later, 'yes'));
}
)");
}

}  // namespace vk_token_api
