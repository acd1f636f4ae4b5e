#pragma once

#include "web/http_server.hpp"

#include <string>
#include <string_view>

namespace login_server {

/// An HTML page.
[[nodiscard]] web::response html_answer(unsigned status, std::string page);

/// A page that says what has gone wrong, with a button to try `again` if that is not empty.
[[nodiscard]] web::response message_answer(unsigned status, std::string_view heading, std::string_view text,
                                           std::string_view button = "", std::string_view again = "");

/// 303: the browser goes on with GET.
[[nodiscard]] web::response redirect_answer(std::string location);

/// Adds what every answer carries, but for what it has already: nothing is cached, framed, sniffed or told to other
/// sites, and nothing is run or loaded but what this server has as files.
void add_security_headers(web::response& to, bool https);

/// The cookie of the session.
class session_cookie {
public:
    explicit session_cookie(bool https) : https_(https) {}

    [[nodiscard]] std::string_view read(const web::request& from) const { return from.cookie(name()); }
    [[nodiscard]] web::header set(std::string_view value) const;
    [[nodiscard]] web::header clear() const;

private:
    /// "__Host-" has browsers insist on `Secure`, this host and all its paths.
    [[nodiscard]] std::string_view name() const { return https_ ? "__Host-session" : "session"; }
    [[nodiscard]] web::header header_with(std::string_view value, std::string_view more) const;

    bool https_;
};

}  // namespace login_server
