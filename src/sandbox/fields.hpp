#pragma once

#include "messages.hpp"

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coauth::sandbox {

/// Decoded parameters of a query or a body.
using fields = std::map<std::string, std::string, std::less<>>;

/// A request that cannot be understood, in one sentence that says what was expected.
class malformed_request : public std::runtime_error {
public:
    explicit malformed_request(const std::string& sentence, unsigned with_status = 400)
        : std::runtime_error{sentence}, status(with_status) {}

    unsigned status;
    std::string field{};  ///< The field at fault, if it is one.
    std::string rule{};   ///< What it broke: "required", "string", "url".
};

/// All throw `malformed_request`; no name may come twice (RFC 6749, section 3.2).
[[nodiscard]] fields read_query(std::string_view query);
[[nodiscard]] fields read_form(const request& received);
[[nodiscard]] fields read_json(const request& received);

/// The value of `name`; `malformed_request` where it is missing or empty.
[[nodiscard]] const std::string& required(const fields& from, std::string_view name);

/// The value of `name`, or an empty text.
[[nodiscard]] std::string_view optional(const fields& from, std::string_view name);

}  // namespace coauth::sandbox
