#include "cli/session.hpp"

#include "cli/interpret.hpp"

#include <utility>

namespace coauth::cli {

session::session(const arguments& given)
    : profile_(read_profile(given.provider)),
      who_(read_credentials(given, profile_)),
      pool_(loop_.where(), read_pool_options(given)) {}

client session::make_client(credentials who) {
    return client(pool_, profile_, std::move(who));
}

boost::json::value session::run(awaitable<boost::json::value> step) {
    return loop_.run(std::move(step));
}

}  // namespace coauth::cli
