#pragma once

#include <coauth/http/awaitable.hpp>

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace coauth::http {

/// An `executor` for what is done with every request: an `io_context`, the usual case, is called directly, and nothing
/// is asked through type erasure, which allocates memory for the answer.
class context_executor {
    using blocking_t = boost::asio::execution::blocking_t;
    using outstanding_work_t = boost::asio::execution::outstanding_work_t;
    using io_executor = boost::asio::io_context::executor_type;
    using io_work =
        decltype(boost::asio::require(std::declval<io_executor>(), boost::asio::execution::outstanding_work.tracked));

public:
    // No constructor: whether this can be made of an `executor`, and that of this, is not to be asked for a copy.
    [[nodiscard]] static context_executor of(const executor& what) {
        context_executor made;
        const auto* io = what.target<io_executor>();
        io != nullptr ? void(made.io_ = *io) : void(made.other_ = std::make_shared<const executor>(what));
        return made;
    }

    // Executors have to say that copying them does not throw, which `optional` does not.
    context_executor(const context_executor&) noexcept = default;
    context_executor(context_executor&&) noexcept = default;
    context_executor& operator=(const context_executor&) noexcept = default;
    context_executor& operator=(context_executor&&) noexcept = default;
    ~context_executor() = default;

    [[nodiscard]] boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
        return io_ ? io_->context() : boost::asio::query(*other_, boost::asio::execution::context);
    }
    [[nodiscard]] blocking_t query(blocking_t) const noexcept { return blocking_; }
    [[nodiscard]] outstanding_work_t query(outstanding_work_t) const noexcept { return tracking_; }

    [[nodiscard]] context_executor require(blocking_t::never_t how) const { return blocking(how); }
    [[nodiscard]] context_executor require(blocking_t::possibly_t how) const { return blocking(how); }
    [[nodiscard]] context_executor require(outstanding_work_t::tracked_t how) const {
        context_executor made = tracking(how);
        if (io_) {
            made.work_ = boost::asio::require(*io_, how);
        }
        return made;
    }
    [[nodiscard]] context_executor require(outstanding_work_t::untracked_t how) const {
        context_executor made = tracking(how);
        made.work_.reset();
        return made;
    }

    template <class Function>
    void execute(Function&& function) const {
        io_ ? io_->execute(std::forward<Function>(function)) : other_->execute(std::forward<Function>(function));
    }

    friend bool operator==(const context_executor& left, const context_executor& right) noexcept {
        const bool of_other = left.other_ && right.other_;
        return of_other ? *left.other_ == *right.other_ : left.io_ == right.io_;
    }
    friend bool operator!=(const context_executor& left, const context_executor& right) noexcept {
        return !(left == right);
    }

private:
    context_executor() = default;

    template <class Blocking>
    [[nodiscard]] context_executor blocking(Blocking how) const {
        context_executor made = with_other(how);
        made.blocking_ = how;
        if (io_) {
            made.io_ = boost::asio::require(*io_, how);
        }
        return made;
    }

    template <class Tracking>
    [[nodiscard]] context_executor tracking(Tracking how) const {
        context_executor made = with_other(how);
        made.tracking_ = how;
        return made;
    }

    /// A copy whose executor of another context, if it has one, has the property.
    template <class Property>
    [[nodiscard]] context_executor with_other(Property how) const {
        context_executor made{*this};
        if (!io_) {
            made.other_ = std::make_shared<const executor>(boost::asio::prefer(*other_, how));
        }
        return made;
    }

    std::optional<io_executor> io_;
    std::optional<io_work> work_;            ///< Keeps the `io_context` from running dry.
    std::shared_ptr<const executor> other_;  ///< Of another context; null where there is an `io_context`.
    blocking_t blocking_ = blocking_t::possibly_t{};
    outstanding_work_t tracking_ = outstanding_work_t::untracked_t{};
};

}  // namespace coauth::http
