#pragma once

#include "api.hpp"
#include "configuration.hpp"
#include "credentials.hpp"
#include "event_log.hpp"
#include "service.hpp"
#include "settings_page.hpp"
#include "submission.hpp"
#include "watch.hpp"

#include <coauth/cache/token_store.hpp>
#include <coauth/core/clock.hpp>
#include <coauth/http/transport.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>

namespace vk_token_api {

/// What a server works with beside its configuration.
struct surroundings {
    coauth::transport* vk = nullptr;       ///< Reaches VK.
    coauth::transport* webhook = nullptr;  ///< Reaches the webhook; null where none is configured.
    std::shared_ptr<coauth::token_store> store;
    std::shared_ptr<const coauth::clock> clock;
    event_log::sink log;
    watch_pauses pauses{};
};

/// The whole program but its main: the API, the page and the watch, on one thread's context.
///
/// The context, the transports and what else it is given outlive it; it outlives the context's last run.
class token_api_server {
public:
    token_api_server(boost::asio::io_context& context, const configuration& with, surroundings around);

    /// Reads the store, then listens and watches.
    [[nodiscard]] coauth::awaitable<void> start();

    /// Answers what is under way, within `grace`; ends the watch.
    [[nodiscard]] coauth::awaitable<void> stop(std::chrono::milliseconds grace);

    [[nodiscard]] std::uint16_t port() const noexcept;

private:
    void listen();
    void begin_watch();
    void watch_ended(const std::exception_ptr& why) const;

    boost::asio::io_context& context_;
    web::server_options listen_;
    event_log log_;
    credentials kept_;
    coauth::client vk_;
    submissions taking_;
    api endpoints_;
    settings_page page_;
    service service_;
    std::optional<watch> watch_;
    boost::asio::cancellation_signal end_watch_;
    std::optional<web::http_server> http_;
};

}  // namespace vk_token_api
