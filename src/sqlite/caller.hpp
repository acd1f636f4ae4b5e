#pragma once

#include <coauth/http/awaitable.hpp>

#include <boost/asio/any_completion_handler.hpp>

#include <exception>
#include <memory>
#include <mutex>

namespace coauth::sqlite {

class caller_watch;

/// Who awaits an operation: resumed once, on its own executor, or forgotten when the context of that executor dies.
/// Whoever waits holds its coroutine's frame, which may hold the store, and nobody else would break that circle; and no
/// executor may be used once its context is gone. Threads: any.
class caller : public std::enable_shared_from_this<caller> {
public:
    using completion = boost::asio::any_completion_handler<void(std::exception_ptr)>;

    /// To be called once, before anything else.
    void wait(completion handler, executor home);

    /// Resumes it with what was thrown; null: nothing.
    void resume(std::exception_ptr thrown);

    /// Destroys its coroutine.
    void forget() noexcept;

private:
    std::mutex mutex_;
    completion handler_;
    executor home_;
    caller_watch* watch_ = nullptr;  // null: it waits no more
};

}  // namespace coauth::sqlite
