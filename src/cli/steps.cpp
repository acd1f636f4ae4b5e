#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/files.hpp"
#include "cli/interpret.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"

#include <coauth/core/random.hpp>
#include <coauth/provider/authorization.hpp>

#include <utility>

namespace coauth::cli {
namespace {

namespace json = boost::json;

awaitable<json::value> redeem(client at, grant redeemed) {
    const token issued = co_await at.exchange(std::move(redeemed));
    co_return json::value(reveal(issued));
}

awaitable<json::value> renew(client at, token old) {
    const token renewed = co_await at.refresh(std::move(old));
    co_return json::value(reveal(renewed));
}

awaitable<json::value> identify(client at, token whose) {
    const identity who = co_await at.userinfo(std::move(whose));
    co_return json::value(to_json(who));
}

awaitable<json::value> end(client at, token ended, parameters values) {
    co_await at.revoke(std::move(ended), std::move(values));
    json::object done;
    done["revoked"] = true;
    co_return json::value(std::move(done));
}

awaitable<json::value> ask(client at, token asked) {
    const validation answer = co_await at.validate(std::move(asked));
    co_return json::value(to_json(answer));
}

/// The grant of a login that `authorize` began, from its callback.
grant read_grant(const client& at, const arguments& given) {
    const secret callback =
        *given.callback == "-" ? read_line_of("-", "the callback") : secret(std::string(*given.callback));
    const authorization login = read_login(given.login_file.empty() ? "-" : given.login_file);
    return at.read_callback(login, trimmed(callback.reveal()));
}

/// The grant from a code that came by other means; the login tells verifier and redirect URI, if it is given.
grant make_grant(const session& with, const arguments& given) {
    grant made(*given.code == "-" ? read_line_of("-", "the code") : secret(std::string(*given.code)));
    made.redirect_uri = with.who().redirect_uri;
    if (!given.login_file.empty()) {
        authorization login = read_login(given.login_file);
        made.code_verifier = std::move(login.code_verifier);
        made.redirect_uri = std::move(login.redirect_uri);
        made.state = std::move(login.state);
        made.scopes = std::move(login.scopes);
    }
    return made;
}

}  // namespace

exit_status authorize(const arguments& given) {
    output printed(given.output_file);
    const provider::profile what = read_profile(given.provider);
    const credentials who = read_credentials(given, what);
    printed.print(to_json(provider::authorize(what, who, read_wishes(given), *system_random()).value()));
    return exit_status::done;
}

exit_status exchange(const arguments& given) {
    if (!given.callback && !given.code) {
        throw program_error("exchange needs --callback URL or --code CODE; see coauth exchange --help");
    }
    output printed(given.output_file);
    session with(given);
    const client at = with.make_client();
    printed.print(with.run(redeem(at, given.callback ? read_grant(at, given) : make_grant(with, given))));
    return exit_status::done;
}

exit_status refresh(const arguments& given) {
    output printed(given.output_file);
    session with(given);
    printed.print(with.run(renew(with.make_client(), read_token(given.token_file))));
    return exit_status::done;
}

exit_status userinfo(const arguments& given) {
    output printed(given.output_file);
    session with(given);
    printed.print(with.run(identify(with.make_client(), read_token(given.token_file))));
    return exit_status::done;
}

exit_status revoke(const arguments& given) {
    output printed(given.output_file);
    session with(given);
    printed.print(with.run(end(with.make_client(), read_token(given.token_file), read_parameters(given.parameters))));
    return exit_status::done;
}

exit_status validate(const arguments& given) {
    output printed(given.output_file);
    session with(given);
    const json::value answer = with.run(ask(with.make_client(), read_token(given.token_file)));
    printed.print(answer);
    if (!answer.at("active").as_bool()) {
        throw program_error(with.profile().name() + " validate: the provider does not take the token: log in again",
                            exit_status::refused);
    }
    return exit_status::done;
}

exit_status call(const arguments& given) {
    output printed(given.output_file);
    session with(given);
    token presented = read_token(given.token_file, false);
    printed.print(
        with.run(with.make_client().call(given.operation, read_parameters(given.values), std::move(presented))));
    return exit_status::done;
}

}  // namespace coauth::cli
