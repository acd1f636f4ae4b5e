#pragma once

#include <coauth/cache/token_store.hpp>

#include <string_view>

namespace coauth {

/// A record as JSON text. Whatever memory it took on the way is wiped.
[[nodiscard]] secret write_record(const token_record& record);

/// The record again. Fails with `errc::store_damaged`.
[[nodiscard]] result<token_record> read_record(std::string_view text);

}  // namespace coauth
