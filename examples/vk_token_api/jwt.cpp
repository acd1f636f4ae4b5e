#include "jwt.hpp"

#include "hmac.hpp"

#include <coauth/core/encoding.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace vk_token_api {
namespace {

namespace json = boost::json;
using coauth::clock;

constexpr std::size_t longest_token = 4096;
constexpr std::size_t longest_subject = 255;

std::optional<std::string> base64url_decoded(std::string_view text) {
    const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!is_plain || text.size() % 4 == 1) {
        return std::nullopt;
    }
    std::string standard(text);
    std::replace(standard.begin(), standard.end(), '-', '+');
    std::replace(standard.begin(), standard.end(), '_', '/');
    const std::size_t padding = (4 - standard.size() % 4) % 4;
    standard.append(padding, '=');
    std::string bytes(standard.size() / 4 * 3, '\0');
    EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                    reinterpret_cast<const unsigned char*>(standard.data()), static_cast<int>(standard.size()));
    bytes.resize(bytes.size() - padding);
    return bytes;
}

/// The object that a part of the token holds.
std::optional<json::object> object_of(std::string_view part) {
    const auto text = base64url_decoded(part);
    if (!text) {
        return std::nullopt;
    }
    json::error_code failed;
    json::value parsed = json::parse(*text, failed);
    return failed || !parsed.is_object() ? std::nullopt : std::optional(std::move(parsed.get_object()));
}

/// A NumericDate (RFC 7519, section 2) that a clock can show; it may have a fraction.
std::optional<clock::wall_time> time_of(const json::value& claim) {
    constexpr double latest = 9'000'000'000;  // a wall_time in nanoseconds ends in the year 2262
    json::error_code not_a_number;
    const auto seconds = claim.is_number() ? claim.to_number<double>(not_a_number) : -1;
    if (not_a_number || !std::isfinite(seconds) || seconds < 0) {
        return std::nullopt;
    }
    return clock::wall_time{std::chrono::milliseconds{static_cast<std::int64_t>(std::min(seconds, latest) * 1000)}};
}

bool is_header_of_hs256(const json::object& header) {
    const json::value* const algorithm = header.if_contains("alg");
    return algorithm != nullptr && algorithm->is_string() && algorithm->get_string() == "HS256" &&
           !header.contains("crit");
}

bool is_for(const std::string& audience, const json::object& claims) {
    const json::value* const said = claims.if_contains("aud");
    if (said == nullptr) {
        return audience.empty();
    }
    const auto is_ours = [&](const json::value& each) { return each.is_string() && each.get_string() == audience; };
    return !audience.empty() &&
           (said->is_array() ? std::any_of(said->get_array().begin(), said->get_array().end(), is_ours)
                             : is_ours(*said));
}

std::string signature_of(const coauth::secret& key, std::string_view signed_text) {
    return coauth::base64url(hmac_sha256(key, signed_text));
}

boost::system::result<jwt_claims, jwt_refusal> read_claims(const json::object& claims, const std::string& audience,
                                                           clock::wall_time now) {
    const json::value* const end = claims.if_contains("exp");
    const auto expires_at = end != nullptr ? time_of(*end) : std::nullopt;
    if (!expires_at) {
        return jwt_refusal{"The token has no exp"};
    }
    if (*expires_at <= now) {
        return jwt_refusal{"The token has expired"};
    }
    if (const json::value* const begin = claims.if_contains("nbf")) {
        const auto valid_from = time_of(*begin);
        if (!valid_from || *valid_from > now) {
            return jwt_refusal{"The token is not valid yet"};
        }
    }
    if (!is_for(audience, claims)) {
        return jwt_refusal{"The token is for another audience"};
    }
    const json::value* const subject = claims.if_contains("sub");
    if (subject == nullptr || !subject->is_string() || subject->get_string().empty() ||
        subject->get_string().size() > longest_subject) {
        return jwt_refusal{"The token has no sub"};
    }
    return jwt_claims{std::string(subject->get_string()), *expires_at};
}

}  // namespace

boost::system::result<jwt_claims, jwt_refusal> verify_jwt(const jwt_rules& rules, std::string_view token,
                                                          clock::wall_time now) {
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    if (token.size() > longest_token || first == token.npos || token.find('.', first + 1) != last || first == last) {
        return jwt_refusal{"This is not a JSON Web Token"};
    }
    if (!coauth::equal_in_constant_time(token.substr(last + 1), signature_of(rules.key, token.substr(0, last)))) {
        return jwt_refusal{"The signature of the token is wrong"};
    }
    const auto header = object_of(token.substr(0, first));
    if (!header || !is_header_of_hs256(*header)) {
        return jwt_refusal{"The algorithm of the token is not HS256"};
    }
    const auto claims = object_of(token.substr(first + 1, last - first - 1));
    if (!claims) {
        return jwt_refusal{"This is not a JSON Web Token"};
    }
    return read_claims(*claims, rules.audience, now);
}

coauth::secret mint_jwt(const jwt_rules& rules, const jwt_claims& claims) {
    json::object payload;
    payload["sub"] = claims.subject;
    payload["exp"] = std::chrono::floor<std::chrono::seconds>(claims.expires_at.time_since_epoch()).count();
    if (!rules.audience.empty()) {
        payload["aud"] = rules.audience;
    }
    std::string text =
        coauth::base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + coauth::base64url(json::serialize(payload));
    text += "." + signature_of(rules.key, text);
    return coauth::secret{std::move(text)};
}

}  // namespace vk_token_api
