#pragma once

#include <coauth/http/observer.hpp>

#include <memory>

namespace coauth::cli {

/// Tells on standard error what the pool does: what -v asks for. Nothing it is told holds a secret.
[[nodiscard]] std::shared_ptr<observer> make_event_log();

}  // namespace coauth::cli
