#pragma once

#include "provider/arrival.hpp"
#include "provider/profile_data.hpp"
#include "provider/reply_value.hpp"

#include <coauth/core/error.hpp>
#include <coauth/core/token.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace coauth::provider {

/// Reads a token from a reply, or from a callback's parameters as an object of texts.
///
/// `previous` is the token that was refreshed, or null. With it only the two tokens are read strictly; without, the
/// token type is too. A failure has its code and detail only.
[[nodiscard]] result<token> read_token_fields(const token_rules& rules, std::string_view scope_separator,
                                              const reply_value& reply, const arrival& received, const token* previous);
[[nodiscard]] inline result<token> read_token_fields(const token_rules& rules, std::string_view scope_separator,
                                                     const boost::json::value& reply, const arrival& received,
                                                     const token* previous) {
    return read_token_fields(rules, scope_separator, reply_value(reply), received, previous);
}

}  // namespace coauth::provider
