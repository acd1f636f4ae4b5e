#include "cli/event_loop.hpp"

#include "cli/exit_status.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <exception>
#include <utility>

namespace coauth::cli {
namespace {

namespace asio = boost::asio;

/// Turns what an interrupted step threw into the interruption, unless it failed for a reason of its own.
[[noreturn]] void rethrow_interrupted(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const error& failed) {
        if (class_of(failed.reason()) != failure_class::cancelled) {
            throw;
        }
        const bool harmless = failed.details().repeatable || !failed.details().request_sent;
        throw program_error(harmless ? "interrupted" : "interrupted; the provider may have carried out the request",
                            exit_status::interrupted);
    } catch (const boost::system::system_error& failed) {
        if (failed.code() != asio::error::operation_aborted) {
            throw;
        }
        throw program_error("interrupted", exit_status::interrupted);
    }
}

}  // namespace

boost::json::value event_loop::run(awaitable<boost::json::value> step) {
    bool interrupted = false;
    asio::cancellation_signal cancel;
    asio::signal_set interrupts{context_, SIGINT, SIGTERM};
    interrupts.async_wait([&](const boost::system::error_code& failed, int) {
        if (!failed) {
            interrupted = true;
            interrupts.clear();  // the second one ends the program at once
            cancel.emit(asio::cancellation_type::terminal);
        }
    });

    std::exception_ptr thrown;
    boost::json::value result;
    const auto ended = [&](std::exception_ptr failed, boost::json::value value) {
        thrown = std::move(failed);
        result = std::move(value);
        context_.stop();
    };
    asio::co_spawn(context_, std::move(step), asio::bind_cancellation_slot(cancel.slot(), ended));
    context_.run();

    if (thrown && interrupted) {
        rethrow_interrupted(thrown);
    }
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    return result;
}

}  // namespace coauth::cli
