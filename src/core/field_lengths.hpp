#pragma once

#include <coauth/core/http_message.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace coauth {

/// What a message keeps of a header field beside its characters, for a value may hold whatever ends one.
struct field_lengths {
    std::uint32_t of_name = 0;
    std::uint32_t of_value = 0;
};

/// A response made in one piece of an answer that was read: `fields` are as they came, each a name, ": ", a value and
/// CRLF, with those lengths.
[[nodiscard]] http_response received_response(unsigned status, std::string_view fields,
                                              std::span<const field_lengths> lengths, std::string_view body);

}  // namespace coauth
