#include "http/ledger.hpp"
#include "http/pool_policy.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace coauth::http {

// Plain scans: an ordered structure would have to be kept up to date for each request, almost all of which end long
// before their deadline. Connections are visited twenty times a second, some nanoseconds each. Those that wait may be
// many, and far from the processor's caches, so they are visited when one of them may be due.

bool ledger::is_active() const noexcept {
    return std::ranges::any_of(books_, [](const auto& entry) {
        const origin_book& book = entry.second;
        return !book.waiting.empty() || book.connections.size() > book.idle.size();
    });
}

void ledger::sweep(clock::steady_time now, bool look_at_idle, ledger_orders& orders) {
    for (auto& [key, book] : books_) {
        sweep_waiting(book, now, orders);
        sweep_connections(book, now, orders);
        sweep_idle(book, now, look_at_idle, orders);
    }
}

void ledger::sweep_waiting(origin_book& book, clock::steady_time now, ledger_orders& orders) {
    book.waiting.for_each_due(now, [&](const std::shared_ptr<call>& waiting) {
        const bool queued = waiting->opening == nullptr;
        const std::string detail = (queued ? "no connection became free" : "no connection came about") +
                                   (" within " + describe_duration(waiting->limit));
        give_up(waiting, waiting->failed(queued ? errc::timeout_waiting : errc::timeout, detail), close_reason::timeout,
                orders);
    });
}

void ledger::sweep_connections(origin_book& book, clock::steady_time now, ledger_orders& orders) {
    const std::vector<std::shared_ptr<connection>> all = book.connections;
    for (const std::shared_ptr<connection>& each : all) {
        const bool busy = each->now == connection::stage::busy;
        if (!busy && each->now != connection::stage::opening) {
            continue;
        }
        const phase doing = each->told->now();
        if (busy && now >= each->client->deadline()) {
            close_overdue(*each, errc::timeout, "no complete answer within " + describe_duration(each->client->limit),
                          orders);
        } else if (const auto late = overdue(doing, each->told->elapsed(now), limits_)) {
            close_overdue(*each, *late, describe_overdue(doing, limits_), orders);
        }
    }
}

void ledger::close_overdue(connection& late, errc code, std::string detail, ledger_orders& orders) {
    const std::shared_ptr<call> client = late.client;
    failure why = client->failed(code, std::move(detail));
    if (late.now == connection::stage::opening) {
        opening_failed(late, std::move(why), orders);
    } else {
        give_up(client, std::move(why), close_reason::timeout, orders);
    }
}

void ledger::sweep_idle(origin_book& book, clock::steady_time now, bool look, ledger_orders& orders) {
    const std::vector<std::shared_ptr<connection>> all = book.idle;
    for (const std::shared_ptr<connection>& each : all) {
        if (const auto reason = outlived(now - each->idle_since, now - each->opened_at, limits_)) {
            remove(*each, *reason, orders);
        } else if (look && each->io.has_input()) {
            std::erase(book.idle, each);
            each->now = connection::stage::examined;
            orders.examine.push_back(each);
        }
    }
}

void ledger::shut_down(ledger_orders& orders) {
    shut_down_ = true;
    for (auto& [key, book] : books_) {
        while (!book.waiting.empty()) {
            const std::shared_ptr<call> waiting = book.waiting.take_first();
            end(waiting, waiting->failed(errc::shut_down, {}), orders);
        }
        while (!book.connections.empty()) {
            const std::shared_ptr<connection> last = book.connections.back();
            if (last->now == connection::stage::busy) {
                end(last->client, last->client->failed(errc::shut_down, {}), orders);
            }
            remove(*last, close_reason::shut_down, orders);
        }
    }
}

pool_statistics ledger::statistics() const {
    pool_statistics now = totals_;
    for (const auto& [key, book] : books_) {
        now.connections += book.connections.size();
        now.idle += book.idle.size();
        now.waiting += queued({book.waiting.size(), book.opening, book.connections.size()});
    }
    return now;
}

}  // namespace coauth::http
