#pragma once

#include <coauth/core/clock.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/core/random.hpp>
#include <coauth/provider/catalog.hpp>
#include <coauth/provider/credentials.hpp>
#include <coauth/provider/profile.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// What the tests of the single steps share: a fixed time, fixed randomness, an application, replies.
namespace steps {

constexpr coauth::clock::wall_time now{std::chrono::seconds{1'790'000'000}};

/// Always the octets of RFC 7636, appendix B, whose verifier and challenge are known.
class fixed_random final : public coauth::random_source {
public:
    void fill(std::span<unsigned char> bytes) const override {
        constexpr std::array<unsigned char, 32> octets{116, 24,  223, 180, 151, 153, 224, 37,  79,  250, 96,
                                                       125, 216, 173, 187, 186, 22,  212, 37,  77,  105, 214,
                                                       191, 240, 91,  88,  5,   88,  83,  132, 141, 121};
        for (std::size_t i = 0; i != bytes.size(); ++i) {
            bytes[i] = octets[i % octets.size()];
        }
    }
};
constexpr std::string_view drawn = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

inline coauth::credentials application(std::string redirect_uri = "https://game.example/callback") {
    return {
        .client_id = "app-1", .client_secret = coauth::secret{"s3cret/+ &"}, .redirect_uri = std::move(redirect_uri)};
}

inline void set_at(boost::json::value& in, std::string_view pointer, boost::json::value value) {
    auto* at = &in;
    while (!pointer.empty()) {
        const auto key = pointer.substr(1, pointer.find('/', 1) - 1);
        pointer.remove_prefix(key.size() + 1);
        at = &(at->is_object() ? at->get_object() : at->emplace_object())[key];
    }
    *at = std::move(value);
}

/// A built-in profile with some of its values set anew, by JSON pointer.
inline coauth::provider::profile edited(std::string_view name,
                                        std::initializer_list<std::pair<std::string_view, std::string_view>> changes) {
    auto json = boost::json::parse(coauth::provider::builtin_json(name));
    for (const auto& [pointer, text] : changes) {
        set_at(json, pointer, boost::json::parse(text));
    }
    return coauth::provider::load(boost::json::serialize(json), name);
}

inline coauth::http_response reply(unsigned status, std::string body) {
    return coauth::http_response(status, std::move(body));
}

/// The value of the header that is spelled just so, or "(none)".
inline std::string header(const coauth::http_request& request, std::string_view name) {
    for (const coauth::header_field each : request.headers()) {
        if (each.name == name) {
            return std::string(each.value);
        }
    }
    return "(none)";
}

}  // namespace steps
