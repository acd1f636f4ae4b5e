#include "provider/step_failure.hpp"

#include "provider/profile_data.hpp"

#include <utility>

namespace coauth::provider {

failure step_failure(const profile_data& what, std::string_view step, errc code, std::string detail) {
    failure made;
    made.code = code;
    made.step = step;
    made.provider = what.name;
    made.detail = std::move(detail);
    return made;
}

failure unsupported(const profile_data& what, std::string_view operation) {
    std::string detail;
    if (const auto reason = what.unsupported.find(operation); reason != what.unsupported.end()) {
        detail = reason->second;
    } else {
        detail = "there are";
        for (const auto& each : what.operations) {
            detail += (&each == &what.operations.front() ? " " : ", ") + each.name;
        }
    }
    return step_failure(what, printable(operation, 60), errc::unsupported_operation, std::move(detail));
}

std::string_view advice_for(errc code) noexcept {
    switch (code) {
        case errc::access_denied:
            return "the user said no; begin again when they want to";
        case errc::invalid_client:
        case errc::unauthorized_client:
            return "check the client id, the client secret and what the application is registered for";
        case errc::invalid_grant:
            return "log in again";
        case errc::invalid_token:
            return "refresh the token or log in again";
        case errc::invalid_scope:
            return "check the scopes against the provider's list";
        case errc::insufficient_scope:
            return "log in again and ask for the scope that is missing";
        case errc::server_error:
        case errc::temporarily_unavailable:
        case errc::rate_limited:
            return "try again later";
        default:
            return {};
    }
}

}  // namespace coauth::provider
