#pragma once

// Everything a program needs to log people in and to keep their tokens fresh.

#include <coauth/cache/memory_store.hpp>
#include <coauth/cache/token_cache.hpp>
#include <coauth/cache/token_seal.hpp>
#include <coauth/core/clock.hpp>
#include <coauth/core/encoding.hpp>
#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/core/key_ring.hpp>
#include <coauth/core/parameters.hpp>
#include <coauth/core/random.hpp>
#include <coauth/core/secret.hpp>
#include <coauth/core/token.hpp>
#include <coauth/flow/client.hpp>
#include <coauth/http/connection_pool.hpp>
#include <coauth/login/login_broker.hpp>
#include <coauth/provider/catalog.hpp>
#include <coauth/provider/reply.hpp>
#include <coauth/provider/request.hpp>
#include <coauth/version.hpp>

/// Logins through OAuth providers, awaited. docs/index.md has the pages about it.
namespace coauth {}

/// How a provider speaks: profiles, requests built and replies read. Pure: nothing in it waits.
namespace coauth::provider {}
