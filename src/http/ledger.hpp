#pragma once

#include "http/call.hpp"
#include "http/connection.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/error.hpp>
#include <coauth/http/connection_pool.hpp>
#include <coauth/http/pool_options.hpp>

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coauth::http {

/// What has to be done after the ledger has changed, when its mutex is free again.
struct ledger_orders {
    struct serving {
        std::shared_ptr<connection> which;
        std::shared_ptr<call> client;
        bool sent_before = false;  ///< A byte of it may have been written by an earlier attempt.
    };
    struct closing {
        std::shared_ptr<connection> which;
        close_reason reason;
        bool was_open;  ///< Its TLS had come about.
        bool was_busy;  ///< Something may be under way on it, and has to be ended.
    };

    std::vector<std::shared_ptr<connection>> open;
    boost::container::small_vector<serving, 1> serve;
    std::vector<std::shared_ptr<connection>> examine;  ///< Idle ones that something came to.
    std::vector<closing> close;
    boost::container::small_vector<std::shared_ptr<call>, 1> end;  ///< Have come to something.
};

/// Who waits, who is served and which connections there are: all decisions of the pool, without doing any of it.
///
/// Each function takes what has happened and returns what is to be done. A connection or call that the ledger has
/// given up may still report; such reports change nothing. Not thread-safe: the pool's mutex guards it.
class ledger {
public:
    using make_connection = std::function<std::shared_ptr<connection>(std::uint64_t number, origin_book& home)>;

    ledger(const pool_options& limits, make_connection make);

    // What callers do.
    void submit(std::shared_ptr<call> asked, clock::steady_time now, ledger_orders& orders);
    void cancel(const std::shared_ptr<call>& given_up, ledger_orders& orders);

    /// A call that is to be served is sent now, unless it was given up meanwhile: then false. From here on a byte of it
    /// may have been written.
    [[nodiscard]] static bool begin_to_send(ledger_orders::serving& order) noexcept;

    // What connections report.
    /// Returns why the connection was given up meanwhile, if it was.
    std::optional<close_reason> opened(connection& from, clock::steady_time now, ledger_orders& orders);
    void opening_failed(connection& from, failure why, ledger_orders& orders);
    void answered(connection& from, http_response&& answer, std::optional<close_reason> worn_out,
                  clock::steady_time now, ledger_orders& orders);
    void exchange_failed(connection& from, exchange_result ended, ledger_orders& orders);
    void unfit(connection& from, close_reason reason, clock::steady_time now, ledger_orders& orders);
    void examined(connection& from, clock::steady_time now, ledger_orders& orders);

    /// Enforces every limit in time; with `look_at_idle` it also finds the idle connections that something came to.
    void sweep(clock::steady_time now, bool look_at_idle, ledger_orders& orders);

    /// Whether there is anything whose time is limited by a call or an opening.
    [[nodiscard]] bool is_active() const noexcept;

    /// Ends everything, and whatever is submitted from now on.
    void shut_down(ledger_orders& orders);

    [[nodiscard]] pool_statistics statistics() const;

private:
    origin_book& book_of(const destination& target);
    [[nodiscard]] origin_load load_of(const origin_book& book) const noexcept;

    bool serve_at_once(origin_book& book, const std::shared_ptr<call>& asked, clock::steady_time now,
                       ledger_orders& orders);
    void wait_in_front(origin_book& book, const std::shared_ptr<call>& asked, ledger_orders& orders);
    void open_what_is_needed(origin_book& book, ledger_orders& orders);
    void assign(std::shared_ptr<connection> free, std::shared_ptr<call> waiting, clock::steady_time now,
                ledger_orders& orders);
    void set_free(connection& from, clock::steady_time now, ledger_orders& orders);

    void give_up(const std::shared_ptr<call>& unlucky, failure why, close_reason reason, ledger_orders& orders);
    void close_what_nobody_needs(origin_book& book, close_reason reason, ledger_orders& orders);
    void end(std::shared_ptr<call> done, call_result&& came_to, ledger_orders& orders);
    static void finish(call& done) noexcept;
    void remove(connection& gone, close_reason reason, ledger_orders& orders);

    void sweep_waiting(origin_book& book, clock::steady_time now, ledger_orders& orders);
    void sweep_connections(origin_book& book, clock::steady_time now, ledger_orders& orders);
    void sweep_idle(origin_book& book, clock::steady_time now, bool look, ledger_orders& orders);
    void close_overdue(connection& late, errc code, std::string detail, ledger_orders& orders);

    const pool_options& limits_;
    make_connection make_;
    bool shut_down_ = false;
    std::map<std::string, origin_book, std::less<>> books_;
    std::uint64_t connections_numbered_ = 0;
    pool_statistics totals_;
};

}  // namespace coauth::http
