#pragma once

#include <coauth/core/secret.hpp>
#include <coauth/core/token.hpp>
#include <coauth/provider/authorization.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace coauth::cli {

/// Everything in `file`, "-" being standard input, which can be read once; 1 MiB at most. `what` is what an error calls
/// it ("the token"). Throws `program_error`.
[[nodiscard]] secret read_file(const std::string& file, std::string_view what);

/// The same without white space at either end, for what stands on a line: a client secret, a code, a URL. It must not
/// be empty.
[[nodiscard]] secret read_line_of(const std::string& file, std::string_view what);

/// The same as JSON.
[[nodiscard]] boost::json::value read_json(const std::string& file, std::string_view what);

/// A token as `exchange`, `refresh` or `login` printed it. `required` false: no input at all is an empty token.
[[nodiscard]] token read_token(const std::string& file, bool required = true);

/// What `authorize` prints and `exchange` reads: what has to be kept until the browser comes back.
[[nodiscard]] boost::json::object to_json(const authorization& login);
[[nodiscard]] authorization read_login(const std::string& file);

/// Without white space, and the quotes or angle brackets that come along when a URL is copied.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace coauth::cli
