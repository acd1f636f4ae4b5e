#pragma once

#include <coauth/core/error.hpp>
#include <coauth/core/secret.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace coauth {

/// A key of a `key_ring`, 32 bytes long.
struct named_key {
    std::string name;
    secret bytes;
};

[[nodiscard]] bool is_key_name(std::string_view name) noexcept;

/// `errc::invalid_argument` with this text.
[[nodiscard]] failure bad_key(std::string detail);

/// The same failure, of this place.
[[nodiscard]] failure told_of(const std::string& place, failure what);

/// Reads a key ring's text form, as `key_ring::parse` does.
[[nodiscard]] result<std::vector<named_key>> read_keys(std::string_view text);

/// The text of a file that only its owner may read. Throws as `key_ring::from_file` does.
[[nodiscard]] secret read_key_file(const std::string& path);

/// The text of an environment variable, with line breaks for its commas. Throws as `key_ring::from_environment` does.
[[nodiscard]] secret read_key_variable(const std::string& variable);

/// A new key as a line.
[[nodiscard]] secret new_key_line(std::string_view name);

}  // namespace coauth
