#pragma once

#include <coauth/core/error.hpp>
#include <coauth/http/awaitable.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/execution/allocator.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace coauth::http {

/// A caller who awaits what others do: its handler is parked here, and it is resumed once, on its own executor.
///
/// To be used in the initiation of an awaitable whose signature is `void(std::exception_ptr, T)`, in this order:
///
///     const auto waits = std::make_shared<thing>();               // that has a parked_caller<T> in it
///     waits->caller.park(home, completion{std::move(handler)});   // `home`: the caller's executor
///     waits->caller.on_cancellation([late = std::weak_ptr{waits}] { ... });
///     ...                                                         // now others may know of it,
///     waits->caller.resume(result);                               // and one of them, on any thread, does this
///
/// Threads: one at a time. Who of several resumes it is decided by what guards the thing, a mutex or an atomic: a
/// cancellation races with completion. `T` has to have a default, which goes with an exception.
template <class T>
class parked_caller {
public:
    /// The one that an awaitable has. Of any type, it would take memory and a call by pointer for each who waits.
    using completion = typename boost::asio::async_result<boost::asio::use_awaitable_t<executor>,
                                                          void(std::exception_ptr, T)>::handler_type;
    using result = std::variant<T, failure>;

    parked_caller() = default;
    parked_caller(const executor& home, completion handler) { park(home, std::move(handler)); }

    /// If it was not resumed, as `forget`.
    ~parked_caller() = default;

    parked_caller(const parked_caller&) = delete;
    parked_caller& operator=(const parked_caller&) = delete;

    /// The caller's context has it for work, so it does not run dry, and die, as long as the caller is parked.
    void park(const executor& home, completion handler) {
        home_ = boost::asio::prefer(home, boost::asio::execution::outstanding_work.tracked);
        handler_.emplace(std::move(handler));
    }

    /// Whether anybody could cancel it.
    [[nodiscard]] bool is_cancellable() const noexcept {
        return boost::asio::get_associated_cancellation_slot(*handler_).is_connected();
    }

    /// Has `cancel()` called, on the caller's executor, when the caller is cancelled: once it is parked, and before
    /// anybody else knows of it, since from then on it may be resumed, on another thread, at any moment. `cancel` may
    /// be called when it has been resumed already, and must not keep the caller alive.
    template <class Cancel>
    void on_cancellation(Cancel cancel) {
        if (auto slot = boost::asio::get_associated_cancellation_slot(*handler_); slot.is_connected()) {
            slot.assign([cancel = std::move(cancel)](boost::asio::cancellation_type type) {
                if (type != boost::asio::cancellation_type::none) {
                    cancel();
                }
            });
        }
    }

    /// Resumes it on its own executor, never from within.
    void resume(std::exception_ptr thrown, T value) {
        post([thrown = std::move(thrown), value = std::move(value)](completion handler) mutable {
            std::move(handler)(std::move(thrown), std::move(value));
        });
    }
    void resume(result with) {
        post([with = std::move(with)](completion handler) mutable { deliver(std::move(with), std::move(handler)); });
    }

    /// The same with what `give()` returns then. It takes its memory from `room`, which `give` keeps.
    template <class Give, class Room>
    void resume_with(Give give, Room& room) {
        const executor home = std::exchange(home_, {});
        auto resumed = resumption([give = std::move(give)](completion handler) mutable {
            result with = Give{std::move(give)}();  // resumed, the caller may end whatever that keeps
            deliver(std::move(with), std::move(handler));
        });
        if (const auto* io = home.template target<working_io_executor>()) {
            // What is posted counts as work, so this need not.
            const auto later = boost::asio::query(*io, boost::asio::execution::context).get_executor();
            boost::asio::require(later, boost::asio::execution::blocking.never,
                                 boost::asio::execution::allocator(room.get()))
                .execute(std::move(resumed));
        } else {
            boost::asio::post(home, std::move(resumed));
        }
    }

    /// Destroys the caller's frame, where its context ends and it cannot be resumed any more. That frame may hold the
    /// thing itself, a circle that nobody else would break; and no executor may be used once its context is gone.
    void forget() noexcept {
        home_ = {};
        const std::optional<completion> freed{take_handler()};
    }

    /// Whether its context is another than this one, which ends.
    [[nodiscard]] bool outlives(const boost::asio::execution_context& ending) const {
        return &boost::asio::query(home_, boost::asio::execution::context) != &ending;
    }

private:
    using working_io_executor = decltype(boost::asio::require(std::declval<boost::asio::io_context::executor_type>(),
                                                              boost::asio::execution::outstanding_work.tracked));

    static void deliver(result&& with, completion handler) {
        if (auto* why = std::get_if<failure>(&with)) {
            std::move(handler)(std::make_exception_ptr(error{std::move(*why)}), T{});
        } else {
            std::move(handler)(std::exception_ptr{}, std::get<T>(std::move(with)));
        }
    }

    template <class Call>
    auto resumption(Call call) {
        return [handler = *take_handler(), call = std::move(call)]() mutable {
            // The slot is the caller's: it may be touched here, on the caller's executor, and nowhere else.
            if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
                slot.clear();
            }
            call(std::move(handler));
        };
    }

    std::optional<completion> take_handler() noexcept {
        std::optional<completion> taken;
        if (handler_) {
            taken.emplace(std::move(*handler_));
            handler_.reset();
        }
        return taken;
    }

    template <class Call>
    void post(Call call) {
        // Let go of at once: resumed, the caller may end its context, while somebody still holds this.
        const executor home = std::exchange(home_, {});
        boost::asio::post(home, resumption(std::move(call)));
    }

    executor home_;
    std::optional<completion> handler_;
};

}  // namespace coauth::http
