#include "provider/profile_data.hpp"

#include <coauth/core/error.hpp>
#include <coauth/provider/catalog.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace coauth;
using provider::binding;
using provider::builtin;
using provider::rotation;
using names = std::vector<std::string>;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> secret_in_url(const provider::profile& profile) {
    std::vector<std::string> found;
    for (const auto& operation : profile.data().operations) {
        std::string shown = operation.url.source();
        for (const auto& parameter : operation.query) {
            shown += parameter.value.source();
        }
        if (shown.find("{access_token}") != shown.npos) {
            found.push_back(operation.name);
        }
    }
    return found;
}

}  // namespace

TEST_CASE("there are five built-in profiles") {
    CHECK(provider::builtin_names() == std::vector<std::string_view>{"hike", "hikka", "hitbox", "hitkey", "vk"});
    for (const auto name : provider::builtin_names()) {
        CAPTURE(name);
        const auto profile = builtin(name);
        CHECK(profile.name() == name);
        CHECK_FALSE(profile.title().empty());
        CHECK(profile.data().documentation.starts_with("https://"));
        CHECK_FALSE(profile.data().notes.empty());
        CHECK(provider::load(provider::builtin_json(name)).operations() == profile.operations());
    }
}

TEST_CASE("a name that is none is told with those there are") {
    CHECK_THROWS_WITH_AS(
        static_cast<void>(builtin("hitkeys")),
        doctest::Contains("no built-in provider of this name: \"hitkeys\"; there are hike, hikka, hitbox, hitkey, vk"),
        error);
    try {
        static_cast<void>(provider::builtin_json("x\ny"));
        FAIL("it was found");
    } catch (const error& refused) {
        CHECK(refused.reason() == errc::unknown_provider);
        CHECK(refused.details().detail.find('\n') == std::string::npos);
    }
}

TEST_CASE("what is compiled in is the file in the repository") {
    for (const auto name : provider::builtin_names()) {
        std::ifstream file(COAUTH_SOURCE_DIR "/src/provider/profiles/" + std::string(name) + ".json");
        std::stringstream text;
        text << file.rdbuf();
        CHECK_MESSAGE(text.str() == provider::builtin_json(name), name);
    }
}

TEST_CASE("each provider's variables, after the one name that all share") {
    CHECK(builtin("hikka").client_id_variables() == names{"HIKKA_CLIENT_REFERENCE", "HIKKA_CLIENT_ID"});
    CHECK(builtin("hikka").client_secret_variables() == names{"HIKKA_CLIENT_SECRET"});
    CHECK(builtin("hitkey").client_id_variables() == names{"HITKEY_CLIENT_ID"});
    CHECK(builtin("hitkey").client_secret_variables() == names{"HITKEY_CLIENT_SECRET"});
    CHECK(builtin("hike").client_id_variables() == names{"HIKE_CLIENT_ID"});
    CHECK(builtin("vk").client_secret_variables() == names{"VK_CLIENT_SECRET"});
    CHECK(builtin("hitbox").client_id_variables() == names{"HITBOX_CLIENT_ID"});
}

TEST_CASE("Hikka: a cookie binds, a comma separates, nothing refreshes") {
    const auto hikka = builtin("hikka");
    CHECK(hikka.operations() == names{"exchange", "userinfo", "validate", "token_info", "revoke"});
    CHECK(hikka.hosts() == names{"api.hikka.io"});
    CHECK(hikka.binding() == binding::cookie);
    CHECK(hikka.rotation() == rotation::none);
    CHECK_FALSE(hikka.callback_in_fragment());
    CHECK(hikka.arguments("revoke") == names{"token_reference?"});

    const auto& data = hikka.data();
    CHECK(data.scopes.separator == ",");
    CHECK(data.callback.code == names{"reference", "request_reference"});
    CHECK(data.find("exchange")->errors.statuses.at(400) == errc::invalid_grant);
    CHECK(data.find("userinfo")->errors.statuses.at(400) == errc::invalid_token);
    CHECK(data.find("revoke")->errors.map.at("permission:denied") == errc::insufficient_scope);
    CHECK(data.find("revoke")->errors.advice.at("permission:denied").find("stays as it was") != std::string::npos);
    CHECK(data.find("revoke")->errors.advice.contains("auth:invalid_token"));
    CHECK(data.find("revoke")->idempotent);
    REQUIRE(data.find("exchange")->token.expires.size() == 2);
    CHECK(data.find("exchange")->token.expires[1].kind == provider::expiry_kind::unix_seconds);
    CHECK(data.unsupported.contains("refresh"));
}

TEST_CASE("HitKey: state binds, the refresh token stays, an API token registers clients") {
    const auto hitkey = builtin("hitkey");
    CHECK(hitkey.operations() == names{"exchange", "refresh", "userinfo", "register_client", "list_clients"});
    CHECK(hitkey.hosts() == names{"api.hitkey.io"});
    CHECK(hitkey.binding() == binding::state);
    CHECK(hitkey.rotation() == rotation::never);
    CHECK(hitkey.arguments("register_client") == names{"name", "redirect_uri"});

    const auto& data = hitkey.data();
    CHECK(data.find("exchange")->body == provider::operation_rules::body_kind::json);
    CHECK_FALSE(data.find("exchange")->idempotent);
    CHECK_FALSE(data.find("refresh")->idempotent);
    CHECK(data.find("list_clients")->idempotent);
    CHECK(data.find("register_client")->success == std::vector<unsigned>{201});
    CHECK(data.find("exchange")->errors.map.at("Invalid or expired authorization code") == errc::invalid_grant);
    CHECK(data.find("userinfo")->identity.subject.text() == "/sub");
    CHECK(data.unsupported.contains("revoke"));
}

TEST_CASE("Hike: a form, two expiries in their order, a refresh token that rotates") {
    const auto hike = builtin("hike");
    CHECK(hike.operations() == names{"exchange", "refresh"});
    CHECK(hike.hosts() == names{"api.hikeup.com"});
    CHECK(hike.binding() == binding::state);
    CHECK(hike.rotation() == rotation::always);

    const auto& exchange = *hike.data().find("exchange");
    CHECK(exchange.body == provider::operation_rules::body_kind::form);
    REQUIRE(exchange.token.expires.size() == 2);
    CHECK(exchange.token.expires[0].at.text() == "/expires_in");
    CHECK(exchange.token.expires[0].kind == provider::expiry_kind::seconds);
    CHECK(exchange.token.expires[1].at.text() == "/expires");
    CHECK(exchange.token.expires[1].kind == provider::expiry_kind::unix_seconds);
    CHECK(hike.data().scopes.defaults == names{"all"});
    CHECK(hike.data().unsupported.contains("userinfo"));
    CHECK(hike.data().unsupported.contains("revoke"));
}

TEST_CASE("VK: the token comes in the fragment, and errors come in a 200") {
    const auto vk = builtin("vk");
    CHECK(vk.operations() == names{"userinfo", "validate"});
    CHECK(vk.hosts() == names{"api.vk.com"});
    CHECK(vk.binding() == binding::state);
    CHECK(vk.rotation() == rotation::none);
    CHECK(vk.callback_in_fragment());
    CHECK(vk.expiring_threshold() == 2h);

    const auto& data = vk.data();
    CHECK(data.callback.code.empty());
    REQUIRE(data.callback.token);
    CHECK(data.callback.token->default_lifetime == 24h);
    CHECK(data.callback.token->zero == provider::zero_expiry::never);
    CHECK(data.find("validate")->idempotent);
    CHECK(data.find("validate")->errors.when.size() == 2);
    CHECK(data.find("userinfo")->errors.when.size() == 1);
    CHECK(data.find("userinfo")->errors.map.at("5") == errc::invalid_token);
    CHECK(data.find("userinfo")->errors.map.at("6") == errc::rate_limited);
    CHECK(data.find("userinfo")->errors.map.at("7") == errc::insufficient_scope);
    CHECK(data.find("userinfo")->errors.map.at("15") == errc::insufficient_scope);
    CHECK(data.unsupported.contains("refresh"));
    CHECK(data.unsupported.contains("revoke"));
}

TEST_CASE("Hitbox: a code or a token comes back, and the token stands in URLs") {
    const auto hitbox = builtin("hitbox");
    CHECK(hitbox.operations() ==
          names{"exchange", "userinfo", "user_from_token", "validate", "list_apps", "remove_app", "revoke"});
    CHECK(hitbox.hosts() == names{"api.hitbox.tv", "www.hitbox.tv"});
    CHECK(hitbox.binding() == binding::cookie);
    CHECK(hitbox.rotation() == rotation::none);
    for (const auto* operation : {"list_apps", "remove_app", "revoke"}) {
        CHECK(hitbox.arguments(operation) == names{"user"});
    }
    CHECK(secret_in_url(hitbox) ==
          names{"userinfo", "user_from_token", "validate", "list_apps", "remove_app", "revoke"});
    CHECK(hitbox.data().callback.code == names{"request_token"});
    CHECK(hitbox.data().callback.token->access_token.text() == "authToken");
    CHECK(hitbox.data().find("exchange")->token.expires.empty());
    CHECK(hitbox.data().unsupported.contains("refresh"));
}

TEST_CASE("no other provider's token stands in a URL") {
    for (const auto* name : {"hikka", "hitkey", "hike", "vk"}) {
        CHECK_MESSAGE(secret_in_url(builtin(name)).empty(), name);
    }
}
