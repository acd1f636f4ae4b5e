#include "sqlite/connection.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace coauth::sqlite {
namespace {

bool no_room(int system_error) noexcept {
    return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

errc errc_of(int code, int system_error) noexcept {
    switch (code & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return errc::store_locked;
        case SQLITE_FULL:
            return errc::store_full;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_ERROR:  // our statements are right, so the tables are not
            return errc::store_damaged;
        default:
            return no_room(system_error) ? errc::store_full : errc::store_failed;
    }
}

std::string mend_of(errc code) {
    switch (code) {
        case errc::store_locked:
            return "end whoever keeps a transaction open on it";
        case errc::store_full:
            return "make room on its disk";
        case errc::store_damaged:
            return "restore it from a copy, or move it away to begin with an empty store";
        case errc::shut_down:
            return "keep it open for as long as it is used";
        case errc::store_version:
            return "use that version, or a newer one";
        default:
            return "let this user write the file and its folder, on a disk that works";
    }
}

/// Whether the system said no: then `errno` says why. SQLite keeps it for its caller only where no commit is concerned.
bool asked_the_system(int code) noexcept {
    return (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN;
}

}  // namespace

error store_error(errc code, const std::string& path, const std::string& why) {
    failure what;
    what.code = code;
    what.step = "store";
    what.detail = "\"" + printable(path) + "\": " + printable(why) + "; " + mend_of(code);
    return error{std::move(what)};
}

connection::connection(std::string path, std::chrono::milliseconds busy) : path_(std::move(path)) {
    sqlite3* opened = nullptr;
    errno = 0;
    const int code = sqlite3_open_v2(path_.c_str(), &opened,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    handle_.reset(opened);
    check(code);
    check(sqlite3_busy_timeout(opened, static_cast<int>(busy.count())));
    if (sqlite3_db_readonly(opened, "main") == 1) {
        throw store_error(errc::store_failed, path_, "it can only be read");
    }
}

void connection::execute(const char* statements) {
    errno = 0;
    check(sqlite3_exec(handle_.get(), statements, nullptr, nullptr, nullptr));
}

void connection::check(int code) const {
    const int system_error = asked_the_system(code) ? errno : 0;
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) {
        return;
    }
    std::string why = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
    if (system_error != 0) {
        why += ", " + std::generic_category().message(system_error);
    }
    throw store_error(errc_of(code, system_error), path_, why);
}

statement::statement(const connection& on, std::string_view text) : on_(&on) {
    sqlite3_stmt* prepared = nullptr;
    on.check(sqlite3_prepare_v3(on.handle(), text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT,
                                &prepared, nullptr));
    handle_.reset(prepared);
}

query::~query() {
    sqlite3_reset(of_.handle());
    sqlite3_clear_bindings(of_.handle());
}

query& query::bind(std::string_view text) {
    // A null pointer would be bound as NULL.
    const char* const data = text.data() != nullptr ? text.data() : "";
    of_.on().check(sqlite3_bind_text64(of_.handle(), ++bound_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

query& query::bind(std::int64_t number) {
    of_.on().check(sqlite3_bind_int64(of_.handle(), ++bound_, number));
    return *this;
}

query& query::bind_blob(std::string_view bytes) {
    const char* const data = bytes.data() != nullptr ? bytes.data() : "";
    of_.on().check(sqlite3_bind_blob64(of_.handle(), ++bound_, data, bytes.size(), SQLITE_STATIC));
    return *this;
}

bool query::next() {
    errno = 0;
    const int code = sqlite3_step(of_.handle());
    of_.on().check(code);
    return code == SQLITE_ROW;
}

std::int64_t query::number(int column) const noexcept {
    return sqlite3_column_int64(of_.handle(), column);
}

std::string_view query::bytes(int column) const noexcept {
    const void* const data = sqlite3_column_blob(of_.handle(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(of_.handle(), column));
    return data != nullptr ? std::string_view{static_cast<const char*>(data), size} : std::string_view{};
}

transaction::transaction(connection& on, kind its_kind) : on_(on) {
    on_.execute(its_kind == kind::writes ? "BEGIN IMMEDIATE" : "BEGIN");
}

transaction::~transaction() {
    if (on_.in_transaction()) {
        sqlite3_exec(on_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

void transaction::commit() {
    on_.execute("COMMIT");
}

}  // namespace coauth::sqlite
