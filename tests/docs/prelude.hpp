#pragma once

// What the blocks of the documentation take for granted: the names that the pages introduce.
#include <coauth/coauth.hpp>
#include <coauth/core/manual_clock.hpp>
#include <coauth/login/login_broker.hpp>
#include <coauth/sandbox/server.hpp>
#include <coauth/sqlite/sqlite_store.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct surrounding_names {
    asio::any_io_executor executor;
    coauth::connection_pool pool;
    coauth::client hitkey;
    coauth::client hitbox;
    coauth::authorization login;
    std::string request_target;
    std::string request_cookies;
    std::string request_body;
    std::string peer_address;
    coauth::token token;
    coauth::identity who;
    coauth::grant grant;
    std::shared_ptr<coauth::token_store> store;
    coauth::token_cache cache;
    coauth::token_key key;
    coauth::login_broker broker;
};

using surroundings = std::shared_ptr<surrounding_names>;
