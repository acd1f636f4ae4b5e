#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::provider {

struct profile_data;

/// How a callback is known to belong to the login that asked for it.
enum class binding {
    state,   ///< The provider echoes `state`; it is required and verified.
    cookie,  ///< The provider echoes nothing: the browser's cookie is the only tie. A state that does come back is
             ///< verified.
};

/// What happens to the refresh token when it is used.
enum class rotation {
    none,       ///< There is no refresh.
    never,      ///< The same refresh token goes on serving.
    always,     ///< Each refresh brings a new one and ends the old one.
    sometimes,  ///< A new one may come; whatever the reply holds is right.
};

/// How a provider speaks: a checked, immutable value, made by `builtin` or `load` from JSON (docs/profiles.md).
///
/// Copying is cheap and shares the data. Threads: any.
class profile {
public:
    [[nodiscard]] const std::string& name() const noexcept;   ///< "hitkey"
    [[nodiscard]] const std::string& title() const noexcept;  ///< "HitKey", for people

    /// Whether the provider has that operation ("refresh", "userinfo", "list_apps").
    [[nodiscard]] bool has(std::string_view operation) const noexcept;

    /// The names of all operations, in the order of the file.
    [[nodiscard]] std::vector<std::string> operations() const;

    /// The values that the caller of an operation has to give (`user` for "list_apps"); a trailing "?" marks those that
    /// may be left out. Empty too where there is no such operation.
    [[nodiscard]] std::vector<std::string> arguments(std::string_view operation) const;

    [[nodiscard]] provider::binding binding() const noexcept;    ///< How a callback is known to be a login's.
    [[nodiscard]] provider::rotation rotation() const noexcept;  ///< What a refresh does to the refresh token.

    /// Whether the callback stands in the URL's fragment, which a server never sees: a page or a person has to pass it
    /// on.
    [[nodiscard]] bool callback_in_fragment() const noexcept;

    /// Whether the callback is a form that the browser posts from the provider's page (OAuth 2.0 Form Post Response
    /// Mode): cookies come along only if they are `SameSite=None`.
    [[nodiscard]] bool callback_in_form() const noexcept;

    /// How long before its end the owner of a token that cannot be refreshed should be told.
    [[nodiscard]] std::optional<std::chrono::seconds> expiring_threshold() const noexcept;

    /// The least time between two refreshes of one token, if the provider asks for one.
    [[nodiscard]] std::optional<std::chrono::seconds> least_refresh_interval() const noexcept;

    /// The environment variables in which a program looks for the client id, best first.
    [[nodiscard]] const std::vector<std::string>& client_id_variables() const noexcept;

    /// The same for the client secret.
    [[nodiscard]] const std::vector<std::string>& client_secret_variables() const noexcept;

    /// The hosts that requests of this profile go to, with their port where it is not 443; no others ever see its
    /// credentials. The page that the browser opens may be elsewhere.
    [[nodiscard]] std::vector<std::string> hosts() const;

    /// The loader's own; the data is no part of the interface.
    explicit profile(std::shared_ptr<const profile_data> data) noexcept;

    /// The steps' own; the data is no part of the interface.
    [[nodiscard]] const profile_data& data() const noexcept { return *data_; }

private:
    std::shared_ptr<const profile_data> data_;
};

}  // namespace coauth::provider
