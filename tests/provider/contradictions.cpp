#include "tests/provider/mistakes.hpp"

using namespace coauth;
using mistakes::check_mistakes;
using mistakes::complaint;

TEST_CASE("placeholders that are unknown, or that this step cannot fill") {
    check_mistakes({
        {"/operations/find/headers", R"({"A": "{colour}"})", "/operations/find/headers/A",
         "{colour} is unknown; there are \"who\", \"page\", \"client_id\""},
        {"/operations/find/headers", R"({"A": "{acess_token}"})", "/operations/find/headers/A",
         "did you mean \"access_token\"?"},
        {"/operations/find/headers", R"({"A": "{colour?}"})", "/operations/find/headers/A", "\"arguments\""},
        {"/operations/userinfo/headers", R"({"A": "{code}"})", "/operations/userinfo/headers/A",
         "{code} has no value in \"userinfo\"; there are"},
        {"/operations/find/headers", R"({"A": "{callback.x}"})", "/operations/find/headers/A",
         "has no value in \"find\""},
        {"/operations/exchange/form/x", "\"{refresh_token}\"", "/operations/exchange/form/x",
         "{refresh_token} has no value in \"exchange\""},
        {"/operations/exchange/form/x", "\"{token.id}\"", "/operations/exchange/form/x", "has no value"},
        {"/operations/exchange/form/x", "\"{code_verifier}\"", "/operations/exchange/form/x", "has no value"},
        {"/operations/refresh/form/x", "\"{state?}\"", "/operations/refresh/form/x", "has no value in \"refresh\""},
        {"/operations/exchange/form/x", "\"{base64(code,secret)}\"", "/operations/exchange/form/x",
         "{secret} is unknown"},
        {"/operations/exchange/form/x", "\"{code|ticket}\"", "/operations/exchange/form/x", "{ticket} is unknown"},
        {"/authorization/parameters/x", "\"{force_auth}\"", "/authorization/parameters/x",
         "A value that the caller may give is written {force_auth?}"},
        {"/authorization/parameters/x", "\"{client_secret}\"", "/authorization/parameters/x",
         "{client_secret} has no value in the authorization"},
        {"/authorization/parameters/x", "\"{code_challenge}\"", "/authorization/parameters/x", "has no value"},
        {"/authorization/parameters/x", "\"{access_token?}\"", "/authorization/parameters/x", "has no value"},
        {"/authorization/offline_parameters", R"({"x": "{nounce}"})", "/authorization/offline_parameters/x",
         "did you mean \"nonce\"?"},
        {"/authorization/url", "\"https://a.example/{client_secret}\"", "/authorization/url", "has no value"},
    });
    CHECK(complaint(mistakes::changed({"/operations/deep",
                                       R"({"method": "POST", "url": "https://a.example/",
                                           "json": {"a": [{"b/c": "x{colour}"}, 1, null]}})",
                                       "", ""}))
              .starts_with("my.json: /operations/deep/json/a/0/b~1c: {colour} is unknown"));
}

TEST_CASE("a login that nothing ties to its callback") {
    check_mistakes({
        {"/authorization/parameters/state", "", "/authorization/parameters", "no parameter carries {state}"},
        {"/authorization", R"({"url": "https://a.example/", "offline_parameters": {"state": "{state}"}})",
         "/authorization/parameters", "no parameter carries {state}"},
        {"/authorization", R"({"url": "https://a.example/", "state": {"in": "redirect_uri"}})",
         "/authorization/state/in", "send \"{redirect_uri}\""},
    });
}

TEST_CASE("steps that contradict each other") {
    check_mistakes({
        {"/callback/code", "[]", "/callback", "neither a code nor a token"},
        {"/callback", R"({"binding": "state", "token": {"access_token": "t"}})", "/callback",
         "there is an operation \"exchange\", but the callback brings no code"},
        {"/operations/exchange", "", "/callback/code", "there is no operation \"exchange\"; add it"},
        {"/operations/exchange/form", "{}", "/operations/exchange", "an exchange has to send {code}"},
        {"/refresh/rotation", "\"none\"", "/refresh", "say what becomes of the refresh token"},
        {"/refresh", "", "/refresh", "say what becomes of the refresh token"},
        {"/operations/refresh", "", "/refresh/rotation", "there is no operation \"refresh\"; add it"},
        {"/operations/userinfo/identity", "", "/operations/userinfo", "add \"identity\": {\"subject\": POINTER}"},
        {"/operations/userinfo/identity", "{\"name\": \"/name\"}", "/operations/userinfo", "add \"identity\""},
        {"/operations/userinfo/format", "\"text\"", "/operations/userinfo/format", "write \"json\""},
        {"/operations/exchange/format", "\"none\"", "/operations/exchange/format", "write \"json\""},
        {"/unsupported/find", "\"no\"", "/unsupported/find", "there is an operation of this name"},
        {"/callback/issuer_required", "true", "/callback/issuer_required", "add \"issuer\" at the top"},
        {"/authorization/state", "{\"max_length\": 8}", "/authorization/state/max_length", "22 characters"},
        {"/token/refresh_token", "", "/operations/refresh", "no reply brings the {refresh_token}"},
        {"/token/token_type_required", "true", "/token", "add \"token_type\""},
        {"/token/expires", R"([{"at": "/issued", "as": "issued_at_milliseconds"}])", "/token",
         "add \"default_lifetime\""},
        {"/callback/token", R"({"access_token": "t", "token_type_required": true})", "/callback/token",
         "add \"token_type\""},
        {"/operations/find/identity", R"({"subject": "/id"})", "/operations/find/identity", "remove it"},
        {"/operations/userinfo/token", "{}", "/operations/userinfo/token", "remove it"},
        {"/authorization/fragment", R"("#x")", "/authorization/fragment", "without \"#\""},
        {"/authorization/offline_parameters", R"({"state": "{state}"})", "/authorization/offline_parameters/state",
         "a parameter is sent once"},
        {"/name", "\"My Games\"", "/name", "small letters"},
        {"/name", "\"\"", "/name", "small letters"},
    });
}

TEST_CASE("PKCE that only one side has heard of") {
    check_mistakes({
        {"/authorization",
         R"({"url": "https://a.example/", "pkce": "S256", "parameters": {"state": "{state}", "c": "{code_challenge}"}})",
         "/operations/exchange", "the exchange has to send {code_verifier}"},
    });
    const auto both = complaint(mistakes::changed({"/authorization/pkce", "\"S256\"", "", ""}));
    CHECK(both.find("/authorization/parameters: PKCE is on, but no parameter carries {code_challenge}") != both.npos);
    CHECK(both.find("/operations/exchange: PKCE is on") != both.npos);
}

TEST_CASE("requests that cannot be") {
    check_mistakes({
        {"/operations/find/form", "{\"a\": \"b\"}", "/operations/find/form", "a GET has no body; use \"query\""},
        {"/operations/find/json", "{\"a\": \"b\"}", "/operations/find/json", "a GET has no body"},
        {"/operations/exchange/json", "{\"a\": \"b\"}", "/operations/exchange/json",
         "one body, and \"form\" is here too"},
        {"/operations/find/arguments", R"(["who", "page?", "size"])", "/operations/find/arguments/2",
         "nothing uses this argument; write {size}"},
        {"/operations/find/arguments", R"(["who?", "page?"])", "/operations/find/arguments/0", "write {who?} there"},
        {"/operations/find/arguments", R"(["who", "page?", "who"])", "/operations/find/arguments/2",
         "stands here twice"},
        {"/operations/find/arguments", R"(["who", "page?", "a b"])", "/operations/find/arguments/2",
         "no argument's name"},
        {"/operations/find/arguments", R"(["page?"])", "/operations/find/url", "{who} is unknown"},
    });
}

TEST_CASE("what looks like a contradiction and is none") {
    const auto loads = [](std::string_view at, std::string_view value) {
        CHECK_MESSAGE(complaint(mistakes::changed({at, value, "", ""})) == "nothing: it was loaded", at, " ", value);
    };
    loads("/authorization/state", R"({"in": "redirect_uri"})");
    loads("/authorization",
          R"({"url": "https://a.example/", "state": {"in": "redirect_uri"}, "parameters": {"r": "{redirect_uri}"}})");
    loads("/authorization", R"({"url": "https://a.example/{state}"})");
    loads("/authorization/parameters/x", "\"{anything_else?}\"");
    loads("/callback", R"({"binding": "cookie", "code": ["code"]})");
    loads("/callback/token", R"({"access_token": "t"})");
    loads("/operations/find/arguments", R"(["who", "page?"])");
    loads("/operations/find/url", "\"https://api.example:8443/{who}?a=b\"");
    loads("/operations/find/query", R"({"page": "{page|token.page}"})");
    loads("/operations/find/method", "\"DELETE\"");
    loads(
        "/operations/register",
        R"({"method": "POST", "url": "https://a.example/", "arguments": ["redirect_uri"], "json": "{redirect_uri}"})");
}
