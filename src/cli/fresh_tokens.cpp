#include "cli/commands.hpp"
#include "cli/interpret.hpp"
#include "cli/kept_record.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"
#include "cli/store.hpp"

#include <coauth/cache/token_cache.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <utility>

// The commands that may ask the provider: a token cache over the store carries them out, so that several processes at
// once send one refresh.

namespace coauth::cli {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

using step = awaitable<json::value> (*)(token_cache& in, token_key key, const arguments& given);

bool ends_within(const token& what, std::chrono::milliseconds least) {
    if (!what.expires_at || !what.refresh_token) {
        return false;
    }
    // A margin beyond half of a token's life would have every call refresh it.
    const clock::wall_time now = system_clock()->now();
    const auto whole = what.issued_at ? *what.expires_at - *what.issued_at : 2 * least;
    return *what.expires_at - now < std::min<clock::wall_time::duration>(least, whole / 2);
}

awaitable<json::value> get_fresh(token_cache& in, token_key key, const arguments& given) {
    const std::chrono::milliseconds least = read_seconds(given.min_left, "--min-left");
    token_ptr kept = co_await in.get(key);
    if (ends_within(*kept, least)) {
        try {
            kept = co_await in.refresh(key);
        } catch (const error& failed) {
            if (class_of(failed.reason()) == failure_class::cancelled) {
                throw;
            }
            tell("The token ends soon, and was not refreshed: " + failed.details().message());
        }
    }
    co_return json::value(json::string_view(kept->access_token.reveal()));
}

awaitable<json::value> renew(token_cache& in, token_key key, const arguments& given) {
    const token_ptr renewed = co_await in.refresh(key);
    json::object out = to_json(key);
    out["token"] = to_json(*renewed, given.reveal);
    co_return json::value(std::move(out));
}

awaitable<json::value> end(token_cache& in, token_key key, const arguments& given) {
    co_await in.revoke(std::move(key), read_parameters(given.parameters));
    json::object done;
    done["revoked"] = true;
    co_return json::value(std::move(done));
}

cache_options read_cache_options(const arguments& given, std::optional<failure>& unsaved) {
    cache_options made;
    made.refresh_timeout = read_seconds(given.timeout, "--timeout");
    // Somebody who died in the middle of a refresh keeps others waiting for as long as the lease goes.
    made.lease_time = made.refresh_timeout + 2 * made.store_timeout;
    made.get_timeout = made.lease_time + made.refresh_timeout;
    made.on_event = [&unsaved](const cache_event& event) {
        if (event.what == cache_event_kind::store_failed) {
            unsaved = event.why;
        }
    };
    return made;
}

/// Has a cache carry out the step and waits until everything that was sent is settled, interrupted or not. A token that
/// the store does not take is told of in `unsaved`.
awaitable<json::value> settle(step what, session& with, store_ptr store, const arguments& given,
                              std::optional<failure>& unsaved) {
    credentials who = with.who();
    token_choice wanted(given, with.profile().name(), who.client_id);
    const token_key key = co_await find_key(store, std::move(wanted));
    who.client_id = key.client_id();
    token_cache cache(with.where(), store, read_cache_options(given, unsaved));
    cache.serve(with.make_client(std::move(who)));
    json::value result;
    std::exception_ptr thrown;
    try {
        result = co_await what(cache, key, given);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const std::size_t lost = co_await cache.close();
    if (lost == 0) {
        unsaved.reset();
    } else if (!unsaved) {
        unsaved = failure{.code = errc::store_failed, .step = "store", .provider = key.provider()};
    }
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    co_return result;
}

json::value carry_out(step what, const arguments& given, std::optional<failure>& unsaved) {
    session with(given);
    try {
        return with.run(settle(what, with, open_store(given), given, unsaved));
    } catch (const error& failed) {
        if (needs_login(failed.details())) {
            throw program_error(failed.what(), exit_status::login);
        }
        throw;
    }
}

exit_status ended(std::optional<failure> unsaved) {
    if (unsaved) {
        unsaved->detail += "; the provider gave a new token, which is not kept: log in again if the old one is refused";
        throw error(*std::move(unsaved));
    }
    return exit_status::done;
}

exit_status carry_out_and_print(step what, const arguments& given) {
    output printed(given.output_file);
    std::optional<failure> unsaved;
    printed.print(carry_out(what, given, unsaved));
    return ended(std::move(unsaved));
}

}  // namespace

exit_status print_token(const arguments& given) {
    output printed(given.output_file);
    std::optional<failure> unsaved;
    const json::value access_token = carry_out(get_fresh, given, unsaved);
    const secret line(std::string(access_token.get_string()) + '\n');
    printed.print_text(line.reveal());
    return ended(std::move(unsaved));
}

exit_status refresh_token(const arguments& given) {
    return carry_out_and_print(renew, given);
}

exit_status revoke_token(const arguments& given) {
    return carry_out_and_print(end, given);
}

}  // namespace coauth::cli
