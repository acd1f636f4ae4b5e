#pragma once

#include <coauth/core/error.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace coauth::sqlite {

/// Errors of class store that name the file: `why` in a few words, then what to do.
[[nodiscard]] error store_error(errc code, const std::string& path, const std::string& why);

/// An SQLite file that is open. Everything here throws `coauth::error` of class store. Threads: one at a time.
class connection {
public:
    /// Opens the file, which must be there. `busy` is how long a statement waits for another connection's lock.
    connection(std::string path, std::chrono::milliseconds busy);

    /// Executes statements whose rows are of no interest.
    void execute(const char* statements);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }

    /// Whether a transaction is open: SQLite ends it by itself after some errors.
    [[nodiscard]] bool in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }

    /// How many rows the last statement changed.
    [[nodiscard]] bool changed() const noexcept { return sqlite3_changes(handle_.get()) != 0; }

    /// Throws what SQLite's result code says, but for SQLITE_OK, SQLITE_ROW and SQLITE_DONE.
    void check(int code) const;

private:
    struct close {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
    };
    std::string path_;
    std::unique_ptr<sqlite3, close> handle_;
};

/// A statement that is prepared once and used often.
class statement {
public:
    statement(const connection& on, std::string_view text);

    [[nodiscard]] const connection& on() const noexcept { return *on_; }
    [[nodiscard]] sqlite3_stmt* handle() const noexcept { return handle_.get(); }

private:
    struct finalize {
        void operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }
    };
    const connection* on_;
    std::unique_ptr<sqlite3_stmt, finalize> handle_;
};

/// One use of a statement: values are bound in their order, and live until the use has ended.
class query {
public:
    explicit query(const statement& of) noexcept : of_(of) {}
    ~query();
    query(const query&) = delete;
    query& operator=(const query&) = delete;

    query& bind(std::string_view text);
    query& bind(std::int64_t number);
    query& bind_blob(std::string_view bytes);

    /// The next row; false: there is none.
    bool next();

    /// For statements without rows.
    void run() {
        while (next()) {
        }
    }

    [[nodiscard]] std::int64_t number(int column) const noexcept;
    [[nodiscard]] std::string_view bytes(int column) const noexcept;  ///< Of a text or a blob, until the next row.

private:
    const statement& of_;
    int bound_ = 0;
};

/// A transaction, rolled back unless it was committed.
class transaction {
public:
    enum class kind { reads, writes };
    explicit transaction(connection& on, kind its_kind = kind::writes);
    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    void commit();

private:
    connection& on_;
};

}  // namespace coauth::sqlite
