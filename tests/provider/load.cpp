#include "tests/provider/mistakes.hpp"

using namespace coauth;
using mistakes::check_mistakes;
using mistakes::complaint;
using mistakes::plain;

TEST_CASE("the plain profile has no mistakes") {
    const auto profile = provider::load(plain, "my.json");
    CHECK(profile.name() == "plain");
    CHECK(profile.title() == "plain");
    CHECK(profile.operations() == std::vector<std::string>{"exchange", "refresh", "userinfo", "find"});
    CHECK(profile.arguments("find") == std::vector<std::string>{"who", "page?"});
    CHECK(profile.arguments("nothing").empty());
    CHECK(profile.has("find"));
    CHECK_FALSE(profile.has("revoke"));
    CHECK(profile.hosts() == std::vector<std::string>{"api.example"});
    CHECK(profile.client_id_variables() == std::vector<std::string>{"PLAIN_CLIENT_ID"});
    CHECK(profile.client_secret_variables() == std::vector<std::string>{"PLAIN_CLIENT_SECRET"});
    CHECK(profile.rotation() == provider::rotation::never);
    CHECK(profile.binding() == provider::binding::state);
    CHECK_FALSE(profile.callback_in_fragment());
    CHECK(profile.expiring_threshold() == std::nullopt);
    CHECK(profile.least_refresh_interval() == std::nullopt);
}

TEST_CASE("keys that are unknown, missing or of another type") {
    check_mistakes({
        {"/colour", "1", "/colour", "unknown here; there are \"$schema\", \"name\""},
        {"/tilte", "\"x\"", "/tilte", "did you mean \"title\"?"},
        {"/callback/codes", "[]", "/callback/codes", "did you mean \"code\"?"},
        {"/operations/find/metod", "\"GET\"", "/operations/find/metod", "did you mean \"method\"?"},
        {"/a~1b~0c", "1", "/a~01b~00c", "unknown"},
        {"/name", "", "at the top", "\"name\" is missing; add it"},
        {"/authorization", "", "at the top", "\"authorization\" is missing"},
        {"/authorization/url", "", "/authorization", "\"url\" is missing"},
        {"/callback/binding", "", "/callback", "\"binding\" is missing"},
        {"/operations/find/url", "", "/operations/find", "\"url\" is missing"},
        {"/operations/find/method", "", "/operations/find", "\"method\" is missing"},
        {"/name", "7", "/name", "has to be a text"},
        {"/authorization", "[]", "/authorization", "has to be an object"},
        {"/callback/code", "\"code\"", "/callback/code", "has to be an array"},
        {"/callback/code", "[\"a\", 1]", "/callback/code/1", "has to be a text"},
        {"/callback/issuer_required", "\"yes\"", "/callback/issuer_required", "true or false"},
        {"/expiring_threshold", "-1", "/expiring_threshold", "whole number from 0"},
        {"/expiring_threshold", "1.5", "/expiring_threshold", "whole number from 0"},
        {"/expiring_threshold", "3000000000", "/expiring_threshold", "to 2147483647"},
        {"/expiring_threshold", "\"1\"", "/expiring_threshold", "whole number from 0"},
        {"/environment", "{\"client_id\": \"X\"}", "/environment/client_id", "has to be an array"},
        {"/operations", "[]", "/operations", "has to be an object"},
        {"/operations/find/query", "{\"\": \"x\"}", "/operations/find/query/", "has to have a name"},
        {"/unsupported", "{\"revoke\": 1}", "/unsupported/revoke", "has to be a text"},
    });
}

TEST_CASE("texts that mean nothing when they are empty") {
    check_mistakes({
        {"/scopes", R"({"separator": ""})", "/scopes/separator", "this is empty"},
        {"/scopes", R"({"default": ["a", ""]})", "/scopes/default/1", "this is empty"},
        {"/callback/code", R"([""])", "/callback/code/0", "this is empty"},
        {"/callback/state", R"("")", "/callback/state", "leave the key out"},
        {"/callback/error", R"({"code": [""]})", "/callback/error/code/0", "this is empty"},
        {"/callback/token", R"({"access_token": ""})", "/callback/token/access_token", "this is empty"},
        {"/callback/token", R"({"access_token": "a", "expires": [{"at": ""}]})", "/callback/token/expires/0/at",
         "this is empty"},
        {"/environment", R"({"client_secret": [""]})", "/environment/client_secret/0", "this is empty"},
    });
}

TEST_CASE("words that are none") {
    check_mistakes({
        {"/callback/binding", "\"session\"", "/callback/binding", "write one of \"state\" and \"cookie\""},
        {"/callback/binding", "1", "/callback/binding", "write one of \"state\" and \"cookie\""},
        {"/callback/carrier", "\"Query\"", "/callback/carrier", "\"query\", \"fragment\" and \"form\""},
        {"/authorization/pkce", "\"s256\"", "/authorization/pkce", "\"off\", \"plain\", \"S256\" and \"S256_hex\""},
        {"/authorization/state", "{\"in\": \"cookie\"}", "/authorization/state/in",
         "\"parameter\" and \"redirect_uri\""},
        {"/scopes", "{\"encoding\": \"json\"}", "/scopes/encoding", "\"form\", \"percent\" and \"raw\""},
        {"/refresh/rotation", "\"yes\"", "/refresh/rotation", "\"none\", \"never\", \"always\" and \"sometimes\""},
        {"/token/zero", "\"ok\"", "/token/zero", "\"expired\" and \"never\""},
        {"/token/expires", "[{\"at\": \"/e\", \"as\": \"days\"}]", "/token/expires/0/as", "\"unix_seconds\""},
        {"/operations/find/format", "\"xml\"", "/operations/find/format", "\"json_or_form\", \"text\" and \"none\""},
        {"/operations/find/method", "\"get\"", "/operations/find/method", "\"GET\", \"POST\""},
        {"/errors", R"({"map": {"a": "invalid_grand"}})", "/errors/map/a", "\"invalid_grant\""},
        {"/errors", R"({"map": {"a": "timeout"}})", "/errors/map/a", "\"rate_limited\" and \"provider_error\""},
        {"/errors", R"({"statuses": {"401": "no"}})", "/errors/statuses/401", "\"invalid_token\""},
        {"/errors", R"({"fallback": "no"})", "/errors/fallback", "\"invalid_token\""},
        {"/errors", R"({"statuses": {"4xx": "invalid_token"}})", "/errors/statuses/4xx", "no final HTTP status"},
        {"/errors", R"({"statuses": {"100": "invalid_token"}})", "/errors/statuses/100", "no final HTTP status"},
        {"/operations/find/success", "[600]", "/operations/find/success/0", "no final HTTP status"},
    });
}

TEST_CASE("pointers and conditions that are none") {
    check_mistakes({
        {"/token/access_token", "\"access_token\"", "/token/access_token", "no JSON pointer; write it as \"/name\""},
        {"/token/access_token", "\"/a~2\"", "/token/access_token", "no JSON pointer"},
        {"/token/access_token", "\"/a~\"", "/token/access_token", "no JSON pointer"},
        {"/token/access_token", "\"\"", "/token/access_token", "leave the key out"},
        {"/token/root", "\"data\"", "/token/root", "no JSON pointer"},
        {"/token/expires", "[{\"as\": \"seconds\"}]", "/token/expires/0", "\"at\" is missing"},
        {"/errors", R"({"code": ["/a", "b"]})", "/errors/code/1", "no JSON pointer"},
        {"/errors", R"({"when": [{"at": "/a"}]})", "/errors/when/0", "this is no test"},
        {"/errors", R"({"when": [{}]})", "/errors/when/0", "this is no test"},
        {"/errors", R"({"when": [{"equals": 1}]})", "/errors/when/0", "this is no test"},
        {"/errors", R"({"when": [{"at": "/a", "equals": 1, "absent": true}]})", "/errors/when/0", "this is no test"},
        {"/errors", R"({"when": [{"at": "/a", "empty": true}]})", "/errors/when/0", "this is no test"},
        {"/errors", R"({"when": [{"empty": false}]})", "/errors/when/0/empty", "either true or left out"},
        {"/errors", R"({"when": [{"text": 1}]})", "/errors/when/0/text", "has to be a text"},
        {"/errors", R"({"when": [{"means": "invalid_token"}]})", "/errors/when/0", "this is no test"},
        {"/errors", R"({"when": [{"at": "/a", "means": "invalid_token"}]})", "/errors/when/0", "this is no test"},
        {"/errors", R"({"when": [{"empty": true, "means": "gone"}]})", "/errors/when/0/means", "none of the words"},
        {"/callback/token", "{}", "/callback/token", "\"access_token\" is missing"},
    });
}

TEST_CASE("URLs that must not be used") {
    check_mistakes({
        {"/operations/find/url", "\"http://api.example/{who}\"", "/operations/find/url", "write https://"},
        {"/authorization/url", "\"http://login.example/\"", "/authorization/url", "write https://"},
        {"/authorization/url", "\"/authorize\"", "/authorization/url", "no absolute URL"},
        {"/authorization/url", "\"\"", "/authorization/url", "no absolute URL"},
        {"/authorization/url", "\"https:///x\"", "/authorization/url", "no host"},
        {"/authorization/url", "\"https://a.example/#x\"", "/authorization/url", "fragment"},
        {"/authorization/url", "\"https://me:pw@a.example/\"", "/authorization/url", "no user and password"},
        {"/authorization/url", "\"https://a.example/a b\"", "/authorization/url", "no absolute URL"},
        {"/operations/find/url", "\"https://{who}/x\"", "/operations/find/url", "host of a URL is fixed text"},
        {"/operations/find/url", "\"https://api.{who}\"", "/operations/find/url", "host of a URL is fixed text"},
        {"/operations/find/url", "\"https://api.example:{who}/\"", "/operations/find/url",
         "host of a URL is fixed text"},
        {"/operations/find/url", "\"{who}\"", "/operations/find/url", "host of a URL is fixed text"},
    });
}

TEST_CASE("templates and headers that cannot be") {
    check_mistakes({
        {"/operations/exchange/form/code", "\"{code\"", "/operations/exchange/form/code", "has no \"}\" after it"},
        {"/operations/exchange/form/x", "\"{md5(code)}\"", "/operations/exchange/form/x", "unknown function"},
        {"/operations/find/headers", "{\"A B\": \"x\"}", "/operations/find/headers/A B", "no header's name"},
        {"/operations/find/headers", "{\"\": \"x\"}", "/operations/find/headers/", "has to have a name"},
        {"/operations/find/headers", "{\"hOst\": \"x\"}", "/operations/find/headers/hOst", "written for you"},
        {"/operations/find/headers", "{\"te\": \"x\"}", "/operations/find/headers/te", "written for you"},
        {"/operations/find/headers", "{\"Upgrade\": \"x\"}", "/operations/find/headers/Upgrade", "written for you"},
        {"/operations/find/headers", "{\"Expect\": \"x\"}", "/operations/find/headers/Expect", "written for you"},
        {"/operations/find/headers", "{\"A\": \"x\\r\\nB: y\"}", "/operations/find/headers/A", "visible ASCII"},
        {"/operations/find/headers", "{\"A\": \"\u00e4\"}", "/operations/find/headers/A", "visible ASCII"},
        {"/operations/find/headers", "{\"A\": \" x\"}", "/operations/find/headers/A", "no space at its ends"},
        {"/operations/find/headers", "{\"A\": \"{client_id} \"}", "/operations/find/headers/A", "no space at its ends"},
        {"/operations/a b", "{\"method\": \"GET\", \"url\": \"https://a.example/\"}", "/operations/a b",
         "no operation's name"},
    });
}

TEST_CASE("a text that is not JSON, or not JSON that a profile may be") {
    CHECK(complaint("{\n  \"a\": tru\n}").starts_with("my.json: line 2, column "));
    CHECK(complaint("").find("this is not JSON") != std::string::npos);
    CHECK(complaint("{}{}").find("this is not JSON") != std::string::npos);
    CHECK(complaint("{\"name\": \"a\"").find("this is not JSON") != std::string::npos);
    CHECK(complaint("[]").starts_with("my.json: at the top: this has to be an object"));
    CHECK(complaint("{\n \"token\": {\"root\": \"\",\n  \"root\": \"/a\"}}")
              .starts_with("my.json: /token/root (line 3, column "));
    CHECK(complaint(R"({"a": {"b": [{}, {"c": 1, "c": 2}]}})").find("/a/b/1/c (line 1") != std::string::npos);
    CHECK(complaint(R"({"a": 1, "\u0061": 2})").find("stands here twice") != std::string::npos);
    CHECK(complaint(R"({"name": "a\u0000b"})").find("/name (line 1, column ") != std::string::npos);
    CHECK(complaint(R"({"na\u0000me": "a"})").find("NUL") != std::string::npos);
    CHECK(complaint(R"({"name": 1e400})").find("this number is too great") != std::string::npos);
    CHECK(complaint(std::string(33, '[')).find("deeper than 32 levels") != std::string::npos);
    CHECK(complaint(std::string(1024 * 1024 + 1, ' ')).find("over 1 MiB") != std::string::npos);
}

TEST_CASE("all problems are told at once, in one line, up to eight") {
    const auto two = complaint(R"({"name": 1, "authorization": {"url": "https://a.example/"}, "callback": {}})");
    CHECK(two == "my.json: /name: this has to be a text; put it in quotes | /callback: \"binding\" is missing; add it");
    const auto many = complaint(R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h\n":1,"i":1,"j":1})");
    CHECK(many.find(" | and 5 more") != std::string::npos);
    CHECK(many.find('\n') == std::string::npos);
}

TEST_CASE("a profile that is cut anywhere is refused") {
    auto text = std::string(provider::builtin_json("hitbox"));
    text.erase(text.find_last_not_of('\n'));
    while (!text.empty()) {
        CHECK_THROWS_AS(static_cast<void>(provider::load(text)), error);
        text.pop_back();
    }
}

TEST_CASE("a file that cannot be read") {
    CHECK_THROWS_WITH_AS(static_cast<void>(provider::load_file("/nonexistent/p.json")),
                         doctest::Contains("/nonexistent/p.json: this file cannot be read"), error);
    CHECK_THROWS_WITH_AS(static_cast<void>(provider::load_file("/")), doctest::Contains("/: this file cannot be read"),
                         error);
}
