#include "http/pool_core.hpp"

#include <coauth/http/connection_pool.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace coauth {

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

awaitable<http_response> connection_pool::send(http_request request) {
    using signature = void(std::exception_ptr, http_response);
    const executor home = co_await boost::asio::this_coro::executor;
    const std::shared_ptr<http::pool_core> core = implementation_;
    const std::shared_ptr<http::call> asked = core->new_call(request);
    const auto begin = [](auto handler, std::shared_ptr<http::pool_core> with, std::shared_ptr<http::call> what,
                          executor where) { with->begin(what, where, http::call::completion{std::move(handler)}); };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, signature>(
        begin, boost::asio::use_awaitable, core, asked, home);
}

pool_statistics connection_pool::statistics() const {
    return implementation_->statistics();
}

void connection_pool::close() noexcept {
    implementation_->close();
}

}  // namespace coauth
