#pragma once

#include <coauth/core/error.hpp>
#include <coauth/flow/client.hpp>

#include <map>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>

namespace coauth::login {

/// The address of a request or a redirect URI without query and fragment.
struct callback_place {
    std::string origin;  ///< "https://game.example"; empty where a server saw the path alone.
    std::string path;
};

/// Fails with `errc::callback_malformed`. Only what stands before the query is read.
[[nodiscard]] result<callback_place> place_of(std::string_view callback);

/// The clients that a broker knows, and which provider owns which redirect URI. Threads: any.
class served_clients {
public:
    /// Fails with `errc::invalid_argument` where another provider has its redirect URI's path, or it has none.
    [[nodiscard]] result<void> serve(const client& with, bool replace);

    [[nodiscard]] std::optional<client> find(std::string_view provider, std::string_view client_id) const;

    /// A profile of the provider whose redirect URI this is; nothing if it is nobody's.
    [[nodiscard]] std::optional<provider::profile> owner_of(const callback_place& where) const;

private:
    [[nodiscard]] bool knows(const client& with) const;

    mutable std::shared_mutex mutex_;
    struct served {
        client who;
        std::set<std::string, std::less<>> redirect_uris;
    };
    struct by_name {
        using is_transparent = void;
        bool operator()(const auto& left, const auto& right) const noexcept {
            return std::pair<std::string_view, std::string_view>{left} <
                   std::pair<std::string_view, std::string_view>{right};
        }
    };
    std::map<std::pair<std::string, std::string>, served, by_name> clients_;  ///< By provider and client id.
    struct route {
        provider::profile owner;
        std::set<std::string> origins;
    };
    std::map<std::string, route, std::less<>> routes_;  ///< By path.
};

}  // namespace coauth::login
