#pragma once

#include <coauth/http/awaitable.hpp>

#include <memory>

namespace coauth::http {

/// What holds the frames of callers who wait in it. Such a frame may hold the thing itself, and when the context ends
/// that would have resumed the caller, nobody else would ever break that circle.
class context_bound {
public:
    virtual ~context_bound() = default;

    /// The context ends: nobody can be resumed any more, so everybody's frames are freed, and every executor.
    virtual void abandon() noexcept = 0;
};

/// Has `what` abandoned when the context of `where` is destroyed.
void end_with_context(const executor& where, std::weak_ptr<context_bound> what);

}  // namespace coauth::http
