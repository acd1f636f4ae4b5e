#include "examples/vk_token_api/configuration.hpp"

#include "examples/vk_token_api/secret_file.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <unistd.h>

namespace vk_token_api {
namespace {

using variables = std::map<std::string, std::string>;

configuration read(const std::string& text, const variables& set = {}) {
    return read_configuration(text, "vk.json", [&](const std::string& name) -> std::optional<std::string> {
        const auto found = set.find(name);
        return found == set.end() ? std::nullopt : std::optional(found->second);
    });
}

template <class Action>
std::string complaint_of(Action action) {
    try {
        action();
    } catch (const configuration_error& wrong) {
        return wrong.what();
    }
    return "";
}

std::string complaint(const std::string& text, const variables& set = {}) {
    return complaint_of([&] { (void)read(text, set); });
}

const variables secrets{{"VK_TOKEN_API_JWT_KEY", "a key for tests, of 32 bytes or more"},
                        {"VK_TOKEN_API_WEBHOOK_KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
                        {"VK_TOKEN_API_KEYS",
                         "new:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=,"
                         "old:QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="}};

TEST_CASE("configuration: all of it") {
    const configuration got = read(R"({
      "listen": {"address": "127.0.0.2", "port": 9000, "certificate_chain": "chain.pem", "private_key": "key.pem"},
      "app_id": "54249533",
      "store": "tokens.db",
      "jwt": {"audience": "vk"},
      "webhook": {"url": "https://hooks.example/vk", "action_url": "https://app.example/vk", "ca_file": "ca.pem"}
    })",
                                   secrets);
    require_complete(got);
    CHECK(got.listen.address == "127.0.0.2");
    CHECK(got.listen.port == 9000);
    REQUIRE(got.listen.tls);
    CHECK(got.listen.tls->certificate_chain == "chain.pem");
    CHECK(got.listen.tls->private_key == "key.pem");
    CHECK(got.app_id == "54249533");
    CHECK(got.store == "tokens.db");
    CHECK(got.jwt.audience == "vk");
    CHECK(got.keys->size() == 2);
    REQUIRE(got.webhook);
    CHECK(got.webhook->options.url == "https://hooks.example/vk");
    CHECK(got.webhook->options.action_url == "https://app.example/vk");
    CHECK(got.webhook->options.key.reveal().size() == 24);
    CHECK(got.webhook->ca_file == "ca.pem");
}

TEST_CASE("configuration: without a file, the document's port on loopback, and the environment") {
    const configuration got = read("{}", {{"VK_CLIENT_ID", "1"}, {"VK_TOKEN_API_STORE", "t.db"}});
    CHECK(got.listen.address == "127.0.0.1");
    CHECK(got.listen.port == 8000);
    CHECK(got.app_id == "1");
    CHECK(got.store == "t.db");
    CHECK(!got.webhook);
    CHECK(read(R"({"app_id":"2"})", {{"VK_CLIENT_ID", "1"}}).app_id == "1");
    CHECK(read(R"({"listen":{"port":9000}})", {{"VK_TOKEN_API_PORT", "9001"}}).listen.port == 9001);
}

TEST_CASE("configuration: mistakes are told with their place") {
    CHECK(complaint("[]") == "vk.json is not a JSON object");
    CHECK(complaint("{").starts_with("vk.json is not a JSON object: "));
    CHECK(complaint(R"({"aap_id":"1"})") == "\"aap_id\" is no member of vk.json");
    CHECK(complaint(R"({"app_id":1})") == "\"app_id\" in vk.json is not a string");
    CHECK(complaint(R"({"listen":{"port":70000}})") == "\"port\" in \"listen\" of vk.json is not a port");
    CHECK(complaint(R"({"listen":8000})") == "\"listen\" in vk.json is not an object");
    CHECK(complaint(R"({"jwt":{"key":"never here"}})") == "\"key\" is no member of \"jwt\" of vk.json");
    CHECK(complaint(R"({"listen":{"private_key":"k"}})") ==
          "\"listen\" needs both certificate_chain and private_key, or neither");
    CHECK(complaint(R"({"webhook":{"url":"http://hooks.example"}})", secrets) ==
          "the webhook's url has to begin with https://");
    CHECK(complaint(R"({"webhook":{"url":"https://hooks.example"}})").starts_with("the webhook's key has to be"));
    CHECK(complaint("{}", {{"VK_TOKEN_API_JWT_KEY", "short"}}) == "the JWT key has to be at least 32 bytes");
    CHECK(complaint("{}", {{"VK_TOKEN_API_PORT", "x"}}) == "VK_TOKEN_API_PORT is not a port");
}

TEST_CASE("configuration: what a server cannot be without") {
    const auto missing = [](const std::string& text, const variables& set) {
        const configuration got = read(text, set);
        return complaint_of([&] { require_complete(got); });
    };
    CHECK(missing("{}", secrets).starts_with("VK's application id is missing"));
    CHECK(missing(R"({"app_id":"1"})", {}).starts_with("the JWT key is missing"));
    CHECK(missing(R"({"app_id":"1"})", secrets).starts_with("the file of the tokens is missing"));
    CHECK(missing(R"({"app_id":"1","store":"t.db"})", {{"VK_TOKEN_API_JWT_KEY", std::string(32, 'k')}})
              .starts_with("the key ring is missing"));
    CHECK(missing(R"({"app_id":"1","store":"t.db"})", secrets) == "");
}

TEST_CASE("configuration: a secret's file is its owner's alone") {
    const std::string path =
        (std::filesystem::temp_directory_path() / ("vk-token-api-key-" + std::to_string(::getpid()))).string();
    std::ofstream{path} << "a key for tests, of 32 bytes or more\n";
    std::filesystem::permissions(path, std::filesystem::perms{0644});
    CHECK(complaint_of([&] { (void)read_secret_file(path); }).ends_with("; chmod 600 it"));
    std::filesystem::permissions(path, std::filesystem::perms{0600});
    CHECK(read_secret_file(path).reveal() == "a key for tests, of 32 bytes or more");
    CHECK(read(R"({"jwt":{"key_file":")" + path + "\"}}").jwt.key == read_secret_file(path));
    std::remove(path.c_str());
    CHECK(complaint_of([&] { (void)read_secret_file(path); }).starts_with("cannot read "));
}

TEST_CASE("configuration: a webhook's key in the form of its standard") {
    const auto bytes = [](const char* text) { return std::string(webhook_key(coauth::secret{text}).reveal()); };
    CHECK(bytes("whsec_YWJj") == "abc");
    CHECK(bytes("whsec_YWI=") == "ab");
    CHECK(bytes("just text") == "just text");
    CHECK(complaint_of([&] { (void)bytes("whsec_!!!!"); }).starts_with("the webhook's key begins with whsec_"));
}

}  // namespace
}  // namespace vk_token_api
