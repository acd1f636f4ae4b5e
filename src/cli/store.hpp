#pragma once

#include "cli/command_line.hpp"

#include <coauth/sqlite/sqlite_store.hpp>

#include <memory>
#include <optional>
#include <string>

namespace coauth::cli {

using store_ptr = std::shared_ptr<sqlite_store>;

/// The store that --store names, sealed under the keys of --key-file or COAUTH_STORE_KEYS, or plain if that was said.
/// Throws `coauth::error`; and `program_error` where nothing says how it is sealed, or there is no such file.
[[nodiscard]] store_ptr open_store(const arguments& given);

/// The same; a file that is not there is made.
[[nodiscard]] store_ptr open_or_create_store(const arguments& given);

/// What is known of the token that a command is about.
struct token_choice {
    token_choice(const arguments& given, std::string its_provider, std::string its_client_id);

    [[nodiscard]] bool fits(const token_key& key) const;

    std::string provider;
    std::string account;
    std::string client_id;  ///< Empty: of any client.
    std::optional<std::string> scope;
    std::optional<std::string> resource;
};

/// The one record that fits; where several do, the one for no scope and resource in particular. Throws `errc::no_token`
/// where there is none, `program_error` where the choice is not clear.
[[nodiscard]] awaitable<store_page::item> find_record(store_ptr in, token_choice wanted);

/// Its key alone, without a search where the choice is complete; the record may be unreadable.
[[nodiscard]] awaitable<token_key> find_key(store_ptr in, token_choice wanted);

/// Writes the token in the place of any other.
awaitable<void> keep(store_ptr in, token_key key, token fresh);

}  // namespace coauth::cli
