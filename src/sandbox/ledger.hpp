#pragma once

#include <coauth/core/clock.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace coauth::sandbox {

/// Somebody who can log in.
struct user {
    std::string login;
    std::string given_name;
    std::string family_name;
    std::string email;
    std::string uuid;
    unsigned number;
    bool email_verified;
};

/// The one of that login: "ann", "bob", "cyd", or one of the crowd, "player-1" to "player-1000000". Null for any other.
[[nodiscard]] const user* find_user(std::string_view login);

/// Those whom the consent page offers: all but the crowd.
[[nodiscard]] const std::array<user, 3>& all_users() noexcept;

/// What an application asked a user for, and, once allowed, what all its codes and tokens go back to.
struct grant {
    std::string client_id{};
    std::string redirect_uri{};
    std::string scope{};
    std::optional<std::string> state{};
    const user* subject = nullptr;
    std::string address{};  ///< Where the consent came from.
    clock::wall_time granted_at{};
    bool revoked = false;
};

/// A code or a token.
struct credential {
    std::shared_ptr<grant> of{};
    clock::wall_time issued_at{};
    std::optional<clock::wall_time> expires_at{};
    bool used = false;

    [[nodiscard]] bool expired(clock::wall_time now) const noexcept { return expires_at && *expires_at <= now; }
    [[nodiscard]] bool alive(clock::wall_time now) const noexcept { return !of->revoked && !expired(now); }
};

/// The codes or tokens of one kind. What expired a day ago is forgotten.
class ledger {
public:
    /// Returns the new code or token: `prefix` and 256 random bits.
    std::string add(credential issued, std::string_view prefix = {});

    [[nodiscard]] credential* find(std::string_view text);

private:
    void forget_old(clock::wall_time now);

    std::map<std::string, credential, std::less<>> credentials_;
    std::size_t next_sweep_ = 1024;
};

/// What a code of the authorization code grant stands for; null where it must be refused. A code that comes a second
/// time also takes back what its first use gave (RFC 6749, section 4.1.2).
[[nodiscard]] std::shared_ptr<grant> redeem(ledger& codes, std::string_view code, std::string_view client_id,
                                            std::string_view redirect_uri, clock::wall_time now);

}  // namespace coauth::sandbox
