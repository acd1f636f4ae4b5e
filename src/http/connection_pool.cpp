#include "http/pool_core.hpp"

#include <coauth/http/connection_pool.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace coauth {

namespace asio = boost::asio;

class connection_pool::implementation final : public http::pool_core {
public:
    using http::pool_core::pool_core;
};

connection_pool::connection_pool(executor where, pool_options options)
    : implementation_{std::make_shared<implementation>(std::move(where), std::move(options))} {
    implementation_->watch_context();
}

connection_pool::~connection_pool() {
    close();
}

// No coroutine of its own: one frame less for each request.
awaitable<http_response> connection_pool::send(http_request request) {
    // By value: the caller may be resumed, and its frame gone with all that it holds, while this has still to begin.
    const auto begin = [](auto handler, std::shared_ptr<implementation> core, std::shared_ptr<http::call> asked,
                          std::exception_ptr refused) {
        const executor home = asio::get_associated_executor(handler);
        http::call::completion done{std::move(handler)};
        if (asked) {
            core->begin(asked, home, std::move(done));
            return;
        }
        asio::post(home, [done = std::move(done), refused = std::move(refused)]() mutable {
            std::move(done)(std::move(refused), http_response{});
        });
    };
    std::shared_ptr<http::call> asked;
    std::exception_ptr refused;  // thrown when it is awaited
    try {
        asked = implementation_->new_call(std::move(request));
    } catch (...) {
        refused = std::current_exception();
    }
    using signature = void(std::exception_ptr, http_response);
    return asio::async_initiate<const asio::use_awaitable_t<>, signature>(begin, asio::use_awaitable, implementation_,
                                                                          std::move(asked), std::move(refused));
}

pool_statistics connection_pool::statistics() const {
    return implementation_->statistics();
}

void connection_pool::close() noexcept {
    implementation_->close();
}

}  // namespace coauth
