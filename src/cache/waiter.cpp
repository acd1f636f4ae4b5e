#include "cache/waiter.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <utility>

namespace coauth::cache {

waiter::waiter(const executor& home, completion handler)
    : due_node{kind::waiter}, home_{boost::asio::prefer(home, boost::asio::execution::outstanding_work.tracked)} {
    handler_.swap(handler);  // its move assignment recurses without end in Boost 1.81
}

bool waiter::lives_on(const boost::asio::execution_context& ending) const {
    return &boost::asio::query(home_, boost::asio::execution::context) != &ending;
}

void waiter::resume(token_result with) {
    // Let go of at once: resumed, the caller may end its context, while somebody here still holds this waiter.
    const executor home = std::exchange(home_, {});
    boost::asio::post(home, [handler = std::move(handler_), with = std::move(with)]() mutable {
        // The slot is the caller's: it may be touched here, on the caller's executor, and nowhere else.
        if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
            slot.clear();
        }
        if (auto* why = std::get_if<failure>(&with)) {
            std::move(handler)(std::make_exception_ptr(error{std::move(*why)}), nullptr);
        } else {
            std::move(handler)(std::exception_ptr{}, std::get<token_ptr>(std::move(with)));
        }
    });
}

}  // namespace coauth::cache
