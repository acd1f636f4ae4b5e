#include "sqlite/schema.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace coauth::sqlite {
namespace {

constexpr std::array steps{R"(
CREATE TABLE token (
    provider TEXT NOT NULL, client_id TEXT NOT NULL, account TEXT NOT NULL, scope TEXT NOT NULL, resource TEXT NOT NULL,
    version INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (provider, client_id, account, scope, resource)
) STRICT;
CREATE TABLE lease (
    provider TEXT NOT NULL, client_id TEXT NOT NULL, account TEXT NOT NULL, scope TEXT NOT NULL, resource TEXT NOT NULL,
    owner TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (provider, client_id, account, scope, resource)
) STRICT, WITHOUT ROWID;
CREATE TABLE counter (last_version INTEGER NOT NULL) STRICT;
INSERT INTO counter VALUES (0);
)"};

std::int64_t number(const connection& file, const char* text) {
    const statement prepared{file, text};
    query only{prepared};
    return only.next() ? only.number(0) : 0;
}

error cannot_open(const std::string& path, int why) {
    const bool no_room = why == ENOSPC || why == EDQUOT;
    return store_error(no_room ? errc::store_full : errc::store_failed, path, std::generic_category().message(why));
}

/// Creates the file if it is not there, readable to its owner alone whatever the umask says; SQLite gives its side
/// files the same mode.
void create_file(const std::string& path) {
    // Closing a file ends all locks that the process has on it, so nobody may open it before it is closed here.
    static std::mutex one_at_a_time;
    const std::scoped_lock lock{one_at_a_time};
    const int created = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (created < 0 && errno != EEXIST) {
        throw cannot_open(path, errno);
    }
    if (created >= 0) {
        ::fchmod(created, S_IRUSR | S_IWUSR);
        ::close(created);
    }
}

/// The file's version; throws where the file is not one of ours, or too new.
std::int64_t version_of(const connection& file, std::int64_t newest) {
    const std::int64_t id = number(file, "PRAGMA application_id");
    const std::int64_t version = number(file, "PRAGMA user_version");
    const bool is_empty = id == 0 && version == 0 && number(file, "SELECT count(*) FROM sqlite_schema") == 0;
    if (id != application_id && !is_empty) {
        throw store_error(errc::store_damaged, file.path(),
                          "this is another application's database, and stays as it is");
    }
    if (version < 0 || version > newest) {
        throw store_error(
            errc::store_version, file.path(),
            "it has version " + std::to_string(version) + ", and this library knows " + std::to_string(newest));
    }
    return id == application_id ? version : 0;
}

bool is_ours(const connection& file) {
    return number(file, "PRAGMA application_id") == application_id;
}

/// WAL: readers do not wait for writers. It stays with the file; each connection only asks for it.
void use_write_ahead_log(const connection& file) {
    const statement change{file, "PRAGMA journal_mode = WAL"};
    query mode{change};
    if (!mode.next() || mode.bytes(0) != "wal") {
        throw store_error(errc::store_failed, file.path(), "it cannot be written in WAL mode there");
    }
}

connection open_once(const std::string& path, std::chrono::milliseconds busy) {
    connection file{path, busy};
    // Until the file is known to be ours, closing it must not write what a foreign log may hold.
    sqlite3_db_config(file.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    bring_up_to_date(file, schema_steps());
    sqlite3_db_config(file.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    sqlite3_db_config(file.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    use_write_ahead_log(file);
    file.execute("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF");
    return file;
}

}  // namespace

std::span<const char* const> schema_steps() noexcept {
    return steps;
}

void bring_up_to_date(connection& file, std::span<const char* const> its_steps) {
    const auto newest = static_cast<std::int64_t>(its_steps.size());
    {
        const transaction one_view{file, transaction::kind::reads};
        if (version_of(file, newest) == newest && is_ours(file)) {
            return;
        }
    }
    transaction all{file};
    // Another process may have done it meanwhile.
    for (std::int64_t version = version_of(file, newest); version < newest; ++version) {
        file.execute(its_steps[static_cast<std::size_t>(version)]);
        file.execute(("PRAGMA user_version = " + std::to_string(version + 1)).c_str());
    }
    file.execute(("PRAGMA application_id = " + std::to_string(application_id)).c_str());
    all.commit();
}

connection open_file(const std::string& path, std::chrono::milliseconds patience, std::chrono::milliseconds busy) {
    create_file(path);
    // Absolute, a path is nothing else to SQLite ("" and ":memory:" are), and stays the same file.
    const std::string absolute = std::filesystem::absolute(path).string();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        try {
            return open_once(absolute, busy);
        } catch (const error& failed) {
            if (failed.reason() != errc::store_locked || std::chrono::steady_clock::now() >= deadline) {
                throw;
            }
        }
        // SQLite waits by itself for most locks, but not for the one that WAL mode takes at first.
        constexpr int milliseconds = 5;
        sqlite3_sleep(milliseconds);
    }
}

}  // namespace coauth::sqlite
