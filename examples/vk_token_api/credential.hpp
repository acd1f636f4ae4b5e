#pragma once

#include <coauth/core/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace vk_token_api {

/// What is known of a token that was submitted, without the token.
class credential {
public:
    credential() = default;

    std::int64_t id = 0;
    std::string owner;                                   ///< The `sub` of who submitted it.
    std::string account_name;                            ///< The owner's name for it.
    std::int64_t user_id = 0;                            ///< VK's.
    std::optional<coauth::clock::wall_time> expires_at;  ///< Absent: the token does not end.
    coauth::clock::wall_time submitted_at{};
    bool notified = false;      ///< The webhook was told that this token ends.
    std::uint64_t version = 0;  ///< The store's: another one is another token, or the same told of.
};

}  // namespace vk_token_api
