#include "sqlite/worker.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <iterator>
#include <utility>

namespace coauth::sqlite {
namespace {

namespace asio = boost::asio;

/// As many are written in one transaction: enough to share a wait for the disk, few enough that other processes get
/// their turn.
constexpr std::size_t greatest_group = 256;

/// As long SQLite waits for a lock by itself; between two such waits, reading goes on.
constexpr std::chrono::milliseconds wait_at_once{100};

bool is_locked(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const error& failed) {
        return failed.reason() == errc::store_locked;
    } catch (...) {
        return false;
    }
}

/// Blocks all signals of the calling thread: a thread that it starts meanwhile leaves them to the program's own.
class blocked_signals {
public:
    blocked_signals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~blocked_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    blocked_signals(const blocked_signals&) = delete;
    blocked_signals& operator=(const blocked_signals&) = delete;

private:
    sigset_t before_{};
};

}  // namespace

worker::worker(const std::string& path, std::chrono::milliseconds patience)
    : path_(path),
      patience_(patience),
      database_(std::make_unique<database>(path, patience, std::min(patience, wait_at_once))) {
    const blocked_signals none;
    thread_ = std::thread([this] { run(); });
}

worker::~worker() {
    stop();
}

awaitable<void> worker::read(action what) {
    return done(kind::read, std::move(what));
}

awaitable<void> worker::write(action what) {
    return done(kind::write, std::move(what));
}

awaitable<void> worker::done(kind its_kind, action what) {
    using signature = void(std::exception_ptr);
    const executor home = co_await asio::this_coro::executor;
    const auto asked = std::make_shared<task>();
    asked->its_kind = its_kind;
    asked->act = std::move(what);
    const auto begin = [](auto handler, worker* with, std::shared_ptr<task> its_task, executor where) {
        its_task->asked = std::make_shared<caller>();
        its_task->asked->wait(caller::completion{std::move(handler)}, std::move(where));
        with->add(std::move(*its_task));
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, signature>(begin, asio::use_awaitable, this, asked,
                                                                            home);
}

void worker::add(task what) {
    what.deadline = std::chrono::steady_clock::now() + patience_;
    std::unique_lock lock{mutex_};
    if (stopped_) {
        lock.unlock();
        what.asked->resume(shut_down());
        return;
    }
    waiting_.push_back(std::move(what));
    changed_.notify_one();
}

std::exception_ptr worker::shut_down() const {
    return std::make_exception_ptr(store_error(errc::shut_down, path_, "the store was closed"));
}

void worker::stop() noexcept {
    std::deque<task> left;
    {
        const std::scoped_lock lock{mutex_};
        stopped_ = true;
        changed_.notify_one();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
    {
        const std::scoped_lock lock{mutex_};
        left.swap(waiting_);
    }
    for (const task& each : left) {
        each.asked->resume(shut_down());
    }
}

worker::tasks worker::next_tasks() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    tasks next;
    while (!stopped_ && !waiting_.empty() && next.size() < greatest_group) {
        next.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return next;
}

void worker::run() {
    for (tasks next = next_tasks(); !next.empty(); next = next_tasks()) {
        const auto writes = std::stable_partition(next.begin(), next.end(),
                                                  [](const task& each) { return each.its_kind == kind::read; });
        tasks group(std::make_move_iterator(writes), std::make_move_iterator(next.end()));
        next.erase(writes, next.end());
        for (task& each : next) {
            read_alone(each);
        }
        if (!group.empty()) {
            write_together(std::move(group));
        }
    }
    database_.reset();
}

void worker::read_alone(task& what) {
    std::exception_ptr thrown;
    try {
        what.act(*database_);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown && is_locked(thrown)) {
        tasks alone;
        alone.push_back(std::move(what));
        try_again(std::move(alone), thrown);
    } else {
        what.asked->resume(std::move(thrown));
    }
}

void worker::write_together(tasks group) {
    std::exception_ptr thrown;
    try {
        transaction all{database_->file()};
        for (const task& each : group) {
            each.act(*database_);
        }
        all.commit();
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown && is_locked(thrown)) {
        try_again(std::move(group), thrown);
    } else if (thrown && group.size() > 1) {
        // One that cannot be written, or no longer, does not cost the others their place.
        for (task& each : group) {
            tasks alone;
            alone.push_back(std::move(each));
            write_together(std::move(alone));
        }
    } else {
        for (const task& each : group) {
            each.asked->resume(thrown);
        }
    }
}

void worker::try_again(tasks group, const std::exception_ptr& locked) {
    const auto now = std::chrono::steady_clock::now();
    const auto late =
        std::stable_partition(group.begin(), group.end(), [&](const task& each) { return each.deadline > now; });
    for (auto each = late; each != group.end(); ++each) {
        each->asked->resume(locked);
    }
    const std::scoped_lock lock{mutex_};
    waiting_.insert(waiting_.begin(), std::make_move_iterator(group.begin()), std::make_move_iterator(late));
}

}  // namespace coauth::sqlite
