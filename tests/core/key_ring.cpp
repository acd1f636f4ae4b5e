#include <coauth/core/key_ring.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

using coauth::errc;
using coauth::key_ring;
using coauth::secret;

namespace {

// What these spell is all that they protect.
const std::string first = "2026:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const std::string second = "2025:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

key_ring ring(const std::string& text) {
    return key_ring::parse(secret{text}).value();
}

coauth::failure refusal(const std::string& text) {
    const auto parsed = key_ring::parse(secret{text});
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().code == errc::invalid_argument);
    return parsed.error();
}

coauth::failure failure_of(const std::function<void()>& attempt) {
    try {
        attempt();
    } catch (const coauth::error& thrown) {
        return thrown.details();
    }
    FAIL("nothing was thrown");
    return {};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

/// A file of its own, gone with its test.
struct key_file {
    key_file(const std::string& text, mode_t mode) {
        std::string name = (std::filesystem::temp_directory_path() / "coauth-keys-XXXXXX").string();
        ::close(::mkstemp(name.data()));
        path = name;
        std::ofstream{path} << text;
        ::chmod(path.c_str(), mode);
    }
    ~key_file() { std::filesystem::remove(path); }
    key_file(const key_file&) = delete;
    key_file& operator=(const key_file&) = delete;
    std::string path;
};

}  // namespace

TEST_CASE("what is sealed opens again, whatever its size") {
    const key_ring keys = ring(first);
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 800U, 100'000U}) {
        const std::string plain(size, 'p');
        const std::string sealed = keys.seal(plain, "for ann");
        CHECK(keys.open(sealed, "for ann").value().reveal() == plain);
        CHECK(sealed.size() == size + 2 + 4 + 12 + 16);
    }
    CHECK(keys.open(keys.seal("plain", ""), "").value().reveal() == "plain");
}

TEST_CASE("sealing twice gives two texts, and neither shows what was sealed") {
    const key_ring keys = ring(first);
    std::set<std::string> all;
    for (int i = 0; i < 100; ++i) {
        all.insert(keys.seal("the plain text", "ann"));
        CHECK_FALSE(contains(*all.begin(), "plain"));
    }
    CHECK(all.size() == 100);
}

TEST_CASE("a seal of this format keeps opening") {
    // Made with another program, under bytes 0 to 31 with a nonce of 0 to 11.
    constexpr unsigned char bytes[] = {0x01, 0x04, 0x32, 0x30, 0x32, 0x36, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
                                       0x07, 0x08, 0x09, 0x0a, 0x0b, 0x37, 0x6e, 0xb7, 0x72, 0xab, 0x01, 0x46, 0xee,
                                       0x5a, 0xe5, 0xd3, 0xbb, 0x5a, 0x8f, 0x80, 0x1c, 0x69, 0xcc, 0x74, 0x77, 0x17};
    const std::string sealed(std::begin(bytes), std::end(bytes));
    CHECK(ring(first).open(sealed, "ann").value().reveal() == "plain");
}

TEST_CASE("every bit of a seal counts") {
    const key_ring keys = ring(first);
    const std::string sealed = keys.seal("plain", "for ann");
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        std::string altered = sealed;
        altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
        const auto opened = keys.open(altered, "for ann");
        CAPTURE(bit);
        REQUIRE(opened.has_error());
        CHECK(opened.error().code == errc::unsealing_failed);
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        CHECK(keys.open(sealed.substr(0, size), "for ann").has_error());
    }
    CHECK(keys.open(sealed + "x", "for ann").has_error());
}

TEST_CASE("one ring serves several threads at once, whatever else they try to open") {
    const key_ring shared = ring(first);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int each = 0; each < 4; ++each) {
        threads.emplace_back([&shared, &wrong, each] {
            for (int round = 0; round < 200; ++round) {
                const std::string plain = std::to_string(each) + " " + std::to_string(round);
                std::string sealed = shared.seal(plain, "ann");
                wrong += shared.open(sealed, "bob").has_value() ? 1 : 0;
                const auto opened = shared.open(sealed, "ann");
                wrong += opened && opened->reveal() == plain ? 0 : 1;
            }
        });
    }
    for (std::thread& each : threads) {
        each.join();
    }
    CHECK(wrong == 0);
}

TEST_CASE("what was sealed for one does not open for another") {
    const key_ring keys = ring(first);
    const std::string sealed = keys.seal("plain", "for ann");
    for (const char* other : {"for bob", "", "for ann ", "for an"}) {
        CHECK(keys.open(sealed, other).error().code == errc::unsealing_failed);
    }
}

TEST_CASE("a new key is put in front, and the old one opens until it goes") {
    const std::string sealed = ring(second).seal("plain", "ann");
    const key_ring both = ring(first + "\n" + second);
    CHECK(both.size() == 2);
    CHECK(both.open(sealed, "ann").value().reveal() == "plain");
    CHECK_FALSE(both.sealed_by_first(sealed));
    const std::string anew = both.seal("plain", "ann");
    CHECK(both.sealed_by_first(anew));
    CHECK(ring(first).open(anew, "ann").value().reveal() == "plain");
    const auto gone = ring(first).open(sealed, "ann");
    REQUIRE(gone.has_error());
    CHECK(gone.error().code == errc::unsealing_failed);
    CHECK(contains(gone.error().detail, "\"2025\""));
}

TEST_CASE("a key of the same name with other bytes opens nothing, and is no crash") {
    const std::string sealed = ring(first).seal("plain", "ann");
    const auto opened = ring("2026" + second.substr(4)).open(sealed, "ann");
    REQUIRE(opened.has_error());
    CHECK(contains(opened.error().detail, "\"2026\""));
}

TEST_CASE("what is no seal at all is told") {
    const key_ring keys = ring(first);
    for (const std::string text : {"", "x", "{\"token\":{}}", "\x01", "\x01\xff", "\x01\x04"}) {
        CHECK(keys.open(text, "ann").error().code == errc::unsealing_failed);
        CHECK_FALSE(keys.sealed_by_first(text));
    }
}

TEST_CASE("the text form has comments, blank lines and line ends of any kind") {
    CHECK(ring("\n# of 2026\r\n  " + first + " \r\n\n\t" + second + "\n#end").size() == 2);
    CHECK(ring(first).size() == 1);
}

TEST_CASE("a text that is none names the line and shows nothing of it") {
    const std::string key = first.substr(5);
    const struct {
        std::string text;
        const char* says;
    } cases[] = {{"", "no key"},
                 {"# nothing\n", "no key"},
                 {first + "\n" + key, "line 2"},
                 {"a name:" + key, "line 1"},
                 {std::string(33, 'n') + ":" + key, "line 1"},
                 {":" + key, "line 1"},
                 {"2026: " + key, "line 1"},
                 {"2026:" + key + "=", "line 1"},
                 {"2026:" + key.substr(4), "line 1"},
                 {"2026:" + key.substr(0, 43), "line 1"},
                 {"2026:" + key.substr(0, 40) + "!x8=", "line 1"},
                 {"2026:" + key.substr(0, 42) + "9=", "line 1"},  // bits beyond the last byte
                 {first + "\n\n2026:" + second.substr(5), "line 3"}};
    for (const auto& each : cases) {
        const std::string told = refusal(each.text).message();
        CAPTURE(told);
        CHECK(contains(told, each.says));
        CHECK_FALSE(contains(told, key.substr(4, 8)));
        CHECK_FALSE(contains(told, second.substr(9, 8)));
    }
}

TEST_CASE("a key file must be its owner's alone") {
    const key_file right{first + "\n", 0600};
    CHECK(key_ring::from_file(right.path).size() == 1);
    for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U}) {
        const key_file open{first, mode};
        const coauth::failure told = failure_of([&] { (void)key_ring::from_file(open.path); });
        CHECK(told.code == errc::invalid_argument);
        CHECK(contains(told.message(), "chmod 600 " + open.path));
        CHECK_FALSE(contains(told.message(), first.substr(9, 8)));
    }
}

TEST_CASE("a key file that cannot be used is told with its path") {
    CHECK(contains(failure_of([] { (void)key_ring::from_file("/nowhere/keys"); }).message(), "/nowhere/keys"));
    const key_file empty{"", 0600};
    CHECK(contains(failure_of([&] { (void)key_ring::from_file(empty.path); }).message(), empty.path));
    const key_file large{first + "\n" + std::string(64 * 1024, '#'), 0600};
    CHECK(contains(failure_of([&] { (void)key_ring::from_file(large.path); }).message(), "64 KiB"));
    const std::filesystem::path folder = empty.path + ".d";
    std::filesystem::create_directory(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    const coauth::failure told = failure_of([&] { (void)key_ring::from_file(folder.string()); });
    std::filesystem::remove(folder);
    CHECK(told.code == errc::invalid_argument);
}

TEST_CASE("keys come from the environment too, parted by commas") {
    ::setenv("COAUTH_TEST_KEYS", (first + "," + second).c_str(), 1);
    CHECK(key_ring::from_environment("COAUTH_TEST_KEYS").size() == 2);
    ::setenv("COAUTH_TEST_KEYS", (first + ",x").c_str(), 1);
    const coauth::failure told = failure_of([] { (void)key_ring::from_environment("COAUTH_TEST_KEYS"); });
    CHECK(contains(told.message(), "COAUTH_TEST_KEYS"));
    CHECK(contains(told.message(), "line 2"));
    ::unsetenv("COAUTH_TEST_KEYS");
    CHECK(contains(failure_of([] { (void)key_ring::from_environment("COAUTH_TEST_KEYS"); }).message(), "not set"));
}

TEST_CASE("a generated key is a new one each time, and can be used") {
    const secret line = key_ring::generate("2026-07.a_b");
    CHECK(line.reveal().starts_with("2026-07.a_b:"));
    CHECK_FALSE(line == key_ring::generate("2026-07.a_b"));
    const key_ring keys = key_ring::parse(line).value();
    CHECK(keys.open(keys.seal("plain", ""), "").value().reveal() == "plain");
    for (const char* name : {"", "a b", "a:b", "a/b", "an-overlong-name-of-thirty-three-c", "\xc3\xa4"}) {
        CHECK(failure_of([&] { (void)key_ring::generate(name); }).code == errc::invalid_argument);
    }
}
