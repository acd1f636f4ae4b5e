#include <coauth/cache/token_seal.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

using namespace std::chrono_literals;
using coauth::errc;
using coauth::key_ring;
using coauth::secret;
using coauth::token_key;
using coauth::token_record;
using coauth::token_seal;

namespace {

const token_key ann{"hitkey", "web", "ann"};

token_record record() {
    coauth::token value{secret{"the-access-token"}};
    value.refresh_token = secret{"the-refresh-token"};
    value.expires_at = coauth::clock::wall_time{1'790'000'000s};
    return token_record{std::move(value)};
}

key_ring ring(const char* name) {
    return key_ring::parse(key_ring::generate(name)).value();
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

coauth::failure refusal(const token_seal& seal, const token_key& key, std::string_view bytes) {
    const auto opened = seal.open(key, bytes);
    REQUIRE(opened.has_error());
    CHECK(opened.error().provider == key.provider());
    CHECK(contains(opened.error().message(), key.text()));
    return opened.error();
}

}  // namespace

TEST_CASE("a record comes back, sealed and in plaintext") {
    for (const token_seal& seal : {token_seal::under(ring("k")), token_seal::plaintext()}) {
        token_record kept = record();
        kept.refused = errc::invalid_grant;
        const std::string bytes = seal.close(ann, kept);
        const token_record again = seal.open(ann, bytes).value();
        CHECK(again.value.access_token == kept.value.access_token);
        CHECK(again.value.refresh_token == kept.value.refresh_token);
        CHECK(again.value.expires_at == kept.value.expires_at);
        CHECK(again.refused == errc::invalid_grant);
        CHECK(seal.is_current(bytes));
        CHECK_FALSE(seal.open(ann, seal.close(ann, record())).value().refused);
    }
}

TEST_CASE("sealed, nothing of a record is readable") {
    const std::string bytes = token_seal::under(ring("k")).close(ann, record());
    CHECK_FALSE(contains(bytes, "token"));
    CHECK(contains(token_seal::plaintext().close(ann, record()), "the-refresh-token"));
}

TEST_CASE("whatever a provider issued comes back: long, deep, and bytes that are no text") {
    const token_seal seal = token_seal::under(ring("k"));
    token_record kept{coauth::token{secret{"\xff\xfe\"\\\n" + std::string(100'000, 'a')}}};
    boost::json::value deep = 1;
    for (int i = 0; i < 1000; ++i) {
        deep = boost::json::array{std::move(deep)};
    }
    kept.value.extra["deep"] = std::move(deep);
    kept.value.extra["token"] = "a name of ours";
    kept.value.extra["large"] = std::numeric_limits<std::uint64_t>::max();
    const token_record again = seal.open(ann, seal.close(ann, kept)).value();
    CHECK(again.value.access_token == kept.value.access_token);
    CHECK((again.value.extra == kept.value.extra));
}

TEST_CASE("every refusal comes back; one that only a newer version knows is a refusal all the same") {
    const token_seal plain = token_seal::plaintext();
    for (const errc each : {errc::invalid_profile, errc::access_denied, errc::provider_error, errc::unsealing_failed}) {
        token_record kept = record();
        kept.refused = each;
        CHECK(plain.open(ann, plain.close(ann, kept)).value().refused == each);
    }
    const char* const newer = R"({"token":{"access_token":"at"},"refused":"not_known_yet"})";
    CHECK(plain.open(ann, newer).value().refused == errc::invalid_grant);
}

TEST_CASE("a record moved to another key does not open there") {
    const token_seal seal = token_seal::under(ring("k"));
    const std::string bytes = seal.close(ann, record());
    for (const token_key& other : {token_key{"hitkey", "web", "bob"}, token_key{"hike", "web", "ann"},
                                   ann.with_scopes({"email"}), ann.with_client_id("game")}) {
        CHECK(refusal(seal, other, bytes).code == errc::unsealing_failed);
    }
}

TEST_CASE("sealed and plaintext do not pass for each other, and each is told by name") {
    const token_seal seal = token_seal::under(ring("k"));
    const token_seal plain = token_seal::plaintext();
    const coauth::failure is_plain = refusal(seal, ann, plain.close(ann, record()));
    CHECK(is_plain.code == errc::unsealing_failed);
    CHECK(contains(is_plain.message(), "plaintext"));
    CHECK_FALSE(contains(is_plain.message(), "the-access-token"));
    const coauth::failure is_sealed = refusal(plain, ann, seal.close(ann, record()));
    CHECK(is_sealed.code == errc::unsealing_failed);
    CHECK(contains(is_sealed.message(), "sealed"));
    CHECK_FALSE(seal.is_current(plain.close(ann, record())));
    CHECK_FALSE(plain.is_current(seal.close(ann, record())));
    CHECK_FALSE(plain.is_current(""));
    CHECK(refusal(plain, ann, "").code == errc::unsealing_failed);
}

TEST_CASE("what was sealed but is no record is damaged") {
    const key_ring keys = ring("k");
    const token_seal seal = token_seal::under(keys);
    for (const char* text :
         {"", "{", "[]", "{}", R"({"token":1})", R"({"token":{}})", R"({"token":{"access_token":1}})",
          R"({"token":{"access_token":"the-access-token"},"refused":1})",
          R"({"token":{"access_token":"the-access-token","expires_at":"soon"}})"}) {
        CAPTURE(text);
        const coauth::failure told = refusal(seal, ann, keys.seal(text, ann.canonical()));
        CHECK(told.code == errc::store_damaged);
        CHECK_FALSE(contains(told.message(), "the-access-token"));
    }
    CHECK(refusal(token_seal::plaintext(), ann, "{\"token\":").code == errc::store_damaged);
}

TEST_CASE("under an older key a record is readable, but not current") {
    const secret old_line = key_ring::generate("old");
    const secret new_line = key_ring::generate("new");
    const token_seal before = token_seal::under(key_ring::parse(old_line).value());
    const token_seal after = token_seal::under(
        key_ring::parse(secret{std::string{new_line.reveal()} + "\n" + std::string{old_line.reveal()}}).value());
    const std::string bytes = before.close(ann, record());
    CHECK(after.open(ann, bytes).has_value());
    CHECK_FALSE(after.is_current(bytes));
    CHECK(after.is_current(after.close(ann, record())));
}
