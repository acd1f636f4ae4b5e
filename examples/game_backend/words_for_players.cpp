#include "game_backend/words_for_players.hpp"

#include <boost/asio/error.hpp>

namespace game_backend {

namespace {

constexpr const char* nobody_knows = "The game could not log you in. Please try again later.";

std::string try_again(const coauth::failure& why) {
    return why.retry_after ? "Please try again in " + std::to_string(why.retry_after->count()) + " s."
                           : "Please try again in a minute.";
}

std::string words_of_login(const coauth::failure& why, const std::string& provider) {
    switch (why.code) {
        case coauth::errc::access_denied:
            return provider + " did not let you in: somebody said no there.";
        case coauth::errc::login_expired:
        case coauth::errc::timeout:
            return "You did not come back from " + provider + " in time. Join again to log in.";
        case coauth::errc::cancelled:
            return "Goodbye.";
        default:
            return words_for_player(why, provider);
    }
}

}  // namespace

std::string words_for_player(const coauth::failure& why, const std::string& provider) {
    if (why.code == coauth::errc::circuit_open) {
        return provider + " is down; the game goes on without it. " + try_again(why);
    }
    if (needs_login(why)) {
        return provider + " has ended your login. Join again to log in.";
    }
    return provider + " does not work at the moment. " + try_again(why);
}

parting parting_of(const std::exception_ptr& thrown, const std::string& provider) {
    try {
        std::rethrow_exception(thrown);
    } catch (const coauth::error& failed) {
        return {std::string{name_of(failed.reason())}, words_of_login(failed.details(), provider)};
    } catch (const boost::system::system_error& ended) {
        // A coroutine that is cancelled between two operations is ended by Asio.
        const bool cancelled = ended.code() == boost::asio::error::operation_aborted;
        return cancelled ? parting{"cancelled", "Goodbye."} : parting{"unknown", nobody_knows};
    } catch (const std::exception&) {
        return {"unknown", nobody_knows};
    }
}

}  // namespace game_backend
