#pragma once

#include "http/call.hpp"
#include "http/call_queue.hpp"
#include "http/link.hpp"
#include "http/progress.hpp"
#include "http/tls_sessions.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/http/awaitable.hpp>
#include <coauth/http/observer.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace coauth::http {

class connection;

/// The calls and connections of one origin. The ledger's, under the pool's mutex, except for what is constant.
struct origin_book {
    origin_book(origin of, std::size_t sessions_kept);

    const origin target;
    const std::string name;  ///< "https://api.example:443"
    const std::shared_ptr<tls_sessions> sessions;

    call_queue waiting;                                    ///< First come, first served.
    std::vector<std::shared_ptr<connection>> connections;  ///< All of them.
    std::vector<std::shared_ptr<connection>> idle;         ///< Of these, the unused; the last used is the last.
    std::size_t opening = 0;                               ///< Of these, those that are being opened.
};

/// A connection of the pool, from the wish to have it until it is closed.
class connection : public std::enable_shared_from_this<connection> {
public:
    connection(std::uint64_t number, origin_book& home, strand where, std::shared_ptr<const link_settings> settings,
               std::shared_ptr<const clock> time);

    const std::uint64_t number;
    origin_book& home;
    const strand where;  ///< Where its link works.
    const std::shared_ptr<progress> told;
    link io;
    std::shared_ptr<exchange_owner>
        spare;  ///< Of the last exchange, for the next one. Whoever has the connection has it.

    /// As an observer sees it.
    [[nodiscard]] connection_event event() const;

    // What follows is the ledger's, under the pool's mutex.

    enum class stage {
        opening,
        busy,
        quiet,  ///< Nothing is under way on it any more; what becomes of it is being decided.
        idle,
        examined,
        closed
    };
    stage now = stage::opening;
    close_reason closed_for{};     ///< Once it is closed.
    std::shared_ptr<call> client;  ///< The call it is opened for, or that it serves.
    unsigned served = 0;           ///< Exchanges that ended well.
    bool fresh = true;             ///< Only just opened: it has neither served nor been idle.
    clock::steady_time opened_at{};
    clock::steady_time idle_since{};
};

}  // namespace coauth::http
