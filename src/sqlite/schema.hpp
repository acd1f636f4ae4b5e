#pragma once

#include "sqlite/connection.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

namespace coauth::sqlite {

/// Stands in the header of each of our files (`PRAGMA application_id`): "coau".
inline constexpr std::int64_t application_id = 0x636F6175;

/// The statements that bring a file from version N (`PRAGMA user_version`) to N + 1, at index N. A new file has version
/// 0. What was released here never changes: a new version is a new step at the end.
[[nodiscard]] std::span<const char* const> schema_steps() noexcept;

/// Opens the file and brings it up to date; creates it, for its owner alone, if it is not there. Waits for another
/// connection's lock for `patience`. `busy` is what the connection then waits by itself.
[[nodiscard]] connection open_file(const std::string& path, std::chrono::milliseconds patience,
                                   std::chrono::milliseconds busy);

/// Brings a file that is ours, or empty, up to date, in one transaction. Throws `errc::store_damaged` for another
/// application's, `errc::store_version` for a newer one; both are left untouched.
void bring_up_to_date(connection& file, std::span<const char* const> steps);

}  // namespace coauth::sqlite
