#include "provider/profile_loader_tables.hpp"

#include <array>

namespace coauth::provider {

template <>
std::span<const word<escape>> words_of<escape>() {
    static constexpr std::array words{word<escape>{"form", escape::form}, word<escape>{"percent", escape::percent},
                                      word<escape>{"raw", escape::none}};
    return words;
}

template <>
std::span<const word<pkce_method>> words_of<pkce_method>() {
    using enum pkce_method;
    static constexpr std::array words{word<pkce_method>{"off", off}, word<pkce_method>{"plain", plain},
                                      word<pkce_method>{"S256", s256}, word<pkce_method>{"S256_hex", s256_hex}};
    return words;
}

template <>
std::span<const word<state_carrier>> words_of<state_carrier>() {
    using enum state_carrier;
    static constexpr std::array words{word<state_carrier>{"parameter", parameter},
                                      word<state_carrier>{"redirect_uri", redirect_uri}};
    return words;
}

template <>
std::span<const word<callback_carrier>> words_of<callback_carrier>() {
    using enum callback_carrier;
    static constexpr std::array words{word<callback_carrier>{"query", query},
                                      word<callback_carrier>{"fragment", fragment},
                                      word<callback_carrier>{"form", form}};
    return words;
}

template <>
std::span<const word<binding>> words_of<binding>() {
    static constexpr std::array words{word<binding>{"state", binding::state}, word<binding>{"cookie", binding::cookie}};
    return words;
}

template <>
std::span<const word<rotation>> words_of<rotation>() {
    using enum rotation;
    static constexpr std::array words{word<rotation>{"none", none}, word<rotation>{"never", never},
                                      word<rotation>{"always", always}, word<rotation>{"sometimes", sometimes}};
    return words;
}

template <>
std::span<const word<expiry_kind>> words_of<expiry_kind>() {
    using enum expiry_kind;
    static constexpr std::array words{word<expiry_kind>{"seconds", seconds},
                                      word<expiry_kind>{"milliseconds", milliseconds},
                                      word<expiry_kind>{"unix_seconds", unix_seconds},
                                      word<expiry_kind>{"unix_milliseconds", unix_milliseconds},
                                      word<expiry_kind>{"iso8601", iso8601},
                                      word<expiry_kind>{"issued_at_milliseconds", issued_at_milliseconds}};
    return words;
}

template <>
std::span<const word<zero_expiry>> words_of<zero_expiry>() {
    using enum zero_expiry;
    static constexpr std::array words{word<zero_expiry>{"expired", expired}, word<zero_expiry>{"never", never}};
    return words;
}

template <>
std::span<const word<reply_format>> words_of<reply_format>() {
    using enum reply_format;
    static constexpr std::array words{word<reply_format>{"json", json}, word<reply_format>{"form", form},
                                      word<reply_format>{"json_or_form", json_or_form},
                                      word<reply_format>{"text", text}, word<reply_format>{"none", none}};
    return words;
}

template <>
std::span<const word<errc>> words_of<errc>() {
    static const auto words = [] {
        std::vector<word<errc>> refusals;
        for (int code = static_cast<int>(errc::access_denied); code <= static_cast<int>(errc::provider_error); ++code) {
            refusals.push_back({name_of(static_cast<errc>(code)), static_cast<errc>(code)});
        }
        return refusals;
    }();
    return words;
}

}  // namespace coauth::provider
