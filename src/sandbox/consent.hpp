#pragma once

#include "ledger.hpp"
#include "messages.hpp"

#include <coauth/sandbox/server.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace coauth::sandbox {

/// Text as it may stand in HTML, inside quotes too.
[[nodiscard]] std::string escape_html(std::string_view text);

/// Below which path of another server these pages are shown, as the request says (`X-Forwarded-Prefix`); empty: at
/// their own place.
[[nodiscard]] std::string path_prefix(const request& received);

/// The page on which a user allows or denies; its form is posted to `action` and carries `form_token`.
[[nodiscard]] response consent_page(std::string_view provider_title, const application& asking, const grant& wanted,
                                    std::string_view action, std::string_view form_token);

/// A page for the user where there is nowhere to send them back to.
[[nodiscard]] response message_page(unsigned status, std::string_view heading, std::string_view text);

/// The consent pages that are open, each bound to the browser it was shown to and good for one answer.
class consent_desk {
public:
    /// What a browser is known by: the value of its cookie. Unknown or absent: a new one.
    [[nodiscard]] std::string browser(const request& received, clock::wall_time now);

    /// The user who last allowed something in this browser, or null.
    [[nodiscard]] const user* signed_in(const request& received) const;
    void sign_in(const std::string& browser, const user& subject);

    /// Returns the form's token.
    [[nodiscard]] std::string open(const std::string& browser, grant wanted, clock::wall_time now);

    /// What was asked, if `form_token` is open in the browser that sent `received`; it is closed then.
    [[nodiscard]] std::optional<grant> close(const request& received, std::string_view form_token,
                                             clock::wall_time now);

    /// The field that makes the browser keep its cookie: for this host, or for what lies below `prefix` of another.
    [[nodiscard]] static std::string set_cookie(const std::string& browser, const std::string& prefix);

private:
    struct visit {
        const user* signed_in = nullptr;
        clock::wall_time seen{};
    };
    struct page {
        std::string browser;
        grant wanted;
        clock::wall_time opened;
    };

    std::map<std::string, visit, std::less<>> visits_;
    std::map<std::string, page, std::less<>> pages_;
};

}  // namespace coauth::sandbox
