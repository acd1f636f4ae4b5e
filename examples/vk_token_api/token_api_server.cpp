#include "token_api_server.hpp"

#include <coauth/provider/catalog.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include <utility>

namespace vk_token_api {

namespace asio = boost::asio;
using coauth::awaitable;

namespace {

constexpr const char* blank_page = "https://oauth.vk.com/blank.html";

// A token of the greatest length with everything around it.
constexpr std::size_t largest_request = 16 * 1024;

coauth::client vk_client(const configuration& with, const surroundings& around) {
    coauth::credentials who;
    who.client_id = with.app_id;
    who.redirect_uri = blank_page;
    coauth::client_options options;
    options.clock = around.clock;
    return {*around.vk, coauth::provider::builtin("vk"), std::move(who), std::move(options)};
}

}  // namespace

token_api_server::token_api_server(asio::io_context& context, const configuration& with, surroundings around)
    : context_(context),
      listen_(with.listen),
      log_(around.clock, around.log),
      kept_(around.store),
      vk_(vk_client(with, around)),
      taking_(vk_, kept_, around.clock, log_),
      endpoints_(vk_, kept_, taking_, around.clock),
      page_(with.jwt, vk_, kept_, taking_, around.clock),
      service_(with.jwt, endpoints_, page_, around.clock, log_) {
    listen_.max_body = largest_request;
    if (with.webhook) {
        watch_.emplace(context.get_executor(), kept_, *around.webhook, with.webhook->options, around.clock, log_,
                       around.pauses);
    }
}

awaitable<void> token_api_server::start() {
    co_await kept_.load();
    listen();
    begin_watch();
    boost::json::object fields;
    fields["address"] = listen_.address;
    fields["port"] = http_->port();
    fields["webhook"] = watch_.has_value();
    log_.write("listening", std::move(fields));
}

void token_api_server::listen() {
    try {
        http_.emplace(context_.get_executor(), listen_,
                      [this](web::request asked) { return service_.answer(std::move(asked)); });
    } catch (const boost::system::system_error& failed) {
        throw configuration_error("cannot listen on " + listen_.address + " port " + std::to_string(listen_.port) +
                                  ": " + failed.code().message());
    }
}

awaitable<void> token_api_server::stop(std::chrono::milliseconds grace) {
    log_.write("stopping");
    co_await http_->stop(grace);
    end_watch_.emit(asio::cancellation_type::terminal);
    log_.write("stopped");
}

std::uint16_t token_api_server::port() const noexcept {
    return http_ ? http_->port() : 0;
}

void token_api_server::begin_watch() {
    if (!watch_) {
        return;
    }
    const auto ended = [this](const std::exception_ptr& why) { watch_ended(why); };
    asio::co_spawn(context_, watch_->run(), asio::bind_cancellation_slot(end_watch_.slot(), ended));
}

/// Cancelled, it ends so; anything else is a mistake of the program, which ends it.
void token_api_server::watch_ended(const std::exception_ptr& why) const {
    try {
        if (why) {
            std::rethrow_exception(why);
        }
    } catch (const coauth::error& thrown) {
        if (coauth::class_of(thrown.reason()) != coauth::failure_class::cancelled) {
            throw;
        }
    } catch (const boost::system::system_error& thrown) {
        if (thrown.code() != asio::error::operation_aborted) {
            throw;
        }
    }
}

}  // namespace vk_token_api
