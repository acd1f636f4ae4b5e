#include "http/ledger.hpp"

#include "http/pool_policy.hpp"

#include <algorithm>
#include <utility>

namespace coauth::http {
namespace {

void erase(std::vector<std::shared_ptr<connection>>& from, const connection& which) {
    const auto found = std::ranges::find(from, &which, &std::shared_ptr<connection>::get);
    if (found != from.end()) {
        from.erase(found);
    }
}

}  // namespace

ledger::ledger(const pool_options& limits, make_connection make) : limits_{limits}, make_{std::move(make)} {}

origin_book& ledger::book_of(const destination& target) {
    if (target.book == nullptr) {
        // Two tickets come with a full handshake, and more connections than these are seldom opened at once.
        constexpr std::size_t most_sessions = 64;
        const auto sessions = std::min(most_sessions, 2 * limits_.max_connections_per_origin);
        target.book = &books_.try_emplace(target.authority, target.to, sessions).first->second;
    }
    return *target.book;
}

origin_load ledger::load_of(const origin_book& book) const noexcept {
    return {book.waiting.size(), book.opening, book.connections.size()};
}

void ledger::submit(std::shared_ptr<call> asked, clock::steady_time now, ledger_orders& orders) {
    ++totals_.requests;
    if (shut_down_) {
        end(asked, asked->failed(errc::shut_down, {}), orders);
        return;
    }
    origin_book& book = book_of(*asked->target);
    if (serve_at_once(book, asked, now, orders)) {
        return;
    }
    if (!may_wait(load_of(book), limits_)) {
        end(asked,
            asked->failed(errc::too_many_waiting, std::to_string(queued(load_of(book))) + " requests wait for " +
                                                      book.name + " already; send fewer at once, or raise the limit"),
            orders);
        return;
    }
    book.waiting.push_back(std::move(asked));
    open_what_is_needed(book, orders);
}

bool ledger::serve_at_once(origin_book& book, const std::shared_ptr<call>& asked, clock::steady_time now,
                           ledger_orders& orders) {
    while (!book.idle.empty()) {
        // The last used: the others may then reach their idle time.
        connection& last = *book.idle.back();
        if (const auto reason = outlived(now - last.idle_since, now - last.opened_at, limits_)) {
            remove(last, *reason, orders);
            continue;
        }
        std::shared_ptr<connection> server = std::move(book.idle.back());
        book.idle.pop_back();
        assign(std::move(server), asked, now, orders);
        return true;
    }
    return false;
}

void ledger::wait_in_front(origin_book& book, const std::shared_ptr<call>& asked, ledger_orders& orders) {
    asked->now = call::stage::waiting;
    asked->server = nullptr;
    book.waiting.push_front(asked);
    open_what_is_needed(book, orders);
}

void ledger::open_what_is_needed(origin_book& book, ledger_orders& orders) {
    auto wanted = connections_to_open(load_of(book), limits_);
    for (auto waiting = book.waiting.begin(); wanted > 0 && waiting != book.waiting.end(); ++waiting) {
        if (waiting->opening != nullptr) {
            continue;
        }
        const std::shared_ptr<connection> opening = make_(++connections_numbered_, book);
        opening->client = waiting->queued;
        waiting->opening = opening.get();
        book.connections.push_back(opening);
        book.idle.reserve(book.connections.capacity());  // what becomes idle finds room
        ++book.opening;
        orders.open.push_back(opening);
        --wanted;
    }
}

void ledger::assign(std::shared_ptr<connection> free, std::shared_ptr<call> waiting, clock::steady_time now,
                    ledger_orders& orders) {
    connection& server = *free;
    call& client = *waiting;
    server.now = connection::stage::busy;
    server.client = waiting;
    server.told->begin_exchange(now);
    client.now = call::stage::served;
    client.server = &server;
    client.connection_number = server.number;
    ++client.attempts;
    client.reused = server.served > 0;
    totals_.reused += client.reused ? 1 : 0;
    if (client.attempts == 1) {
        const auto opening = client.durations.connecting + client.durations.handshake;
        client.durations.waiting = std::max(std::chrono::nanoseconds{}, now - client.started - opening);
    }
    orders.serve.push_back({std::move(free), std::move(waiting)});
}

void ledger::set_free(connection& from, clock::steady_time now, ledger_orders& orders) {
    origin_book& book = from.home;
    if (now - from.opened_at >= limits_.max_connection_age) {
        remove(from, close_reason::age, orders);
        open_what_is_needed(book, orders);
        return;
    }
    if (!book.waiting.empty()) {
        assign(from.shared_from_this(), book.waiting.take_first(), now, orders);
        return;
    }
    from.now = connection::stage::idle;
    from.fresh = false;
    from.client.reset();
    from.idle_since = now;
    book.idle.push_back(from.shared_from_this());
}

bool ledger::begin_to_send(ledger_orders::serving& order) noexcept {
    if (order.which->client != order.client) {
        return false;
    }
    order.sent_before = order.client->sent.exchange(true);
    return true;
}

std::optional<close_reason> ledger::opened(connection& from, clock::steady_time now, ledger_orders& orders) {
    if (from.now != connection::stage::opening) {
        ++totals_.opened;
        ++totals_.closed;
        return from.closed_for;
    }
    call& opener = *from.client;
    opener.opening = nullptr;
    if (opener.now == call::stage::waiting) {  // and not ended by another connection meanwhile
        opener.durations.connecting = from.io.facts().connecting;
        opener.durations.handshake = from.io.facts().handshake;
    }
    from.client.reset();
    --from.home.opening;
    from.opened_at = now;
    ++totals_.opened;
    totals_.resumed += from.io.facts().resumed ? 1 : 0;
    set_free(from, now, orders);
    return std::nullopt;
}

void ledger::opening_failed(connection& from, failure why, ledger_orders& orders) {
    if (from.now != connection::stage::opening) {
        return;
    }
    origin_book& book = from.home;
    const std::shared_ptr<call> opener = from.client;
    remove(from, close_reason::failed, orders);
    if (opener->now == call::stage::waiting) {
        book.waiting.take(*opener);
        end(opener, opener->failed(std::move(why)), orders);
    }
    open_what_is_needed(book, orders);
}

void ledger::answered(connection& from, http_response&& answer, std::optional<close_reason> worn_out,
                      clock::steady_time now, ledger_orders& orders) {
    if (from.now != connection::stage::busy) {
        return;
    }
    origin_book& book = from.home;
    end(std::move(from.client), call_result{std::move(answer)}, orders);
    from.now = connection::stage::quiet;
    ++from.served;
    from.fresh = false;
    if (worn_out) {
        remove(from, *worn_out, orders);
        open_what_is_needed(book, orders);
    } else {
        set_free(from, now, orders);
    }
}

void ledger::exchange_failed(connection& from, exchange_result ended, ledger_orders& orders) {
    if (from.now != connection::stage::busy) {
        return;
    }
    origin_book& book = from.home;
    const std::shared_ptr<call> unlucky = from.client;
    from.now = connection::stage::quiet;
    const failed_attempt attempt{unlucky->attempts, unlucky->reused, ended.request_sent, ended.response_begun,
                                 unlucky->request.idempotent};
    if (may_replay(attempt)) {
        ++totals_.replayed;
        remove(from, close_reason::failed, orders);
        wait_in_front(book, unlucky, orders);  // for a new connection: the other idle ones may be as dead
        return;
    }
    end(unlucky, unlucky->failed(std::move(ended.response).error()), orders);
    remove(from, close_reason::failed, orders);
    open_what_is_needed(book, orders);
}

void ledger::unfit(connection& from, close_reason reason, clock::steady_time now, ledger_orders& orders) {
    if (from.now != connection::stage::busy && from.now != connection::stage::examined) {
        return;
    }
    origin_book& book = from.home;
    const std::shared_ptr<call> client = from.client;
    from.now = connection::stage::quiet;
    remove(from, reason, orders);
    if (client == nullptr) {
        open_what_is_needed(book, orders);
        return;
    }
    totals_.reused -= client->reused ? 1 : 0;
    --client->attempts;
    if (!serve_at_once(book, client, now, orders)) {
        wait_in_front(book, client, orders);
    }
}

void ledger::examined(connection& from, clock::steady_time now, ledger_orders& orders) {
    if (from.now != connection::stage::examined) {
        return;
    }
    const auto idle_since = from.idle_since;
    set_free(from, now, orders);
    if (from.now == connection::stage::idle) {
        from.idle_since = idle_since;
    }
}

void ledger::cancel(const std::shared_ptr<call>& given_up, ledger_orders& orders) {
    give_up(given_up, given_up->failed(errc::cancelled, {}), close_reason::cancelled, orders);
}

void ledger::give_up(const std::shared_ptr<call>& unlucky, failure why, close_reason reason, ledger_orders& orders) {
    if (unlucky->now == call::stage::done) {
        return;
    }
    if (unlucky->now == call::stage::served) {
        connection& server = *unlucky->server;
        origin_book& book = server.home;
        end(unlucky, std::move(why), orders);
        remove(server, reason, orders);
        open_what_is_needed(book, orders);
        return;
    }
    origin_book& book = book_of(*unlucky->target);
    book.waiting.take(*unlucky);
    end(unlucky, std::move(why), orders);
    close_what_nobody_needs(book, reason, orders);
}

/// A call that gives up takes the connection that is being opened for it along, unless another call has a use for it.
void ledger::close_what_nobody_needs(origin_book& book, close_reason reason, ledger_orders& orders) {
    if (book.opening <= book.waiting.size()) {
        return;
    }
    const auto orphan = std::ranges::find_if(book.connections, [](const std::shared_ptr<connection>& each) {
        return each->now == connection::stage::opening && each->client->now == call::stage::done;
    });
    if (orphan != book.connections.end()) {
        remove(*std::shared_ptr{*orphan}, reason, orders);
    }
}

void ledger::end(std::shared_ptr<call> done, call_result&& came_to, ledger_orders& orders) {
    finish(*done);
    done->came_to = std::move(came_to);
    totals_.failed += std::holds_alternative<failure>(done->came_to) ? 1 : 0;
    orders.end.push_back(std::move(done));
}

void ledger::finish(call& done) noexcept {
    if (done.now == call::stage::served) {
        done.durations.first_byte = done.server->told->first_byte();
    }
    done.now = call::stage::done;
    done.server = nullptr;
}

void ledger::remove(connection& gone, close_reason reason, ledger_orders& orders) {
    origin_book& book = gone.home;
    const bool was_open = gone.now != connection::stage::opening;
    const bool was_busy = !was_open || gone.now == connection::stage::busy;
    if (was_open) {
        ++totals_.closed;
    } else {
        gone.client->opening = nullptr;
        --book.opening;
    }
    gone.now = connection::stage::closed;
    gone.closed_for = reason;
    gone.client.reset();
    orders.close.push_back({gone.shared_from_this(), reason, was_open, was_busy});
    erase(book.idle, gone);
    erase(book.connections, gone);
}

}  // namespace coauth::http
