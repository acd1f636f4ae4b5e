#pragma once

#include <coauth/http/awaitable.hpp>

#include <memory>

namespace coauth::http {

class pool_core;

/// Has `pool` abandoned when the context of `where` is destroyed: a call that waits in a pool holds its caller's frame,
/// which may hold the pool, and nobody else would ever break that circle.
void end_with_context(const executor& where, std::weak_ptr<pool_core> pool);

}  // namespace coauth::http
