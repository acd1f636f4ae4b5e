#pragma once

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace coauth::http {

/// How much of an answer is read at most; see `pool_options` for the reasons.
struct response_limits {
    std::size_t header_bytes = 16 * 1024;  ///< Everything that is not body: interim answers and chunk framing too.
    std::size_t header_fields = 100;
    std::size_t body_bytes = 1024 * 1024;
};

/// Whether an answer's framing fields announce a body. They don't after HEAD and CONNECT (RFC 9112, section 6.3).
enum class response_body { framed, none };

/// Reads one HTTP/1.1 answer from bytes, as they come, straight into a `http_response`; does no I/O.
///
/// An answer is read strictly: where RFC 9112 leaves a choice between refusing and guessing, it is refused. Interim
/// answers are skipped, trailers are ignored. After a failure only `begin` is allowed.
class response_reader {
public:
    explicit response_reader(response_limits limits);
    ~response_reader();

    response_reader(const response_reader&) = delete;
    response_reader& operator=(const response_reader&) = delete;

    /// Makes ready for the next answer; what was there is wiped.
    void begin(response_body body);

    /// Takes bytes and says how many it has used. The others are to be given again, with more behind them, unless the
    /// answer is `done`: then they do not belong to it. Never leaves more than `response_limits::header_bytes`.
    result<std::size_t> feed(std::string_view bytes);

    /// The peer has closed its side in good order. Completes an answer that ends with its connection; for any other it
    /// is `errc::incomplete_http`.
    result<void> finish_at_eof();

    [[nodiscard]] bool started() const noexcept;  ///< A byte has come.
    [[nodiscard]] bool done() const noexcept;     ///< The answer is complete.

    /// Whether the connection may serve again, as far as the answer says. Meaningful when `done`.
    [[nodiscard]] bool keep_alive() const noexcept;

    /// The complete answer; when `done`, once.
    [[nodiscard]] http_response take();

private:
    class answer;

    std::unique_ptr<answer> answer_;
};

}  // namespace coauth::http
