// What every store does: linked into the tests of each kind.
#include "tests/cache/store_contract.hpp"

#include <coauth/core/manual_clock.hpp>

#include <boost/json/array.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace coauth::test;
using namespace std::chrono_literals;
using coauth::errc;
using coauth::token_key;
using coauth::token_record;

namespace {

const token_key ann{"hitkey", "web", "ann"};

token_record full_record() {
    coauth::token value{coauth::secret{"at \"quoted\" \xff \n"}};
    value.token_type = "Bearer";
    value.refresh_token = coauth::secret{"rt"};
    value.issued_at = coauth::clock::wall_time{1'790'000'000s};
    value.expires_at = *value.issued_at + 1h;
    value.refresh_expires_at = *value.issued_at + 24h;
    value.scopes = {"openid", "email"};
    value.extra["user_id"] = 42;
    value.warnings = {"something is odd"};
    token_record record{std::move(value)};
    record.refused = errc::access_denied;
    return record;
}

/// All keys of the store in the order of its scan, `limit` a page, as text.
std::vector<std::string> scanned(coauth::token_store& store, std::size_t limit) {
    std::vector<std::string> keys;
    std::string after;
    do {
        const coauth::store_page page = run(store.scan(after, limit));
        CHECK(page.items.size() <= limit);
        for (const auto& each : page.items) {
            CHECK(each.record.has_value());
            CHECK(each.version != 0);
            keys.push_back(each.key.text());
        }
        after = page.next;
    } while (!after.empty());
    return keys;
}

}  // namespace

TEST_CASE("a record comes back as it was committed") {
    const auto store = new_store();
    CHECK_FALSE(run(store->load(ann)));
    const token_record record = full_record();
    const auto version = run(store->commit(ann, record, 0));
    REQUIRE(version);
    const auto found = run(store->load(ann));
    REQUIRE(found);
    CHECK(found->version == *version);
    const coauth::token& value = found->record.value;
    CHECK(value.access_token == record.value.access_token);
    CHECK(value.token_type == "Bearer");
    CHECK(value.refresh_token == record.value.refresh_token);
    CHECK(value.issued_at == record.value.issued_at);
    CHECK(value.expires_at == record.value.expires_at);
    CHECK(value.refresh_expires_at == record.value.refresh_expires_at);
    CHECK(value.scopes == record.value.scopes);
    CHECK(value.extra == record.value.extra);
    CHECK(value.warnings == record.value.warnings);
    CHECK(found->record.refused == errc::access_denied);

    CHECK(run(store->commit(ann, record_of("at-2"), *version)));
    CHECK_FALSE(run(store->load(ann))->record.refused);
}

TEST_CASE("a commit compares the version and swaps") {
    const auto store = new_store();
    const auto first = run(store->commit(ann, record_of("one"), 0));
    REQUIRE(first);
    CHECK(*first != 0);
    CHECK_FALSE(run(store->commit(ann, record_of("again"), 0)));
    CHECK_FALSE(run(store->commit(ann, record_of("ahead"), *first + 1)));
    CHECK(access_of(run(store->load(ann))) == "one");
    const auto second = run(store->commit(ann, record_of("two"), *first));
    REQUIRE(second);
    CHECK(*second > *first);
    CHECK_FALSE(run(store->commit(ann, record_of("late"), *first)));
    CHECK(access_of(run(store->load(ann))) == "two");
    CHECK_FALSE(run(store->commit({"hitkey", "web", "bob"}, record_of("none there"), *second)));
    CHECK_FALSE(run(store->load({"hitkey", "web", "bob"})));
}

TEST_CASE("a version does not come again after an erase") {
    const auto store = new_store();
    const auto first = run(store->commit(ann, record_of("one"), 0));
    REQUIRE(first);
    CHECK(run(store->erase(ann)));
    CHECK_FALSE(run(store->erase(ann)));
    CHECK_FALSE(run(store->load(ann)));
    CHECK_FALSE(run(store->commit(ann, record_of("late"), *first)));
    const auto second = run(store->commit(ann, record_of("two"), 0));
    REQUIRE(second);
    CHECK(*second > *first);
    CHECK_FALSE(run(store->commit(ann, record_of("late"), *first)));
    CHECK(access_of(run(store->load(ann))) == "two");
}

TEST_CASE("each part of a key tells records apart") {
    const auto store = new_store();
    const token_key keys[] = {ann,
                              {"hike", "web", "ann"},
                              ann.with_client_id("game"),
                              {"hitkey", "web", "ann "},
                              ann.with_scopes({"email"}),
                              ann.with_resource("https://api.example"),
                              {"hitkey", "web", std::string{"ann\0", 4}},
                              {"hitkey", "webann", ""}};
    for (const token_key& each : keys) {
        REQUIRE(run(store->commit(each, record_of("of " + each.canonical()), 0)));
    }
    for (const token_key& each : keys) {
        CHECK(access_of(run(store->load(each))) == "of " + each.canonical());
    }
    CHECK(scanned(*store, 3).size() == std::size(keys));
}

TEST_CASE("a lease is one owner's until it runs out") {
    const auto clock = std::make_shared<coauth::manual_clock>();
    const auto store = new_store(clock);
    CHECK(run(store->try_lease(ann, "first", 10s)));
    CHECK_FALSE(run(store->try_lease(ann, "second", 10s)));
    CHECK(run(store->try_lease({"hitkey", "web", "bob"}, "second", 10s)));
    clock->advance(9s);
    CHECK(run(store->try_lease(ann, "first", 10s)));
    clock->advance(9s);
    CHECK_FALSE(run(store->try_lease(ann, "second", 10s)));
    clock->advance(1s);
    CHECK(run(store->try_lease(ann, "second", 10s)));
    CHECK_FALSE(run(store->try_lease(ann, "first", 10s)));
    CHECK_FALSE(run(store->load(ann)));
}

TEST_CASE("a lease is given back by its owner alone") {
    const auto clock = std::make_shared<coauth::manual_clock>();
    const auto store = new_store(clock);
    REQUIRE(run(store->try_lease(ann, "first", 10s)));
    CHECK_FALSE(run(store->try_lease(ann, "second", 0ms)));
    CHECK_FALSE(run(store->try_lease(ann, "second", 10s)));
    CHECK_FALSE(run(store->try_lease(ann, "first", 0ms)));
    CHECK(run(store->try_lease(ann, "second", 10s)));
}

TEST_CASE("a lease ends with a commit and an erase, not with a commit that lost") {
    const auto clock = std::make_shared<coauth::manual_clock>();
    const auto store = new_store(clock);
    REQUIRE(run(store->try_lease(ann, "first", 10s)));
    CHECK_FALSE(run(store->commit(ann, record_of("late"), 7)));
    CHECK_FALSE(run(store->try_lease(ann, "second", 10s)));
    REQUIRE(run(store->commit(ann, record_of("one"), 0)));
    CHECK(run(store->try_lease(ann, "second", 10s)));
    CHECK(run(store->erase(ann)));
    CHECK(run(store->try_lease(ann, "first", 10s)));
}

TEST_CASE("no lease is longer than the longest") {
    const auto clock = std::make_shared<coauth::manual_clock>();
    const auto store = new_store(clock);
    REQUIRE(run(store->try_lease(ann, "first", std::chrono::milliseconds::max())));
    clock->advance(coauth::longest_lease - 1s);
    CHECK_FALSE(run(store->try_lease(ann, "second", 10s)));
    clock->advance(1s);
    CHECK(run(store->try_lease(ann, "second", 10s)));
}

TEST_CASE("a scan sees every record once, whatever the pages") {
    const auto store = new_store();
    CHECK(scanned(*store, 10).empty());
    std::set<std::string> all;
    for (int i = 0; i < 25; ++i) {
        const token_key key{i % 2 == 0 ? "hike" : "vk", "web", "account " + std::to_string(i)};
        REQUIRE(run(store->commit(key, record_of("at"), 0)));
        all.insert(key.text());
    }
    for (const std::size_t limit : {1U, 4U, 5U, 24U, 25U, 1000U}) {
        const auto keys = scanned(*store, limit);
        CHECK(keys.size() == all.size());
        CHECK(std::set<std::string>(keys.begin(), keys.end()) == all);
    }
    CHECK(run(store->scan("", 0)).items.size() == 1);
    CHECK(run(store->scan("", 1'000'000)).items.size() == 25);
    try {
        run(store->scan("no page ends here", 10));
        FAIL("it was taken");
    } catch (const coauth::error& refused) {
        CHECK(refused.reason() == errc::invalid_argument);
    }
}

TEST_CASE("a scan is not disturbed by what comes, goes and changes beside it") {
    const auto store = new_store();
    const auto key = [](int i) { return token_key{"hike", "web", "account " + std::to_string(i)}; };
    for (int i = 10; i < 30; ++i) {
        REQUIRE(run(store->commit(key(i), record_of("at"), 0)));
    }
    std::multiset<std::string> seen;
    std::string after;
    int turn = 0;
    do {
        const coauth::store_page page = run(store->scan(after, 3));
        for (const auto& each : page.items) {
            seen.insert(each.key.account());
        }
        after = page.next;
        if (!page.items.empty() && turn < 5) {
            // The record that the next page begins after goes; others change and come.
            run(store->erase(page.items.back().key));
            const auto changed = run(store->load(key(29)));
            REQUIRE(changed);
            REQUIRE(run(store->commit(key(29), record_of("changed"), changed->version)));
            REQUIRE(run(store->commit(key(50 + turn), record_of("new"), 0)));
            ++turn;
        }
    } while (!after.empty());
    for (int i = 10; i < 30; ++i) {
        CHECK(seen.count(key(i).account()) == 1);
    }
}
