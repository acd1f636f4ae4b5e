#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>

namespace coauth {

/// Who logged in, as the provider tells it. Nothing in it is signed: it is worth what the connection to the provider
/// is, and its texts are untrusted: escape them before HTML.
struct identity {
    identity() = default;
    explicit identity(std::string reply);  ///< Whose `claims` are `reply`, a JSON text.

    std::string provider;  ///< The profile's name.
    std::string subject;  ///< The stable id of the user at this provider (HitKey `sub`, never the e-mail). Never empty.

    std::optional<std::string> name;      ///< As it is shown to people. Absent, here and below: the provider is silent.
    std::optional<std::string> username;  ///< The name chosen at the provider; it may change hands.
    std::optional<std::string> email;     ///< May change hands, and may be anybody's unless it is verified.
    std::optional<bool> email_verified;   ///< Whether the provider says that the address is the user's.
    std::optional<std::string> picture;   ///< A URL.

    /// The whole reply; null where there was none. It is kept as the text that came, which takes a fraction of the
    /// memory and is all that most logins need, and read anew each time: call this once. Throws `std::bad_alloc`.
    [[nodiscard]] boost::json::value claims() const;

private:
    std::string reply_;
};

/// What a provider says of a token.
struct validation {
    validation() = default;

    bool active = false;                 ///< False: expired, revoked, unknown or bound elsewhere.
    std::string reason;                  ///< Where it is not active, the provider's words; untrusted.
    std::optional<std::string> subject;  ///< Whose it is, if the provider says so.
    boost::json::value claims;           ///< The whole reply.
};

}  // namespace coauth
