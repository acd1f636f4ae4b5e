#include "cli/exit_status.hpp"

namespace coauth::cli {

exit_status status_of(failure_class value) noexcept {
    switch (value) {
        case failure_class::configuration:
            return exit_status::usage;
        case failure_class::callback:
            return exit_status::callback;
        case failure_class::refused:
            return exit_status::refused;
        case failure_class::http:
            return exit_status::http;
        case failure_class::protocol:
            return exit_status::protocol;
        case failure_class::tls:
            return exit_status::tls;
        case failure_class::timeout:
            return exit_status::timeout;
        case failure_class::network:
            return exit_status::network;
        case failure_class::cancelled:
            return exit_status::interrupted;
        case failure_class::login:
            return exit_status::login;
        case failure_class::store:
            return exit_status::store;
    }
    return exit_status::usage;
}

}  // namespace coauth::cli
