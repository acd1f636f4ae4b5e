#include "examples/vk_token_api/submitted_token.hpp"

#include <doctest/doctest.h>

#include <string>

namespace vk_token_api {
namespace {

using namespace std::chrono_literals;

const std::string address =
    "https://oauth.vk.com/blank.html#access_token=vk1.a.ABC123...&expires_in=86400&user_id=123456";

void check_reads_as_the_address(const std::string& pasted) {
    CAPTURE(pasted);
    const auto read = read_token_data(pasted);
    REQUIRE(read.has_value());
    CHECK(read->access_token.reveal() == "vk1.a.ABC123...");
    CHECK(read->lifetime == 86400s);
    CHECK(read->user_id == 123456);
}

void check_reads_as_the_token(const std::string& pasted) {
    CAPTURE(pasted);
    const auto read = read_token_data(pasted);
    REQUIRE(read.has_value());
    CHECK(read->access_token.reveal() == "vk1.a.ABC123...");
    CHECK(!read->lifetime);
    CHECK(!read->user_id);
}

problem problem_of(const std::string& pasted) {
    const auto read = read_token_data(pasted);
    REQUIRE(read.has_error());
    CHECK(read.error().status == 400);
    CHECK(read.error().error_type == "api_error");
    return read.error();
}

TEST_CASE("token data: the whole address, and what people make of it") {
    check_reads_as_the_address(address);
    check_reads_as_the_address("  " + address + " \r\n");
    check_reads_as_the_address("\"" + address + "\"");
    check_reads_as_the_address("<" + address + ">");
    check_reads_as_the_address("\xC2\xAB" + address + "\xC2\xBB");
    check_reads_as_the_address(address.substr(8));                                    // without https://
    check_reads_as_the_address(address.substr(address.find('#')));                    // the fragment
    check_reads_as_the_address(address.substr(address.find('#') + 1));                // its parameters
    check_reads_as_the_address(address.substr(0, 60) + "\r\n" + address.substr(60));  // broken by a mail program
    check_reads_as_the_address("\xEF\xBB\xBF" + address.substr(0, 60) + "\xE2\x80\x8B" + address.substr(60));
    check_reads_as_the_address(address + "&state=xyz");
    check_reads_as_the_address(
        "https://oauth.vk.com/blank.html#state=a%2Fb&access_token=vk1.a.ABC123..."
        "&expires_in=86400&user_id=123456");
    check_reads_as_the_address(
        "https://oauth.vk.com/blank.html#access_token=vk1.a.ABC123...&amp;expires_in=86400"
        "&amp;user_id=123456");
    check_reads_as_the_address(
        "https%3A%2F%2Foauth.vk.com%2Fblank.html%23access_token%3Dvk1.a.ABC123..."
        "%26expires_in%3D86400%26user_id%3D123456");
    check_reads_as_the_address(
        "https://oauth.vk.com/blank.html%23access_token=vk1.a.ABC123...&expires_in=86400"
        "&user_id=123456");
    check_reads_as_the_address(
        "https://oauth.vk.com/blank.html?access_token=vk1.a.ABC123...&expires_in=86400"
        "&user_id=123456");
}

TEST_CASE("token data: the token alone") {
    check_reads_as_the_token("vk1.a.ABC123...");
    check_reads_as_the_token(" 'vk1.a.ABC123...'\n");
    check_reads_as_the_token("access_token=vk1.a.ABC123...");
    check_reads_as_the_token("vk1.a.\r\nABC123...");
}

TEST_CASE("token data: a lifetime that says nothing is left to the day that VK's tokens have") {
    const auto lifetime_of = [](const std::string& text) {
        const auto read = read_token_data("#access_token=vk1.a.x&expires_in=" + text);
        REQUIRE(read.has_value());
        return read->lifetime;
    };
    CHECK(lifetime_of("0") == 0s);
    CHECK(lifetime_of("3600") == 3600s);
    for (const char* text : {"", "-1", "1e3", "soon", "3600s", "99999999999", "99999999999999999999"}) {
        CHECK(!lifetime_of(text));
    }
}

TEST_CASE("token data: what cannot be read is told apart") {
    CHECK(problem_of("").message == "token_data is empty");
    CHECK(problem_of(" \"\" ").message == "token_data is empty");
    CHECK(problem_of("hello, world").message == "token_data is neither an address nor an access token");
    CHECK(problem_of("vk1.a.AB C1").message == "token_data is neither an address nor an access token");
    CHECK(problem_of(std::string(5000, 'a')).message == "token_data is neither an address nor an access token");
    const std::string no_token = "The address in token_data has no access_token: it is another page's, or it was cut";
    CHECK(problem_of("https://oauth.vk.com/blank.html").message == no_token);
    CHECK(problem_of("https://oauth.vk.com/authorize?client_id=54249533").message == no_token);
    CHECK(problem_of("https://oauth.vk.com/blank.html#expires_in=86400&user_id=1").message == no_token);
    CHECK(problem_of("#access_token=&expires_in=1").message ==
          "The access_token in token_data is empty, or holds characters that no token has");
    CHECK(problem_of("#access_token=a%0D%0AX-Injected:1").message ==
          "The access_token in token_data is empty, or holds characters that no token has");
    CHECK(problem_of("#access_token=a&user_id=abc").message == "The user_id in token_data is not a number");
    CHECK(problem_of("#access_token=a&access_token=b").message ==
          "token_data holds a parameter twice, with different values: two addresses, perhaps");
    CHECK(problem_of("#access_token=%zz").message ==
          "token_data holds characters that no address has: it was changed on its way");
    CHECK(problem_of("").solution ==
          "Put into token_data the whole address of the page that VK opened "
          "(https://oauth.vk.com/blank.html#access_token=...), or only the access token");
}

TEST_CASE("token data: a refusal by the user is told as one") {
    CHECK(problem_of("https://oauth.vk.com/blank.html#error=access_denied&error_description=User+denied").error ==
          "Access denied");
}

}  // namespace
}  // namespace vk_token_api
