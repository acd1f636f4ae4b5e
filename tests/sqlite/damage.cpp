// Records and files that are not as a store left them: each is told, and nothing is deleted.
#include "tests/sqlite/scratch.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace coauth::test;
using coauth::errc;
using coauth::sqlite_store;
using coauth::token_key;

namespace {

const token_key ann{"hitkey", "web", "ann"};
const token_key bob{"hitkey", "web", "bob"};

/// A file with records of ann and bob.
struct two_records {
    two_records() {
        sqlite_store store{path, sealed()};
        REQUIRE(run(store.commit(ann, record_of("of ann"), 0)));
        REQUIRE(run(store.commit(bob, record_of("of bob"), 0)));
    }
    scratch folder;
    const std::string path = folder / "tokens.db";
};

/// After this was done to ann's record: it is told, bob's is well, both stand in a scan, and undoing it brings ann's
/// back.
coauth::failure harmed(const std::string& statement) {
    const two_records file;
    execute(file.path, "CREATE TABLE saved AS SELECT * FROM token; " + statement);
    coauth::failure told;
    {
        sqlite_store store{file.path, sealed()};
        told = failure_of([&] { run(store.load(ann)); });
        CHECK(access_of(run(store.load(bob))) == "of bob");
        const coauth::store_page page = run(store.scan("", 10));
        REQUIRE(page.items.size() == 2);
        CHECK_FALSE(page.items[0].record);
        CHECK(page.items[0].unreadable->code == told.code);
        CHECK(page.items[1].record);
    }
    execute(file.path, "UPDATE token SET record = (SELECT record FROM saved WHERE saved.account = token.account)");
    sqlite_store store{file.path, sealed()};
    CHECK(access_of(run(store.load(ann))) == "of ann");
    return told;
}

}  // namespace

TEST_CASE("a record that was altered, cut or moved is told, and kept") {
    const char* const statements[] = {
        ("UPDATE token SET record = CAST(substr(record, 1, length(record) - 1) || "
         "CASE substr(record, -1) WHEN x'00' THEN x'01' ELSE x'00' END AS BLOB) WHERE account = 'ann'"),
        "UPDATE token SET record = substr(record, 1, length(record) - 1) WHERE account = 'ann'",
        "UPDATE token SET record = substr(record, 1, 1) WHERE account = 'ann'",
        "UPDATE token SET record = x'' WHERE account = 'ann'",
        "UPDATE token SET record = (SELECT record FROM token WHERE account = 'bob') WHERE account = 'ann'",
        "UPDATE token SET record = CAST('{\"token\":{\"access_token\":\"at\"}}' AS BLOB) WHERE account = 'ann'"};
    for (const char* each : statements) {
        CAPTURE(each);
        const coauth::failure told = harmed(each);
        CAPTURE(told.message());
        CHECK(told.code == errc::unsealing_failed);
        CHECK(told.provider == "hitkey");
        CHECK(contains(told.message(), "hitkey/ann"));
        CHECK_FALSE(contains(told.message(), "of ann"));
    }
}

TEST_CASE("a wrong key is told by its name, and the right one opens all again") {
    const two_records file;
    {
        sqlite_store store{file.path, coauth::token_seal::under(ring("other", ""))};
        const coauth::failure told = failure_of([&] { run(store.load(ann)); });
        CHECK(told.code == errc::unsealing_failed);
        CHECK(contains(told.message(), "\"new\""));
    }
    {
        sqlite_store store{file.path, coauth::token_seal::plaintext()};
        CHECK(failure_of([&] { run(store.load(ann)); }).code == errc::unsealing_failed);
    }
    sqlite_store store{file.path, sealed()};
    CHECK(access_of(run(store.load(ann))) == "of ann");
}

TEST_CASE("a record that cannot be read can be replaced and erased") {
    const two_records file;
    execute(file.path, "UPDATE token SET record = x'00'");
    sqlite_store store{file.path, sealed()};
    const coauth::store_page page = run(store.scan("", 10));
    REQUIRE(page.items.size() == 2);
    CHECK(run(store.commit(ann, record_of("new"), page.items[0].version)));
    CHECK(access_of(run(store.load(ann))) == "new");
    CHECK(run(store.erase(bob)));
}

TEST_CASE("a file that is no database is told, and left as it is") {
    const scratch folder;
    std::mt19937 random{7};
    std::string noise(20'000, '\0');
    for (char& each : noise) {
        each = static_cast<char>(random());
    }
    for (const std::string& bytes : {noise, std::string{"tokens=\n"}, std::string(4096, '\0')}) {
        write_file(folder / "noise", bytes);
        const coauth::failure told = opening(folder / "noise");
        CAPTURE(told.message());
        CHECK(told.code == errc::store_damaged);
        CHECK(contains(told.message(), folder / "noise"));
        CHECK(content(folder / "noise") == bytes);
    }
}

TEST_CASE("a file with broken pages is told where they are met, and what is whole can still be read") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    {
        sqlite_store store{path, sealed()};
        for (int i = 0; i < 200; ++i) {
            REQUIRE(run(store.commit({"hitkey", "web", std::to_string(i)}, record_of(std::string(500, 'x')), 0)));
        }
    }
    std::string bytes = content(path);
    REQUIRE(bytes.size() > 30 * 4096);
    bytes.replace(20 * 4096, 4096, std::string(4096, '\xA5'));
    write_file(path, bytes);
    std::size_t read = 0;
    std::size_t damaged = 0;
    {
        sqlite_store store{path, sealed()};
        for (int i = 0; i < 200; ++i) {
            const coauth::failure told = failure_of([&] { run(store.load({"hitkey", "web", std::to_string(i)})); });
            read += told.code == errc{} ? 1 : 0;
            damaged += told.code == errc::store_damaged ? 1 : 0;
        }
    }
    CHECK(read > 100);
    CHECK(damaged > 0);
    CHECK(read + damaged == 200);
}

TEST_CASE("a file whose tables are gone is damaged, not empty") {
    const two_records file;
    execute(file.path, "ALTER TABLE token RENAME TO hidden");
    CHECK(opening(file.path).code == errc::store_damaged);
    execute(file.path, "ALTER TABLE hidden RENAME TO token");
    sqlite_store store{file.path, sealed()};
    CHECK(access_of(run(store.load(ann))) == "of ann");
}
