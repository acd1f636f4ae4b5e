#include "login_server/configuration.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace login_server {
namespace {

using namespace std::chrono_literals;

/// An environment of the test's own.
environment variables(std::map<std::string, std::string> all) {
    return [all = std::move(all)](const std::string& name) {
        const auto found = all.find(name);
        return found == all.end() ? std::nullopt : std::optional<std::string>(found->second);
    };
}

configuration read(const std::string& text, const environment& from = variables({})) {
    return read_configuration(text, "login.json", from);
}

/// What is wrong with a configuration that has these members besides what it needs.
std::string complaint(const std::string& members, const environment& from = variables({})) {
    const std::string text = R"({"public_url": "https://login.example", "providers": {"hitkey": {"client_id": "id"}})" +
                             std::string(members.empty() ? "" : ", ") + members + "}";
    try {
        (void)read(text, from);
    } catch (const configuration_error& wrong) {
        return wrong.what();
    }
    return "";
}

constexpr const char* key_line = "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

TEST_CASE("little is needed, and what is not said has its default") {
    const configuration made =
        read(R"({"public_url": "https://login.example", "providers": {"hitkey": {}, "vk": {}}})",
             variables({{"HITKEY_CLIENT_ID", "id"}, {"HITKEY_CLIENT_SECRET", "hunter2"}, {"VK_CLIENT_ID", "7"}}));
    CHECK(made.public_url == "https://login.example");
    CHECK(made.listen.address == "127.0.0.1");
    CHECK(made.listen.port == 8080);
    CHECK_FALSE(made.listen.certificate);
    CHECK_FALSE(made.logins.sealed_under);
    CHECK(made.tokens.file.empty());
    REQUIRE(made.providers.size() == 2);
    CHECK(made.providers[0].profile.title() == "HitKey");
    CHECK(made.providers[0].client_id == "id");
    CHECK(made.providers[0].client_secret.reveal() == "hunter2");
    CHECK(made.providers[1].profile.name() == "vk");
    CHECK(made.providers[1].client_secret.empty());
}

TEST_CASE("everything can be said") {
    const configuration made = read(R"({
        // comments are fine
        "public_url": "https://login.example:8443", "behind_proxy": true, "threads": 4, "shutdown_grace": "30s",
        "metrics_from": ["10.0.0.9"],
        "listen": {"address": "0.0.0.0", "port": 8443, "certificate": "c.pem", "private_key": "k.pem",
                   "max_connections": 10},
        "sessions": {"idle": "30m", "lifetime": "2d", "max": 5},
        "logins": {"lifetime": "5m", "max": 100, "sealed": true, "keys_env": "LOGIN_KEYS"},
        "tokens": {"file": "tokens.db", "keys_env": "TOKEN_KEYS"},
        "providers": {"hike": {"client_id": "id", "client_secret_env": "SHOP", "scopes": ["all"], "offline": true}}
    })",
                                    variables({{"LOGIN_KEYS", key_line}, {"TOKEN_KEYS", key_line}, {"SHOP", "s"}}));
    CHECK(made.behind_proxy);
    CHECK(made.threads == 4);
    CHECK(made.shutdown_grace == 30s);
    CHECK(made.metrics_from == std::vector<std::string>{"10.0.0.9"});
    CHECK(made.listen.certificate->chain == "c.pem");
    CHECK(made.listen.max_connections == 10);
    CHECK(made.sessions.idle == 30min);
    CHECK(made.sessions.lifetime == 48h);
    CHECK(made.sessions.max_sessions == 5);
    CHECK(made.logins.lifetime == 5min);
    CHECK(made.logins.sealed_under->size() == 1);
    CHECK(made.tokens.sealed_under->size() == 1);
    CHECK(made.providers[0].client_secret.reveal() == "s");
    CHECK(made.providers[0].offline);
}

TEST_CASE("a mistake is told with its place and its mend") {
    CHECK(complaint("").empty());
    CHECK(complaint(R"("listn": {})").starts_with("login.json: /listn: there is no such setting; here may stand "));
    CHECK(complaint(R"("listen": {"port": 70000})") ==
          "login.json: /listen/port: this should be a whole number from 1 to 65535");
    CHECK(complaint(R"("threads": 1.5)").starts_with("login.json: /threads: this should be a whole number"));
    CHECK(complaint(R"("threads": "2")").starts_with("login.json: /threads: this should be a whole number"));
    CHECK(complaint(R"("shutdown_grace": "10")").find("as \"90s\", \"10m\"") != std::string::npos);
    CHECK(complaint(R"("shutdown_grace": "99999999999s")").find("/shutdown_grace") != std::string::npos);
    CHECK(complaint(R"("behind_proxy": 1)") == "login.json: /behind_proxy: this should be true or false");
    CHECK(complaint(R"("metrics_from": ["a", 1])").starts_with("login.json: /metrics_from/1: "));
    CHECK(complaint(R"("listen": {"certificate": "c.pem"})").find("belong together") != std::string::npos);
    CHECK(complaint(R"("sessions": [])") == "login.json: /sessions: this should be an object, in braces");
    CHECK(complaint(R"("logins": {"keys_env": "K"})").find("\"sealed\": true") != std::string::npos);
    CHECK(complaint(R"("logins": {"sealed": true})").find("keys_file or keys_env") != std::string::npos);
    CHECK(complaint(R"("tokens": {"keys_env": "K"})").find("file is missing") != std::string::npos);
}

TEST_CASE("what is no JSON, and what lacks the essential, is told") {
    CHECK_THROWS_WITH_AS((void)read("{"), doctest::Contains("login.json is not JSON: "), configuration_error);
    CHECK_THROWS_WITH_AS((void)read("[]"), doctest::Contains("should be an object"), configuration_error);
    CHECK_THROWS_WITH_AS((void)read("{}"), doctest::Contains("public_url is missing"), configuration_error);
    CHECK_THROWS_WITH_AS((void)read(R"({"public_url": "https://a", "providers": {}})"),
                         doctest::Contains("providers is missing"), configuration_error);
    CHECK_THROWS_WITH_AS((void)load_configuration("/nowhere/login.json"),
                         doctest::Contains("cannot read /nowhere/login.json"), configuration_error);
}

TEST_CASE("the public address is an origin, and plain HTTP only of this machine") {
    const auto url = [](const std::string& text) {
        return read(R"({"public_url": ")" + text + R"(", "providers": {"vk": {"client_id": "7"}}})").public_url;
    };
    for (const char* good : {"https://login.example", "http://127.0.0.1:8080", "http://[::1]", "http://localhost:1"}) {
        CHECK(url(good) == good);
    }
    for (const char* bad : {"login.example", "https://login.example/", "https://login.example/a", "https://a?b",
                            "https://ann@login.example", "http://login.example", "ftp://login.example", "https://"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS((void)url(bad), configuration_error);
    }
}

TEST_CASE("a provider is known, has an id, and its secret is where it was said to be") {
    const auto with = [](const std::string& providers, const environment& from) {
        return read(R"({"public_url": "https://login.example", "providers": {)" + providers + "}}", from);
    };
    const environment none = variables({});
    CHECK_THROWS_WITH_AS((void)with(R"("hitkeys": {})", none), doctest::Contains("/providers/hitkeys: "),
                         configuration_error);
    CHECK_THROWS_WITH_AS((void)with(R"("hikka": {})", none),
                         doctest::Contains("HIKKA_CLIENT_REFERENCE or HIKKA_CLIENT_ID is not set"),
                         configuration_error);
    CHECK_THROWS_WITH_AS((void)with(R"("vk": {"client_id": "7", "client_secret_env": "NONE"})", none),
                         doctest::Contains("/providers/vk/client_secret_env: the environment has no NONE"),
                         configuration_error);
    CHECK_THROWS_WITH_AS((void)with(R"("vk": {"client_id": "7", "client_secret_file": "/nowhere/s"})", none),
                         doctest::Contains("cannot read /nowhere/s"), configuration_error);
    CHECK_THROWS_WITH_AS((void)with(R"("vk": {"client_id": "7", "client_secret": "s"})", none),
                         doctest::Contains("there is no such setting"), configuration_error);
}

TEST_CASE("a key that cannot be read is told without being shown") {
    const std::string told =
        complaint(R"("tokens": {"file": "t.db", "keys_env": "K"})", variables({{"K", "k1:hunter2"}}));
    CHECK(told.starts_with("login.json: /tokens/keys_env: "));
    CHECK(told.find("hunter2") == std::string::npos);
}

}  // namespace
}  // namespace login_server
