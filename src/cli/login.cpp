#include "cli/callback_gate.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/interpret.hpp"
#include "cli/kept_record.hpp"
#include "cli/output.hpp"
#include "cli/paste.hpp"
#include "cli/receiver.hpp"
#include "cli/session.hpp"
#include "cli/store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/url/parse.hpp>

#include <cstdio>
#include <unistd.h>
#include <utility>

namespace coauth::cli {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// The line on a terminal that counts down while the browser is away.
class countdown {
public:
    void show(std::chrono::seconds left) const {
        if (terminal_) {
            std::fprintf(stderr, "\r\033[KWaiting for the browser, %lld:%02lld left (Ctrl-C ends it) ",
                         static_cast<long long>(left.count() / 60), static_cast<long long>(left.count() % 60));
        }
    }

    void clear() const {
        if (terminal_) {
            std::fputs("\r\033[K", stderr);
        }
    }

private:
    bool terminal_ = ::isatty(STDERR_FILENO) == 1;
};

/// Where a redirect URI points to on this machine, if it does. One without a port leaves the choice to us (RFC 8252,
/// section 7.3).
std::optional<loopback> find_loopback(const std::string& redirect_uri, std::uint16_t chosen_port) {
    const auto read = boost::urls::parse_uri(redirect_uri);
    if (!read || read->scheme_id() != boost::urls::scheme::http) {
        return std::nullopt;
    }
    const auto port = read->has_port() ? parse_port(read->port()) : chosen_port;
    if (!port) {
        throw program_error("the port of the redirect URI is not one from 0 to 65535");
    }
    loopback found;
    found.host = std::string(read->host_address());
    found.port = *port;
    found.path = read->encoded_path().empty() ? "/" : std::string(read->encoded_path());
    const bool here = found.host == "127.0.0.1" || found.host == "::1" || found.host == "localhost";
    return here ? std::optional(found) : std::nullopt;
}

/// How the callback comes: where the receiver listens, or nothing where the URL has to be pasted.
std::optional<loopback> choose_receiver(const arguments& given, const session& with) {
    if (given.paste || with.profile().callback_in_fragment()) {
        return std::nullopt;
    }
    if (!with.who().redirect_uri.empty()) {
        return find_loopback(with.who().redirect_uri, given.port);
    }
    loopback any;
    any.port = given.port;
    return any;
}

/// Answers what the receiver takes for the callback.
browser_page judge(callback_gate& gate, const countdown& shown, std::string_view target) {
    switch (gate.offer(target)) {
        case verdict::accepted:
            return {200, "You are logged in. Close this window and go back to the terminal.", true};
        case verdict::refused:
            return {403, "The provider refused the login. The terminal tells why.", true};
        case verdict::ignored:
            break;
    }
    shown.clear();
    tell("Ignored a callback that is not this login's: " + gate.last_failure()->message());
    return {400, "This is not the login that coauth waits for.", false};
}

/// Offers what is pasted until it is the callback, or there is no more.
awaitable<void> read_pasted(callback_gate& gate, const countdown& shown, pasted_lines& lines) {
    const bool person = ::isatty(STDIN_FILENO) == 1;
    for (verdict judged = verdict::ignored; judged == verdict::ignored;) {
        const std::optional<std::string> line = co_await lines.next();
        if (!line) {
            break;
        }
        if (line->empty()) {
            continue;
        }
        judged = gate.offer(*line);
        if (judged == verdict::ignored && person) {
            shown.clear();
            tell("Not taken: " + gate.last_failure()->message() + "\nPaste the whole address:");
        }
    }
    gate.close();
}

/// From the address for the browser to the token. The address is told here, where an interrupt already ends the login
/// in good order.
awaitable<token> redeem(client at, std::string instructions, callback_gate& gate, const countdown& shown,
                        std::chrono::milliseconds longest) {
    tell(instructions);
    std::function<void(std::chrono::seconds)> tick = [&shown](std::chrono::seconds left) { shown.show(left); };
    grant redeemed = co_await gate.wait(longest, std::move(tick));
    shown.clear();
    co_return co_await at.exchange(std::move(redeemed));
}

/// For printing. A failed userinfo does not cost the token: it is left in `unknown`.
awaitable<json::value> finish(awaitable<token> issuing, client at, std::optional<failure>& unknown) {
    const token issued = co_await std::move(issuing);
    json::object result;
    result["identity"] = nullptr;
    result["token"] = reveal(issued);
    if (at.profile().has("userinfo")) {
        try {
            const identity who = co_await at.userinfo(issued);
            result["identity"] = to_json(who);
        } catch (const error& thrown) {
            unknown = thrown.details();
        }
    }
    co_return json::value(std::move(result));
}

/// Into the store, under the name that was given or else the one that the provider tells.
awaitable<json::value> finish_in_store(awaitable<token> issuing, client at, store_ptr into, std::string account) {
    token issued = co_await std::move(issuing);
    json::object result;
    result["identity"] = nullptr;
    if (account.empty()) {
        const identity who = co_await at.userinfo(issued);
        account = who.subject;
        result["identity"] = to_json(who);
    }
    token_key key(at.profile().name(), at.client_id(), account);
    result["stored"] = to_json(key);
    co_await keep(std::move(into), std::move(key), std::move(issued));
    co_return json::value(std::move(result));
}

/// The store that the token shall go to, if it shall. Whatever it lacks is told before anybody opens a browser.
store_ptr open_store_for(const arguments& given, const session& with) {
    if (given.store_file.empty()) {
        return nullptr;
    }
    if (given.account.empty() && !with.profile().has("userinfo")) {
        throw program_error(with.profile().name() +
                            " does not tell whose a token is: name the account with --account NAME");
    }
    return open_or_create_store(given);
}

}  // namespace

exit_status log_in(const arguments& given) {
    const auto longest = read_seconds(given.wait, "--wait");
    output printed(given.output_file);
    session with(given);
    const store_ptr into = open_store_for(given, with);
    credentials who = with.who();

    std::optional<receiver> received;
    if (const auto at = choose_receiver(given, with)) {
        received.emplace(with.where(), *at);
        who.redirect_uri = received->redirect_uri();
    }
    const client at = with.make_client(std::move(who));
    const authorization login = at.authorize(read_wishes(given));
    callback_gate gate(with.where(), at, login);
    const countdown shown;

    const bool bound = received && at.profile().binding() == provider::binding::cookie;
    std::string instructions =
        "Open this address in a browser:\n" + (bound ? received->bind_to_browser(login.url) : login.url);
    std::optional<pasted_lines> lines;
    if (received) {
        received->start([&](std::string_view target) { return judge(gate, shown, target); }, [&] { gate.close(); });
    } else {
        instructions += "\nThen paste the address that it ends at, and press Enter:";
        lines.emplace(with.where());
        asio::co_spawn(with.where(), read_pasted(gate, shown, *lines), asio::detached);
    }

    std::optional<failure> unknown;
    json::value result;
    try {
        auto issuing = redeem(at, std::move(instructions), gate, shown, longest);
        result = with.run(into ? finish_in_store(std::move(issuing), at, into, given.account)
                               : finish(std::move(issuing), at, unknown));
    } catch (...) {
        shown.clear();
        throw;
    }
    printed.print(result);
    if (unknown) {
        throw error(std::move(*unknown));
    }
    return exit_status::done;
}

}  // namespace coauth::cli
