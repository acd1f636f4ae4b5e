#include "http/call.hpp"

#include <coauth/core/secret.hpp>

#include <utility>

namespace coauth::http {
namespace {

/// What `errc::invalid_argument` is told with, whose request is not a call yet.
failure told_of(const http_request& request, failure why) {
    why.step = request.operation;
    why.provider = request.provider;
    why.repeatable = request.idempotent;
    return why;
}

/// Writes it, and says to whom it goes.
origin written(std::string& wire, const http_request& request) {
    auto target = write_request(wire, request);
    if (!target) {
        throw error{told_of(request, std::move(target).error())};
    }
    return *std::move(target);
}

}  // namespace

call::call(std::uint64_t its_number, const http_request& request, clock::steady_time now_is,
           std::chrono::milliseconds its_limit)
    : number{its_number},
      target{written(wire_, request)},
      method{request.method},
      safe_url{request.safe_url},
      provider{request.provider},
      operation{request.operation},
      idempotent{request.idempotent},
      started{now_is},
      limit{its_limit} {}

call::~call() {
    wipe(wire_);
}

response_body call::answer_body() const noexcept {
    return method == "HEAD" ? response_body::none : response_body::framed;
}

failure call::failed(errc code, std::string detail) const {
    failure why;
    why.code = code;
    why.detail = std::move(detail);
    return failed(std::move(why));
}

failure call::failed(failure why) const {
    why.step = operation;
    why.provider = provider;
    why.request_sent = sent.load();
    why.repeatable = idempotent;
    return why;
}

}  // namespace coauth::http
