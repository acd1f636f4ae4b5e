#include "examples/vk_token_api/submission.hpp"
#include "examples/vk_token_api/token_status.hpp"
#include "tests/end_to_end/world.hpp"

#include <coauth/cache/memory_store.hpp>

#include <doctest/doctest.h>

// VK is the sandbox here, over TLS: what the double of the other tests is taken to say, it says.
namespace vk_token_api {
namespace {

using namespace std::chrono_literals;

struct sandboxed {
    sandboxed() : vk(vk_client(at)) {}

    static coauth::client vk_client(coauth::test::world& at) {
        return {at.pool,
                coauth::provider::builtin("vk"),
                {.client_id = "sandbox-client", .redirect_uri = "https://oauth.vk.com/blank.html"},
                {.clock = at.clock}};
    }

    /// Where VK's page is after its user has decided.
    std::string address(const char* decision = "allow") { return at.browse(vk.authorize().url, decision, "bob"); }

    outcome<credential> submit(const std::string& pasted) {
        submission given;
        given.owner = "ann";
        given.account_name = "my_vk";
        given.token_data = coauth::secret{pasted};
        return at.run(taking.take(std::move(given)));
    }

    coauth::test::world at;
    coauth::client vk;
    credentials kept{std::make_shared<coauth::memory_store>()};
    submissions taking{vk, kept, at.clock, event_log{at.clock, [](const std::string&) {}}};
};

TEST_CASE("sandbox: a token is to be renewed when VK's profile says that it ends soon") {
    CHECK(coauth::provider::builtin("vk").expiring_threshold() == renewal_window);
}

TEST_CASE("sandbox: the address of VK's page is taken") {
    sandboxed world;
    const auto saved = world.submit(world.address());
    REQUIRE(saved.has_value());
    CHECK(saved->user_id == 100002);
    CHECK(saved->expires_at == std::chrono::floor<std::chrono::seconds>(world.at.clock->now()) + 24h);
}

TEST_CASE("sandbox: each refusal is told as the document has it") {
    sandboxed world;
    CHECK(world.submit(world.address("deny")).error().error == "Access denied");
    CHECK(world.submit("vk1.a.unknown").error().error == "VK API error");
    const std::string address = world.address();
    world.at.clock->advance(24h);
    CHECK(world.submit(address).error().error == "Token expired");
    coauth::sandbox::behaviour elsewhere;
    elsewhere.token_address = "203.0.113.7";
    world.at.server.set_behaviour("vk", elsewhere);
    CHECK(world.submit(world.address()).error().error_type == "ip_mismatch");
}

TEST_CASE("sandbox: VK's own trouble is no fault of the token") {
    sandboxed world;
    const std::string address = world.address();
    coauth::sandbox::fault broken;
    broken.status = 502;
    broken.body = "Bad gateway";
    world.at.server.set_fault("vk", "POST /method/users.get", broken);
    CHECK(world.submit(address).error().status == 503);
    CHECK(world.submit(address).has_value());
}

}  // namespace
}  // namespace vk_token_api
