// A folder, a disk or another process that is in the way: each is told, and nothing is lost.
#include "tests/sqlite/scratch.hpp"

#include <boost/asio/detached.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

using namespace coauth::test;
using namespace std::chrono_literals;
using coauth::errc;
using coauth::sqlite_store;
using coauth::token_key;

namespace asio = boost::asio;

namespace {

const token_key ann{"hitkey", "web", "ann"};

/// A small disk of its own, where this user may mount one; else that is told.
class small_disk {
public:
    explicit small_disk(const std::string& size)
        : mounted_(::mount("tmpfs", root_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0) {
        if (!mounted_) {
            MESSAGE("skipped: this user may mount nothing");
        }
    }
    ~small_disk() {
        if (mounted_) {
            ::umount2(root_.c_str(), MNT_DETACH);
        }
    }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    explicit operator bool() const { return mounted_; }

    [[nodiscard]] std::string operator/(const std::string& name) const { return folder_ / name; }

    [[nodiscard]] bool remount(unsigned long flags) const {
        return ::mount(nullptr, root_.c_str(), nullptr, MS_REMOUNT | flags, nullptr) == 0;
    }

private:
    const scratch folder_;
    const std::string root_ = folder_ / "";
    const bool mounted_;
};

/// No file grows beyond this while it lives.
class file_limit {
public:
    explicit file_limit(rlim_t bytes) {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit lower = before_;
        lower.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &lower);
    }
    ~file_limit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    file_limit(const file_limit&) = delete;
    file_limit& operator=(const file_limit&) = delete;

private:
    rlimit before_{};
};

/// Commits records until one is refused; how many were taken, and why the last was not.
std::pair<int, coauth::failure> fill(sqlite_store& store) {
    for (int i = 0; i < 10'000; ++i) {
        const token_key key{"hitkey", "web", std::to_string(i)};
        const coauth::failure told = failure_of([&] { run(store.commit(key, record_of(std::string(2000, 'x')), 0)); });
        if (told.code != errc{}) {
            return {i, told};
        }
    }
    return {10'000, {}};
}

void check_kept(sqlite_store& store, int records) {
    for (int i = 0; i < records; ++i) {
        CHECK(access_of(run(store.load({"hitkey", "web", std::to_string(i)}))) == std::string(2000, 'x'));
    }
    CHECK_FALSE(run(store.load({"hitkey", "web", std::to_string(records)})));
}

}  // namespace

TEST_CASE("a path that leads nowhere is told with the system's words") {
    const scratch folder;
    write_file(folder / "file", "");
    for (const std::string& path :
         {folder / "missing/tokens.db", folder / "file/tokens.db", folder / "", std::string{}}) {
        CAPTURE(path);
        const coauth::failure told = opening(path);
        CAPTURE(told.message());
        CHECK(told.code == errc::store_failed);
        CHECK(contains(told.message(), path));
    }
}

TEST_CASE("a disk that is mounted read-only is told") {
    const small_disk disk{"1m"};
    if (!disk) {
        return;
    }
    const std::string path = disk / "tokens.db";
    {
        sqlite_store store{path, sealed()};
        REQUIRE(run(store.commit(ann, record_of("at"), 0)));
    }
    REQUIRE(disk.remount(MS_RDONLY));
    CHECK(opening(path).code == errc::store_failed);
    CHECK(opening(disk / "new.db").code == errc::store_failed);
    REQUIRE(disk.remount(0));
    sqlite_store store{path, sealed()};
    CHECK(access_of(run(store.load(ann))) == "at");
}

TEST_CASE("a file that may not be written is told") {
    if (::geteuid() == 0) {
        MESSAGE("skipped: root may write everything");
        return;
    }
    const scratch folder;
    const std::string path = folder / "tokens.db";
    { const sqlite_store store(path, sealed()); }
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    CHECK(opening(path).code == errc::store_failed);
}

TEST_CASE("a disk that is full is told, keeps what was committed, and takes more when there is room") {
    const small_disk disk{"600k"};
    if (!disk) {
        return;
    }
    const std::string path = disk / "tokens.db";
    write_file(disk / "ballast", std::string(200'000, 'b'));
    int records = 0;
    {
        sqlite_store store{path, sealed()};
        const auto [taken, told] = fill(store);
        CAPTURE(told.message());
        CHECK(told.code == errc::store_full);
        CHECK(taken > 10);
        check_kept(store, taken);
        records = taken;
        std::filesystem::remove(disk / "ballast");
        CHECK(run(store.commit(ann, record_of("at"), 0)));
    }
    sqlite_store store{path, sealed()};
    check_kept(store, records);
    CHECK(access_of(run(store.load(ann))) == "at");
}

TEST_CASE("a file that may not grow is told, and keeps what was committed") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    int records = 0;
    {
        sqlite_store store{path, sealed()};
        const file_limit limit{300'000};
        const auto [taken, told] = fill(store);
        CAPTURE(told.message());
        CHECK(told.code == errc::store_full);
        CHECK(taken > 10);
        check_kept(store, taken);
        records = taken;
    }
    sqlite_store store{path, sealed()};
    check_kept(store, records);
    CHECK(run(store.commit(ann, record_of("at"), 0)));
}

TEST_CASE("one commit that is too big for the disk does not cost the others theirs") {
    const scratch folder;
    sqlite_store store{folder / "tokens.db", sealed()};
    asio::io_context context;
    int committed = 0;
    int refused = 0;
    const auto commit = [&](token_key key, std::size_t size) -> coauth::awaitable<void> {
        try {
            coauth::token_record record = record_of(std::string(size, 'x'));
            co_await store.commit(std::move(key), std::move(record), 0);
            ++committed;
        } catch (const coauth::error& told) {
            CHECK(told.reason() == errc::store_full);
            ++refused;
        }
    };
    const file_limit limit{300'000};
    for (int i = 0; i < 10; ++i) {
        asio::co_spawn(context, commit({"hitkey", "web", std::to_string(i)}, i == 5 ? 1'000'000 : 10), asio::detached);
    }
    context.run();
    CHECK(committed == 9);
    CHECK(refused == 1);
}

TEST_CASE("a file that another connection holds: reading goes on, writing is told when its time is up") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    sqlite_store store{path, sealed(), {.busy_timeout = 30ms}};
    const auto version = run(store.commit(ann, record_of("one"), 0));
    {
        coauth::sqlite::connection other{path, 0ms};
        const coauth::sqlite::transaction held{other};
        const coauth::failure told = failure_of([&] { run(store.commit(ann, record_of("two"), *version)); });
        CAPTURE(told.message());
        CHECK(told.code == errc::store_locked);
        CHECK(coauth::is_retryable(told));
        CHECK(failure_of([&] { run(store.try_lease(ann, "me", 10s)); }).code == errc::store_locked);
        CHECK(failure_of([&] { run(store.erase(ann)); }).code == errc::store_locked);
        CHECK(access_of(run(store.load(ann))) == "one");
    }
    CHECK(run(store.commit(ann, record_of("two"), *version)));
}

TEST_CASE("while writing waits for another connection, reading does not wait behind it") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    sqlite_store store{path, sealed(), {.busy_timeout = 1min}};
    const auto version = run(store.commit(ann, record_of("one"), 0));
    coauth::sqlite::connection other{path, 0ms};
    std::optional<coauth::sqlite::transaction> held{std::in_place, other};
    asio::io_context context;
    auto written = asio::co_spawn(context, store.commit(ann, record_of("two"), *version), asio::use_future);
    context.poll();
    CHECK(access_of(run(store.load(ann))) == "one");
    CHECK(access_of(run(store.load(ann))) == "one");
    held.reset();
    context.run();
    CHECK(written.get());
    CHECK(access_of(run(store.load(ann))) == "two");
}

TEST_CASE("a file that another connection holds while it is opened for the first time is told") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    write_file(path, "");
    coauth::sqlite::connection other{path, 0ms};
    std::optional<coauth::sqlite::transaction> held{std::in_place, other};
    CHECK(opening(path, sealed(), {.busy_timeout = 30ms}).code == errc::store_locked);
    held.reset();
    CHECK(opening(path).code == errc{});
}
