#include "cache/end_of_page.hpp"
#include "sqlite/worker.hpp"

#include <coauth/sqlite/sqlite_store.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace coauth {
namespace {

/// A row as a store's page tells it.
store_page::item opened(const token_seal& seal, const sqlite::row& from) {
    store_page::item item;
    item.key = from.key;
    item.version = from.version;
    auto record = seal.open(from.key, from.record.reveal());
    if (record) {
        item.record = *std::move(record);
    } else {
        item.unreadable = std::move(record).error();
    }
    return item;
}

store_page page_of(const token_seal& seal, std::vector<sqlite::row> rows, std::size_t limit) {
    store_page page;
    const bool more = rows.size() > limit;
    rows.resize(std::min(rows.size(), limit));
    for (const sqlite::row& each : rows) {
        page.items.push_back(opened(seal, each));
    }
    if (more) {
        page.next = rows.back().key.canonical();
    }
    return page;
}

/// Some records that were sealed anew.
struct resealing {
    sqlite_store::resealed done;
    std::optional<token_key> last;  // behind which others may stand
};

resealing reseal_some(const token_seal& seal, sqlite::database& in, const std::optional<token_key>& after) {
    constexpr std::size_t at_once = 100;
    resealing some;
    std::vector<sqlite::row> rows = in.read_after(after, at_once);
    if (rows.size() == at_once) {
        some.last = rows.back().key;
    }
    for (sqlite::row& each : rows) {
        if (seal.is_current(each.record.reveal())) {
            continue;
        }
        if (const auto record = seal.open(each.key, each.record.reveal())) {
            in.rewrite(each.key, secret{seal.close(each.key, *record)});
            ++some.done.written;
        } else {
            ++some.done.unreadable;
        }
    }
    return some;
}

error cancelled_resealing() {
    failure what;
    what.code = errc::cancelled;
    what.step = "reseal";
    what.detail = "what was written stays so; begin again for the rest";
    return error{std::move(what)};
}

}  // namespace

class sqlite_store::implementation {
public:
    implementation(const std::string& path, token_seal its_seal, sqlite_options options)
        : seal(std::move(its_seal)),
          clock(options.clock ? options.clock : system_clock()),
          worker(path, options.busy_timeout) {}

    const token_seal seal;
    const std::shared_ptr<const coauth::clock> clock;
    sqlite::worker worker;
};

sqlite_store::sqlite_store(std::string path, token_seal seal, sqlite_options options)
    : implementation_(std::make_shared<implementation>(path, std::move(seal), std::move(options))) {}

sqlite_store::~sqlite_store() {
    implementation_->worker.stop();
}

awaitable<std::optional<stored_token>> sqlite_store::load(token_key key) {
    const std::shared_ptr<implementation> with = implementation_;
    const auto found = std::make_shared<std::optional<sqlite::row>>();
    sqlite::worker::action act = [key = std::move(key), found](sqlite::database& from) { *found = from.read(key); };
    co_await with->worker.read(std::move(act));
    if (!*found) {
        co_return std::nullopt;
    }
    stored_token stored;
    stored.record = with->seal.open((*found)->key, (*found)->record.reveal()).value();
    stored.version = (*found)->version;
    co_return stored;
}

awaitable<std::optional<std::uint64_t>> sqlite_store::commit(token_key key, token_record record,
                                                             std::uint64_t expected) {
    const std::shared_ptr<implementation> with = implementation_;
    const auto bytes = std::make_shared<const secret>(with->seal.close(key, record));
    const auto version = std::make_shared<std::optional<std::uint64_t>>();
    sqlite::worker::action act = [key = std::move(key), bytes, expected, version](sqlite::database& into) {
        *version = into.write(key, *bytes, expected);
    };
    co_await with->worker.write(std::move(act));
    co_return *version;
}

awaitable<bool> sqlite_store::try_lease(token_key key, std::string owner, std::chrono::milliseconds time) {
    const std::shared_ptr<implementation> with = implementation_;
    const auto taken = std::make_shared<bool>(false);
    sqlite::worker::action act = [key = std::move(key), owner = std::move(owner), time, clock = with->clock,
                                  taken](sqlite::database& into) {
        if (time > std::chrono::milliseconds::zero()) {
            *taken = into.take_lease(key, owner, clock->now(), time);
        } else {
            into.give_lease_back(key, owner);
        }
    };
    co_await with->worker.write(std::move(act));
    co_return *taken;
}

awaitable<bool> sqlite_store::erase(token_key key) {
    const std::shared_ptr<implementation> with = implementation_;
    const auto erased = std::make_shared<bool>(false);
    sqlite::worker::action act = [key = std::move(key), erased](sqlite::database& from) { *erased = from.erase(key); };
    co_await with->worker.write(std::move(act));
    co_return *erased;
}

awaitable<store_page> sqlite_store::scan(std::string after, std::size_t limit) {
    const std::shared_ptr<implementation> with = implementation_;
    const auto page = std::make_shared<store_page>();
    limit = std::clamp<std::size_t>(limit, 1, 1'000);
    sqlite::worker::action act = [last = cache::end_of_page(after), limit, seal = with->seal,
                                  page](sqlite::database& from) {
        *page = page_of(seal, from.read_after(last, limit + 1), limit);
    };
    co_await with->worker.read(std::move(act));
    co_return std::move(*page);
}

awaitable<sqlite_store::resealed> sqlite_store::reseal() {
    const std::shared_ptr<implementation> with = implementation_;
    const auto some = std::make_shared<resealing>();
    resealed all;
    do {
        const boost::asio::cancellation_state state = co_await boost::asio::this_coro::cancellation_state;
        if (state.cancelled() != boost::asio::cancellation_type::none) {
            throw cancelled_resealing();
        }
        sqlite::worker::action act = [some, after = some->last, seal = with->seal](sqlite::database& in) {
            *some = reseal_some(seal, in, after);
        };
        co_await with->worker.write(std::move(act));
        all.written += some->done.written;
        all.unreadable += some->done.unreadable;
    } while (some->last);
    co_return all;
}

}  // namespace coauth
