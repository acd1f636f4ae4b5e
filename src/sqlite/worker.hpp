#pragma once

#include "sqlite/caller.hpp"
#include "sqlite/database.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace coauth::sqlite {

/// A thread that does all work on a file. What waits to be written is written together, in one transaction, and each of
/// its callers resumes when that is on the disk: a thousand commits do not cost a thousand waits for the disk.
///
/// While another process holds the file, reading goes on, and writing is tried again until its caller's time is up.
/// Threads: any, but for the constructor, which opens the file and blocks.
class worker {
public:
    /// Work on the database. It may be done again after it was rolled back. It refers to nothing of its caller's frame.
    using action = std::function<void(database&)>;

    worker(const std::string& path, std::chrono::milliseconds patience);
    ~worker();
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    awaitable<void> read(action what);
    awaitable<void> write(action what);

    /// Ends the thread when it has done what it is at, and closes the file; what waits behind ends with
    /// `errc::shut_down`.
    void stop() noexcept;

private:
    enum class kind { read, write };
    struct task {
        kind its_kind;
        action act;
        std::chrono::steady_clock::time_point deadline;  // when it has waited long enough for others
        std::shared_ptr<caller> asked;
    };
    using tasks = std::vector<task>;

    awaitable<void> done(kind its_kind, action what);
    void add(task what);
    [[nodiscard]] std::exception_ptr shut_down() const;
    void run();
    [[nodiscard]] tasks next_tasks();
    void read_alone(task& what);
    void write_together(tasks group);
    void try_again(tasks group, const std::exception_ptr& locked);

    const std::string path_;
    const std::chrono::milliseconds patience_;
    std::unique_ptr<database> database_;  // the thread's
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<task> waiting_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace coauth::sqlite
