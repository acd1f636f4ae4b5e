#include "login_server/sessions.hpp"

#include <coauth/core/manual_clock.hpp>

#include <doctest/doctest.h>

namespace login_server {
namespace {

using namespace std::chrono_literals;

coauth::login_session_ptr login(const std::string& provider, const std::string& account = "ann") {
    return std::make_shared<const coauth::login_session>(coauth::token_key{provider, "id", account});
}

struct world {
    explicit world(session_configuration limits = {}) : table(limits, clock) {}

    std::shared_ptr<coauth::manual_clock> clock = std::make_shared<coauth::manual_clock>();
    session_table table;
};

TEST_CASE("a session is found by its cookie alone") {
    world here;
    const std::string cookie = here.table.add("", login("hitkey"));
    REQUIRE(here.table.find(cookie));
    CHECK(here.table.find(cookie)->logins.front()->key.account() == "ann");
    CHECK(here.table.find(cookie)->form_token.size() >= 43);
    CHECK_FALSE(here.table.find(""));
    CHECK_FALSE(here.table.find(cookie + "x"));
    CHECK(cookie != here.table.add("", login("hitkey")));
    CHECK(here.table.size() == 2);
}

TEST_CASE("a login changes the cookie: one that was known before is worth nothing") {
    world here;
    const std::string planted = here.table.add("", login("hitkey"));
    const std::string form_token = here.table.find(planted)->form_token;
    const std::string fresh = here.table.add(planted, login("hikka"));
    CHECK(fresh != planted);
    CHECK_FALSE(here.table.find(planted));
    CHECK(here.table.find(fresh)->logins.size() == 2);
    CHECK(here.table.find(fresh)->form_token != form_token);
    CHECK(here.table.size() == 1);

    const std::string guessed = "chosen-by-somebody";
    CHECK(here.table.add(guessed, login("hikka")) != guessed);
    CHECK_FALSE(here.table.find(guessed));
}

TEST_CASE("another login at the same provider takes the place of the former") {
    world here;
    std::string cookie = here.table.add("", login("hitkey", "ann"));
    cookie = here.table.add(cookie, login("hitkey", "bob"));
    REQUIRE(here.table.find(cookie)->logins.size() == 1);
    CHECK(here.table.find(cookie)->logins.front()->key.account() == "bob");
}

TEST_CASE("without its last login a session ends") {
    world here;
    std::string cookie = here.table.add("", login("hitkey"));
    cookie = here.table.add(cookie, login("hikka"));
    here.table.remove(cookie, "hitkey");
    CHECK(here.table.find(cookie)->logins.front()->key.provider() == "hikka");
    here.table.remove(cookie, "vk");
    CHECK(here.table.find(cookie));
    here.table.remove(cookie, "hikka");
    CHECK_FALSE(here.table.find(cookie));
    here.table.remove(cookie, "hikka");
    CHECK(here.table.size() == 0);
}

TEST_CASE("an unused session ends, and a used one too when it is old") {
    world here({.idle = 10min, .lifetime = 25min});
    const std::string unused = here.table.add("", login("hitkey"));
    const std::string used = here.table.add("", login("hitkey"));
    here.clock->advance(9min);
    CHECK(here.table.find(used));
    here.clock->advance(1min);
    CHECK_FALSE(here.table.find(unused));
    CHECK(here.table.find(used));
    here.clock->advance(9min);
    CHECK(here.table.find(used));
    here.clock->advance(6min);
    CHECK_FALSE(here.table.find(used));
    CHECK(here.table.size() == 0);
}

TEST_CASE("when there is no room the longest unused session ends, and those that are over go first") {
    world here({.idle = 10min, .max_sessions = 2});
    const std::string first = here.table.add("", login("hitkey"));
    const std::string second = here.table.add("", login("hitkey"));
    CHECK(here.table.find(first));
    const std::string third = here.table.add("", login("hitkey"));
    CHECK(here.table.find(first));
    CHECK_FALSE(here.table.find(second));
    CHECK(here.table.find(third));

    here.clock->advance(11min);
    const std::string last = here.table.add("", login("hitkey"));
    CHECK(here.table.size() == 1);
    CHECK(here.table.find(last));
}

}  // namespace
}  // namespace login_server
