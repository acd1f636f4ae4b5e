#include "http/dialer.hpp"

#include <coauth/core/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace coauth::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

[[noreturn]] void refuse_name(const std::string& host, const std::string& reason) {
    failure why;
    why.code = errc::resolve_failed;
    why.detail = "no address for " + printable(host) + ": " + printable(reason);
    throw error{std::move(why)};
}

}  // namespace

std::vector<asio::ip::address> alternate_families(std::vector<asio::ip::address> addresses) {
    if (addresses.empty()) {
        return addresses;
    }
    const bool first_is_v6 = addresses.front().is_v6();
    std::vector<asio::ip::address> others;
    std::vector<asio::ip::address> ordered;
    std::vector<asio::ip::address> same;
    for (const auto& address : addresses) {
        (address.is_v6() == first_is_v6 ? same : others).push_back(address);
    }
    for (std::size_t i = 0; i < std::max(same.size(), others.size()); ++i) {
        if (i < same.size()) {
            ordered.push_back(same[i]);
        }
        if (i < others.size()) {
            ordered.push_back(others[i]);
        }
    }
    return ordered;
}

/// The attempts of one `connect`. Each holds it alive until it has ended.
struct dialer::race : std::enable_shared_from_this<race> {
    explicit race(const strand& its_strand) : where{its_strand}, wake{its_strand} {}

    void begin(const tcp::endpoint& address) {
        const std::size_t number = attempts.size();
        attempts.push_back(std::make_unique<tcp_socket>(where.get_inner_executor()));
        ++pending;
        attempts.back()->async_connect(
            address,
            asio::bind_executor(where, [self = shared_from_this(), number](const boost::system::error_code& failed) {
                self->ended(number, failed);
            }));
    }

    void ended(std::size_t number, const boost::system::error_code& failed) {
        --pending;
        if (failed) {
            last_error = failed;
        } else if (!winner) {
            winner = number;
        }
        wake.cancel();
    }

    void close_all() {
        for (const auto& attempt : attempts) {
            boost::system::error_code ignored;
            attempt->close(ignored);
        }
    }

    const strand where;
    asio::steady_timer wake;  ///< Runs out when the next attempt is due; cancelled when one has ended.
    std::vector<std::unique_ptr<tcp_socket>> attempts;
    std::size_t pending = 0;
    std::optional<std::size_t> winner;
    boost::system::error_code last_error = asio::error::host_not_found;
    bool closed = false;
};

dialer::dialer(strand where, std::shared_ptr<resolver> names, std::shared_ptr<known_names> known,
               std::chrono::milliseconds attempt_delay)
    : strand_{std::move(where)}, names_{std::move(names)}, known_{std::move(known)}, attempt_delay_{attempt_delay} {}

awaitable<dialer::endpoints> dialer::resolve(std::string host, std::uint16_t port) {
    const std::vector<asio::ip::address> addresses = alternate_families(co_await addresses_of(std::move(host)));
    endpoints found;
    for (const auto& address : addresses) {
        found.emplace_back(address, port);
    }
    co_return found;
}

awaitable<std::vector<asio::ip::address>> dialer::addresses_of(std::string host) {
    boost::system::error_code is_name;
    const asio::ip::address literal = asio::ip::make_address(host, is_name);
    if (!is_name) {
        co_return std::vector<asio::ip::address>(1, literal);
    }
    std::vector<asio::ip::address> found = known_->find(host);
    if (!found.empty()) {
        co_return found;
    }
    if (names_) {
        found = co_await ask_names(host);
    } else {
        found = co_await ask_system(host);
    }
    known_->keep(host, found);
    co_return found;
}

awaitable<std::vector<asio::ip::address>> dialer::ask_names(std::string host) {
    std::vector<std::string> texts;
    std::string reason;
    // A coroutine of its own, that it may be cancelled alone: its caller goes on as it does after any other failure.
    auto stoppable = asio::bind_cancellation_slot(stop_asking_.slot(), asio::use_awaitable);
    asking_ = true;
    try {
        texts = co_await asio::co_spawn(strand_, names_->resolve(host), std::move(stoppable));
    } catch (const std::exception& thrown) {
        reason = thrown.what();
    } catch (...) {
        reason = "the resolver failed with an exception of an unknown type";
    }
    asking_ = false;
    if (!reason.empty()) {
        refuse_name(host, reason);
    }
    std::vector<asio::ip::address> addresses;
    for (const std::string& text : texts) {
        boost::system::error_code failed;
        addresses.push_back(asio::ip::make_address(text, failed));
        if (failed) {
            refuse_name(host, "the resolver gave \"" + text + "\", which is not an address");
        }
    }
    if (addresses.empty()) {
        refuse_name(host, "the resolver knows none");
    }
    co_return addresses;
}

awaitable<std::vector<asio::ip::address>> dialer::ask_system(std::string host) {
    system_.emplace(strand_);
    boost::system::error_code failed;
    const tcp::resolver::results_type results =
        co_await system_->async_resolve(host, std::string{}, asio::redirect_error(asio::use_awaitable, failed));
    if (failed) {
        refuse_name(host, failed.message());
    }
    std::vector<asio::ip::address> addresses;
    for (const auto& entry : results) {
        addresses.push_back(entry.endpoint().address());
    }
    co_return addresses;
}

awaitable<dialer::connected> dialer::connect(endpoints addresses) {
    const auto running = std::make_shared<race>(strand_);
    race_ = running;
    std::size_t next = 0;
    while (!running->winner && !running->closed && (next < addresses.size() || running->pending > 0)) {
        // Whatever woke it, the delay's end or a failed attempt: the next address is due.
        running->wake.expires_at(asio::steady_timer::time_point::max());
        if (next < addresses.size()) {
            running->begin(addresses[next++]);
        }
        if (next < addresses.size()) {
            running->wake.expires_after(attempt_delay_);
        }
        boost::system::error_code ignored;
        co_await running->wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    if (running->closed) {
        co_return connected{boost::system::error_code{asio::error::operation_aborted}};
    }
    if (!running->winner) {
        co_return connected{running->last_error};
    }
    tcp_socket first = std::move(*running->attempts[*running->winner]);
    running->close_all();
    co_return connected{std::move(first)};
}

void dialer::close() {
    if (system_) {
        system_->cancel();
    }
    if (asking_) {
        stop_asking_.emit(asio::cancellation_type::terminal);
    }
    if (const auto running = race_.lock()) {
        running->closed = true;
        running->close_all();
        running->wake.cancel();
    }
}

}  // namespace coauth::http
