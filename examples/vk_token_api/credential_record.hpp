#pragma once

#include "credential.hpp"

#include <coauth/cache/token_store.hpp>

#include <optional>

namespace vk_token_api {

/// Under which key the store keeps a credential.
[[nodiscard]] coauth::token_key key_of(const std::string& owner, const std::string& account_name);

/// What the store keeps: the token, and beside it what is known of it.
[[nodiscard]] coauth::token_record record_of(const credential& what, const coauth::token& value);

/// The credential of a record; nothing where the record is not of this program.
[[nodiscard]] std::optional<credential> read_credential(const coauth::token_record& record, std::uint64_t version);

}  // namespace vk_token_api
