#include <coauth/core/encoding.hpp>
#include <coauth/core/random.hpp>

#include <doctest/doctest.h>

#include <string>

TEST_CASE("base64 as RFC 4648 shows it") {
    CHECK(coauth::base64("") == "");
    CHECK(coauth::base64("f") == "Zg==");
    CHECK(coauth::base64("fo") == "Zm8=");
    CHECK(coauth::base64("foobar") == "Zm9vYmFy");
    CHECK(coauth::base64url("f") == "Zg");
    CHECK(coauth::base64url("\xfb\xff\xfe") == "-__-");
}

TEST_CASE("base64url is read back, and nothing else is taken for it") {
    for (const std::string& bytes :
         {std::string{}, std::string{"f"}, std::string{"fo"}, std::string{"foo"}, std::string{"\xfb\xff\xfe\0\0", 5}}) {
        CHECK(coauth::from_base64url(coauth::base64url(bytes)) == bytes);
    }
    for (const char* wrong : {"Zg==", "Zh", "Z", "-__+", "Zm 9v", "Zm9vYmFy\n", "Zm9v.mFy"}) {
        CAPTURE(wrong);
        CHECK_FALSE(coauth::from_base64url(wrong));
    }
}

TEST_CASE("the S256 challenge of RFC 7636, appendix B") {
    const auto digest = coauth::sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    CHECK(coauth::base64url({reinterpret_cast<const char*>(digest.data()), digest.size()}) ==
          "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_CASE("percent and form encoding") {
    CHECK(coauth::percent_encode("a b/c?d=ü~-._") == "a%20b%2Fc%3Fd%3D%C3%BC~-._");
    CHECK(coauth::form_encode("a b+c&d") == "a+b%2Bc%26d");
}

namespace {

/// Bytes that count up.
class counting final : public coauth::random_source {
public:
    void fill(std::span<unsigned char> bytes) const override {
        unsigned char next = 0;
        for (unsigned char& each : bytes) {
            each = next++;
        }
    }
};

}  // namespace

TEST_CASE("random text is base64url of what the source gives") {
    CHECK(coauth::random_text(counting{}, 3) == "AAEC");
    CHECK(coauth::random_text(*coauth::system_random(), 32).size() == 43);
    CHECK(coauth::random_text(*coauth::system_random(), 32) != coauth::random_text(*coauth::system_random(), 32));
}
