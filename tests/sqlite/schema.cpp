#include "sqlite/schema.hpp"

#include "tests/sqlite/scratch.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace coauth::test;
using coauth::errc;
using coauth::sqlite_store;
using coauth::token_key;

namespace sqlite = coauth::sqlite;

namespace {

const token_key ann{"hitkey", "web", "ann"};

std::string first_column(const sqlite::connection& file, const char* text) {
    const sqlite::statement prepared{file, text};
    sqlite::query only{prepared};
    return only.next() ? std::string{only.bytes(0)} : "(none)";
}

constexpr std::array two_steps{"CREATE TABLE thing (name TEXT); INSERT INTO thing VALUES ('kept')",
                               "ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 7"};
constexpr std::array broken_step{two_steps[0], "ALTER TABLE thing ADD COLUMN size; ALTER TABLE nothing ADD COLUMN x"};

}  // namespace

TEST_CASE("a file of another application is told, and left as it is") {
    const scratch folder;
    for (const char* statements : {"CREATE TABLE theirs (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 1",
                                   "CREATE TABLE theirs (x); PRAGMA journal_mode = WAL"}) {
        const std::string path = folder / "theirs.db";
        std::filesystem::remove(path);
        write_file(path, "");
        execute(path, statements);
        const std::string before = content(path);
        const coauth::failure told = opening(path);
        CAPTURE(told.message());
        CHECK(told.code == errc::store_damaged);
        CHECK(contains(told.message(), "another application"));
        CHECK(content(path) == before);
    }
}

TEST_CASE("a newer file is told, left as it is, and read again by its version") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    {
        sqlite_store store{path, sealed()};
        REQUIRE(run(store.commit(ann, record_of("at"), 0)));
    }
    execute(path, "PRAGMA user_version = 1000");
    const std::string before = content(path);
    const coauth::failure told = opening(path);
    CHECK(told.code == errc::store_version);
    CHECK(contains(told.message(), "1000"));
    CHECK(content(path) == before);
    execute(path, "PRAGMA user_version = " + std::to_string(sqlite::schema_steps().size()));
    sqlite_store store{path, sealed()};
    CHECK(access_of(run(store.load(ann))) == "at");
}

TEST_CASE("an empty file, and one whose creation was broken off, become a store") {
    const scratch folder;
    write_file(folder / "empty.db", "");
    CHECK(opening(folder / "empty.db").code == errc{});
    write_file(folder / "begun.db", "");
    execute(folder / "begun.db", "PRAGMA application_id = " + std::to_string(sqlite::application_id));
    sqlite_store store{folder / "begun.db", sealed()};
    CHECK(run(store.commit(ann, record_of("at"), 0)));
}

TEST_CASE("an older file is brought up to date step by step, and keeps what it holds") {
    const scratch folder;
    write_file(folder / "old.db", "");
    sqlite::connection file{folder / "old.db", std::chrono::milliseconds{0}};
    sqlite::bring_up_to_date(file, std::span{two_steps}.first(1));
    CHECK(first_column(file, "PRAGMA user_version") == "1");
    sqlite::bring_up_to_date(file, two_steps);
    CHECK(first_column(file, "PRAGMA user_version") == "2");
    CHECK(first_column(file, "SELECT name || size FROM thing") == "kept7");
    sqlite::bring_up_to_date(file, two_steps);
    CHECK(first_column(file, "SELECT name || size FROM thing") == "kept7");
    CHECK(failure_of([&] { sqlite::bring_up_to_date(file, std::span{two_steps}.first(1)); }).code ==
          errc::store_version);
}

TEST_CASE("a step that fails leaves the older file as it was") {
    const scratch folder;
    write_file(folder / "old.db", "");
    sqlite::connection file{folder / "old.db", std::chrono::milliseconds{0}};
    sqlite::bring_up_to_date(file, std::span{two_steps}.first(1));
    CHECK(failure_of([&] { sqlite::bring_up_to_date(file, broken_step); }).code == errc::store_damaged);
    CHECK(first_column(file, "PRAGMA user_version") == "1");
    sqlite::bring_up_to_date(file, two_steps);
    CHECK(first_column(file, "SELECT name || size FROM thing") == "kept7");
}
