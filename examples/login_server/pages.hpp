#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace login_server {

// Pages as HTML. Every text that comes from outside is escaped here, so it is given as it is.

/// A provider, as a button shows it.
struct provider_view {
    std::string name;       ///< "hitkey"
    std::string title;      ///< "HitKey"
    std::size_t place = 0;  ///< Among all: its badge's colour.
};

/// A login, as the account's page shows it.
struct login_view {
    provider_view at;
    std::optional<std::string> name{};
    std::optional<std::string> username{};
    std::optional<std::string> email{};
    bool email_verified = false;
    std::optional<std::string> subject{};  ///< Absent: the provider does not say who it is.

    std::string problem{};                            ///< Why there is no token that is good now.
    std::optional<std::chrono::seconds> time_left{};  ///< Absent: no stated end.
    std::optional<std::chrono::seconds> lifetime{};
    std::vector<std::string> scopes{};
    bool can_refresh = false;
    bool can_revoke = false;
};

/// `return_to` is where a login shall lead; `signed_in` shows a way to the account.
[[nodiscard]] std::string sign_in_page(const std::vector<provider_view>& all, std::string_view note,
                                       std::string_view return_to, bool signed_in);

/// `others` are those where there is no login yet.
[[nodiscard]] std::string account_page(const std::vector<login_view>& logins, const std::vector<provider_view>& others,
                                       std::string_view note, std::string_view form_token);

/// For what has gone wrong; `again`, if there is one, is the path of a button.
[[nodiscard]] std::string message_page(std::string_view heading, std::string_view text, std::string_view button,
                                       std::string_view again);

/// For a callback in the fragment: its script sends it on to `path`; without scripts it is pasted.
[[nodiscard]] std::string bridge_page(std::string_view provider_title, std::string_view path);

/// "less than a minute", "59 min", "23 h 5 min", "7 d".
[[nodiscard]] std::string duration_text(std::chrono::seconds left);

}  // namespace login_server
