#include "cache/key_view.hpp"

#include <coauth/cache/token_key.hpp>

#include <doctest/doctest.h>

#include <set>
#include <unordered_set>

using coauth::token_key;

TEST_CASE("scopes are a set, however they are given") {
    const token_key key{"hitkey", "ann"};
    CHECK(key.with_scopes({"openid", "email"}).scope() == "email openid");
    CHECK(key.with_scopes({"email", "openid", "email"}) == key.with_scopes({"openid", "email"}));
    CHECK(key.with_scopes({" openid  email ", ""}) == key.with_scopes({"email", "openid"}));
    CHECK(key.with_scopes({"email"}) != key);
    CHECK(key.with_scopes({"email"}).with_scopes({}) == key);
}

TEST_CASE("a key reads well in a log, on one line") {
    CHECK(token_key{"hitkey", "ann"}.text() == "hitkey/ann");
    CHECK(token_key{"hitkey", "web", "ann"}.with_scopes({"email"}).text() == "hitkey/ann (client web, scope email)");
    CHECK(token_key{"hitkey", "ann"}.with_resource("https://api.example").text() ==
          "hitkey/ann (resource https://api.example)");
    CHECK(token_key{"hitkey", "a\nnn"}.text() == "hitkey/a\\u000ann");
}

TEST_CASE("no two keys have the same canonical form, and it reads back") {
    const token_key keys[] = {{},
                              {"a", "b"},
                              {"a", "", "b"},
                              {"a", "b", ""},
                              {"ab", ""},
                              {"", "ab"},
                              {"1:a", "b"},
                              {"a", "1:b"},
                              {std::string{"a\0", 2}, "b"},
                              token_key{"a", "b"}.with_scopes({"c"}),
                              token_key{"a", "b"}.with_resource("c"),
                              {"a", std::string(1000, 'x')}};
    std::set<std::string> forms;
    std::set<token_key, coauth::key_less> different;
    for (const token_key& each : keys) {
        forms.insert(each.canonical());
        different.insert(each);
        CHECK(token_key::from_canonical(each.canonical()) == each);
    }
    CHECK(forms.size() == different.size());
    CHECK(token_key{"a", "b", "c"}.canonical() == "1:a1:b1:c0:0:");
}

TEST_CASE("only a canonical form reads back") {
    for (const char* text :
         {"", "1:a1:b1:c0:", "1:a1:b1:c0:0:x", "01:a1:b1:c0:0:", "1a1:b1:c0:0:", "2:a1:b1:c0:0:", "-1:a0:0:0:0:",
          ":0:0:0:0:", "0:0:0:0:99999999999999999999:", "1:a1:b1:c0:5:", "+0:0:0:0:0:"}) {
        CAPTURE(text);
        CHECK_FALSE(token_key::from_canonical(text));
    }
}

TEST_CASE("a key is found by views of its parts") {
    std::unordered_set<token_key, coauth::key_hash, coauth::key_equal> keys{{"hitkey", "web", "ann"}};
    const coauth::key_view same{"hitkey", "web", "ann", "", ""};
    CHECK(keys.contains(same));
    CHECK_FALSE(keys.contains(coauth::key_view{"hitkey", "web", "bob", "", ""}));
    CHECK(std::hash<token_key>{}(*keys.begin()) == coauth::hash_of(same));
}

TEST_CASE("the hash spreads keys over both of its ends, and sees every part") {
    std::unordered_set<std::size_t> low;
    std::unordered_set<std::size_t> high;
    for (int i = 0; i < 4096; ++i) {
        const std::size_t hash = std::hash<token_key>{}({"hitkey", "web", "account-" + std::to_string(i)});
        low.insert(hash % 4096);
        high.insert(hash >> 52U);
    }
    // Of 4096 balls thrown at random, 63 % of 4096 bins are hit.
    CHECK(low.size() > 2400);
    CHECK(high.size() > 2400);
    const std::hash<token_key> hash;
    CHECK(std::set<std::size_t>{hash({"a", "", ""}), hash({"", "a", ""}), hash({"", "", "a"}),
                                hash(token_key{}.with_scopes({"a"})), hash(token_key{}.with_resource("a"))}
              .size() == 5);
}
