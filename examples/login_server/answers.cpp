#include "login_server/answers.hpp"

#include "login_server/pages.hpp"

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>

namespace login_server {
namespace {

void add_if_absent(web::response& to, std::string_view name, std::string_view value) {
    const auto same = [name](const web::header& each) { return boost::urls::grammar::ci_is_equal(each.name, name); };
    if (std::ranges::none_of(to.headers, same)) {
        to.headers.push_back({std::string(name), std::string(value)});
    }
}

}  // namespace

web::response html_answer(unsigned status, std::string page) {
    return {status, "text/html; charset=utf-8", std::move(page)};
}

web::response message_answer(unsigned status, std::string_view heading, std::string_view text, std::string_view button,
                             std::string_view again) {
    return html_answer(status, message_page(heading, text, button, again));
}

web::response redirect_answer(std::string location) {
    web::response made(303);
    made.headers.push_back({"Location", std::move(location)});
    return made;
}

void add_security_headers(web::response& to, bool https) {
    add_if_absent(to, "Cache-Control", "no-store");
    add_if_absent(to, "Content-Security-Policy",
                  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
                  "base-uri 'none'; frame-ancestors 'none'");
    add_if_absent(to, "X-Content-Type-Options", "nosniff");
    add_if_absent(to, "X-Frame-Options", "DENY");
    add_if_absent(to, "Referrer-Policy", "no-referrer");
    add_if_absent(to, "Cross-Origin-Opener-Policy", "same-origin");
    add_if_absent(to, "Cross-Origin-Resource-Policy", "same-origin");
    if (https) {
        add_if_absent(to, "Strict-Transport-Security", "max-age=31536000");
    }
}

web::header session_cookie::set(std::string_view value) const {
    return header_with(value, "");
}

web::header session_cookie::clear() const {
    return header_with("", "; Max-Age=0");
}

web::header session_cookie::header_with(std::string_view value, std::string_view more) const {
    std::string text(name());
    text.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Lax");
    text.append(https_ ? "; Secure" : "").append(more);
    return {"Set-Cookie", std::move(text)};
}

}  // namespace login_server
