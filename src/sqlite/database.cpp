#include "sqlite/database.hpp"

#include "sqlite/schema.hpp"

#include <coauth/cache/token_store.hpp>

#include <algorithm>
#include <utility>

namespace coauth::sqlite {
namespace {

/// The statement in which "@" stands for the columns of a key and "$" for its five values.
std::string sql(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '@':
                out += "provider, client_id, account, scope, resource";
                break;
            case '$':
                out += "?1, ?2, ?3, ?4, ?5";
                break;
            default:
                out += c;
        }
    }
    return out;
}

constexpr int key_columns = 5;

void bind_key(query& into, const token_key& key) {
    into.bind(key.provider()).bind(key.client_id()).bind(key.account()).bind(key.scope()).bind(key.resource());
}

/// The key as it stands in the first columns, to the letter: a scan goes on behind it.
token_key key_of(const query& from) {
    std::string canonical;
    for (int column = 0; column < key_columns; ++column) {
        const std::string_view part = from.bytes(column);
        canonical.append(std::to_string(part.size())).append(1, ':').append(part);
    }
    return token_key::from_canonical(canonical).value_or(token_key{});
}

std::vector<row> rows_of(query& from) {
    std::vector<row> rows;
    while (from.next()) {
        rows.push_back({key_of(from), static_cast<std::uint64_t>(from.number(key_columns)),
                        secret{std::string{from.bytes(key_columns + 1)}}});
    }
    return rows;
}

std::int64_t unix_milliseconds(clock::wall_time time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

database::database(const std::string& path, std::chrono::milliseconds patience, std::chrono::milliseconds busy)
    : file_(open_file(path, patience, busy)),
      read_(file_, sql("SELECT version, record FROM token WHERE (@) = ($)")),
      read_first_(file_, sql("SELECT @, version, record FROM token ORDER BY @ LIMIT ?1")),
      read_after_(file_, sql("SELECT @, version, record FROM token WHERE (@) > ($) ORDER BY @ LIMIT ?6")),
      count_(file_, "UPDATE counter SET last_version = last_version + 1 RETURNING last_version"),
      insert_(file_, sql("INSERT INTO token (@, version, record) VALUES ($, ?6, ?7) ON CONFLICT DO NOTHING")),
      update_(file_, sql("UPDATE token SET version = ?6, record = ?7 WHERE (@) = ($) AND version = ?8")),
      rewrite_(file_, sql("UPDATE token SET record = ?6 WHERE (@) = ($)")),
      erase_(file_, sql("DELETE FROM token WHERE (@) = ($)")),
      // A lease that would last too long was written by a clock that has jumped since: it has run out.
      take_lease_(file_, sql("INSERT INTO lease (@, owner, until) VALUES ($, ?6, ?7) "
                             "ON CONFLICT DO UPDATE SET owner = excluded.owner, until = excluded.until "
                             "WHERE owner = excluded.owner OR until <= ?8 OR until > ?9")),
      give_lease_back_(file_, sql("DELETE FROM lease WHERE (@) = ($) AND owner = ?6")),
      end_lease_(file_, sql("DELETE FROM lease WHERE (@) = ($)")) {}

std::optional<row> database::read(const token_key& key) {
    query found{read_};
    bind_key(found, key);
    if (!found.next()) {
        return std::nullopt;
    }
    return row{key, static_cast<std::uint64_t>(found.number(0)), secret{std::string{found.bytes(1)}}};
}

std::vector<row> database::read_after(const std::optional<token_key>& key, std::size_t limit) {
    query found{key ? read_after_ : read_first_};
    if (key) {
        bind_key(found, *key);
    }
    found.bind(static_cast<std::int64_t>(limit));
    return rows_of(found);
}

std::uint64_t database::next_version() {
    query counted{count_};
    if (!counted.next()) {
        throw store_error(errc::store_damaged, file_.path(), "its counter of versions is gone");
    }
    const auto version = static_cast<std::uint64_t>(counted.number(0));
    counted.run();
    return version;
}

std::optional<std::uint64_t> database::write(const token_key& key, const secret& record, std::uint64_t expected) {
    const std::uint64_t version = next_version();
    query written{expected == 0 ? insert_ : update_};
    bind_key(written, key);
    written.bind(static_cast<std::int64_t>(version)).bind_blob(record.reveal());
    if (expected != 0) {
        written.bind(static_cast<std::int64_t>(expected));
    }
    written.run();
    if (!file_.changed()) {
        return std::nullopt;
    }
    query ended{end_lease_};
    bind_key(ended, key);
    ended.run();
    return version;
}

void database::rewrite(const token_key& key, const secret& record) {
    query written{rewrite_};
    bind_key(written, key);
    written.bind_blob(record.reveal());
    written.run();
}

bool database::take_lease(const token_key& key, const std::string& owner, clock::wall_time now,
                          std::chrono::milliseconds time) {
    const std::int64_t begins = unix_milliseconds(now);
    query taken{take_lease_};
    bind_key(taken, key);
    taken.bind(owner).bind(begins + std::min(time, longest_lease).count());
    taken.bind(begins).bind(begins + longest_lease.count());
    taken.run();
    return file_.changed();
}

void database::give_lease_back(const token_key& key, const std::string& owner) {
    query given{give_lease_back_};
    bind_key(given, key);
    given.bind(owner);
    given.run();
}

bool database::erase(const token_key& key) {
    query ended{end_lease_};
    bind_key(ended, key);
    ended.run();
    query erased{erase_};
    bind_key(erased, key);
    erased.run();
    return file_.changed();
}

}  // namespace coauth::sqlite
