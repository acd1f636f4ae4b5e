#pragma once

#include <coauth/cache/token_store.hpp>
#include <coauth/core/clock.hpp>

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace coauth::cli {

// What is told of the records of a store.

/// The parts of the key that are not empty.
[[nodiscard]] boost::json::object to_json(const token_key& key);

/// The token, with "(hidden)" in the place of everything that is or may be a secret, unless it is to be revealed.
[[nodiscard]] boost::json::object to_json(const token& kept, bool revealed);

/// What can be said of a record without its token: key, end, state, why it cannot be used.
[[nodiscard]] boost::json::object summary(const store_page::item& of, clock::wall_time now);

/// The same for people: a line for each record below a heading, in columns. One that is empty all the way down is left
/// out.
[[nodiscard]] std::string table(const std::vector<store_page::item>& of, clock::wall_time now);

}  // namespace coauth::cli
