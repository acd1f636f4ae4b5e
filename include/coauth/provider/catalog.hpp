#pragma once

#include <coauth/provider/profile.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace coauth::provider {

/// The built-in profile of that name: "hikka", "hitkey", "hike", "vk" or "hitbox".
/// Throws `coauth::error` with `errc::unknown_provider` and the names there are.
[[nodiscard]] profile builtin(std::string_view name);

/// The names that `builtin` takes, in alphabetical order.
[[nodiscard]] std::vector<std::string_view> builtin_names();

/// The JSON text of a built-in profile, to start one's own from. Throws as `builtin` does.
[[nodiscard]] std::string_view builtin_json(std::string_view name);

/// Reads and checks a profile from its JSON text. `file` is what errors call it.
/// Throws `coauth::error` with `errc::invalid_profile`: file, place (JSON pointer), what is wrong, and the mend.
[[nodiscard]] profile load(std::string_view json, std::string_view file = "profile");

/// Reads and checks the file at `path`. Throws as `load`, and the same when the file cannot be read or is over 1 MiB.
[[nodiscard]] profile load_file(const std::string& path);

}  // namespace coauth::provider
