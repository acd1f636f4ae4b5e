#include "tests/sqlite/scratch.hpp"

#include <coauth/core/manual_clock.hpp>

#include <doctest/doctest.h>

#include <sys/stat.h>

using namespace coauth::test;
using namespace std::chrono_literals;
using coauth::sqlite_store;
using coauth::token_key;

namespace {

const token_key ann{"hitkey", "web", "ann"};

mode_t mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("the file and its side files are their owner's alone, whatever the umask") {
    for (const mode_t mask : {0000U, 0022U, 0777U}) {
        const scratch folder;
        const mode_t before = ::umask(mask);
        sqlite_store store{folder / "tokens.db", sealed()};
        const bool committed = run(store.commit(ann, record_of("at"), 0)).has_value();
        ::umask(before);
        CHECK(committed);
        CHECK(mode_of(folder / "tokens.db") == 0600U);
        CHECK(mode_of(folder / "tokens.db-wal") == 0600U);
        CHECK(mode_of(folder / "tokens.db-shm") == 0600U);
    }
}

TEST_CASE("a path is a path: names that mean something else to SQLite are files too") {
    const scratch folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder / "");
    for (const std::string name : {":memory:", "file:tokens?mode=memory"}) {
        {
            sqlite_store store{name, sealed()};
            CHECK(run(store.commit(ann, record_of("at"), 0)));
        }
        CHECK(std::filesystem::file_size(folder / name) > 0);
        sqlite_store again{name, sealed()};
        CHECK(access_of(run(again.load(ann))) == "at");
    }
    std::filesystem::current_path(before);
}

TEST_CASE("what was committed is there when the file is opened again") {
    const scratch folder;
    std::uint64_t version = 0;
    {
        sqlite_store store{folder / "tokens.db", sealed()};
        version = run(store.commit(ann, record_of("at"), 0)).value();
    }
    CHECK_FALSE(std::filesystem::exists(folder / "tokens.db-wal"));
    {
        sqlite_store store{folder / "tokens.db", sealed()};
        CHECK(run(store.load(ann))->version == version);
        CHECK(run(store.erase(ann)));
    }
    sqlite_store store{folder / "tokens.db", sealed()};
    CHECK(run(store.commit(ann, record_of("at"), 0)).value() > version);
}

TEST_CASE("two stores on one file see each other's work") {
    const scratch folder;
    sqlite_store one{folder / "tokens.db", sealed()};
    sqlite_store other{folder / "tokens.db", sealed()};
    const auto first = run(one.commit(ann, record_of("one"), 0));
    CHECK(access_of(run(other.load(ann))) == "one");
    CHECK(run(other.commit(ann, record_of("two"), *first)));
    CHECK_FALSE(run(one.commit(ann, record_of("late"), *first)));
    CHECK(run(one.try_lease(ann, "one", 10s)));
    CHECK_FALSE(run(other.try_lease(ann, "other", 10s)));
}

TEST_CASE("a lease of a clock that has been set back since does not last for ever") {
    const scratch folder;
    const auto ahead = std::make_shared<coauth::manual_clock>(coauth::clock::wall_time{2'000'000'000s});
    const auto right = std::make_shared<coauth::manual_clock>(coauth::clock::wall_time{1'900'000'000s});
    sqlite_store before{folder / "tokens.db", sealed(), {.clock = ahead}};
    sqlite_store after{folder / "tokens.db", sealed(), {.clock = right}};
    REQUIRE(run(before.try_lease(ann, "before", 10s)));
    CHECK(run(after.try_lease(ann, "after", 10s)));
}

TEST_CASE("sealed, no secret stands in any of the files; keys may be read there") {
    const scratch folder;
    sqlite_store store{folder / "tokens.db", sealed()};
    REQUIRE(run(store.commit(ann, record_of("the-access-token", "the-refresh-token"), 0)));
    const auto files = [&] { return content(folder / "tokens.db") + content(folder / "tokens.db-wal"); };
    CHECK(contains(files(), "hitkey"));
    CHECK_FALSE(contains(files(), "the-access-token"));
    CHECK_FALSE(contains(files(), "the-refresh-token"));
    const auto version = run(store.load(ann))->version;
    REQUIRE(run(store.commit(ann, record_of("the-second-token", "the-refresh-token"), version)));
    CHECK_FALSE(contains(files(), "the-second-token"));
}

TEST_CASE("in plaintext, by name, a record can be read in the file, and what was erased cannot") {
    const scratch folder;
    {
        sqlite_store store{folder / "tokens.db", coauth::token_seal::plaintext()};
        REQUIRE(run(store.commit(ann, record_of("the-access-token"), 0)));
        CHECK(contains(content(folder / "tokens.db") + content(folder / "tokens.db-wal"), "the-access-token"));
        REQUIRE(run(store.erase(ann)));
    }
    CHECK_FALSE(contains(content(folder / "tokens.db"), "the-access-token"));
}
