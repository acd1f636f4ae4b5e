#pragma once

#include <coauth/core/token.hpp>

#include <boost/json/storage_ptr.hpp>

namespace coauth {

/// `reveal`, into memory that may wipe itself.
[[nodiscard]] boost::json::object reveal_in(const token& value, boost::json::storage_ptr memory);

}  // namespace coauth
