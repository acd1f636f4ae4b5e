#include "provider/foreign_text.hpp"
#include "provider/reply_json.hpp"

#include <coauth/flow/client.hpp>
#include <coauth/provider/request.hpp>

#include <boost/asio/error.hpp>

#include <utility>

namespace coauth {

struct client::state {
    transport* via;
    provider::profile what;
    std::shared_ptr<const credentials> who;  ///< Shared by clients that differ in their limit alone.
    client_options options;

    [[nodiscard]] clock::wall_time now() const { return options.clock->now(); }
};

namespace {

/// The failure of a transport of the user's own that does not throw `coauth::error`.
failure foreign_failure(const boost::system::error_code& code) {
    failure what;
    what.code = code == boost::asio::error::operation_aborted ? errc::cancelled : errc::connection_lost;
    what.detail = printable(code.message());
    what.request_sent = true;
    return what;
}

/// Completes what a lower floor knows of a failure, and throws it.
[[noreturn]] void fail(failure what, const http_request& request) {
    if (what.step.empty()) {
        what.step = request.operation;
    }
    if (what.provider.empty()) {
        what.provider = request.provider;
    }
    what.repeatable = request.idempotent;
    throw error(std::move(what));
}

/// Takes the secrets that were sent out of what the provider said: it may have repeated them.
void redact(std::string& said, const provider::request_values& sent) {
    provider::redact(said, sent.who->client_secret.reveal());
    if (sent.grant) {
        provider::redact(said, sent.grant->code.reveal());
        provider::redact(said, sent.grant->code_verifier.reveal());
    }
    if (sent.token) {
        provider::redact(said, sent.token->access_token.reveal());
        provider::redact(said, sent.token->refresh_token ? sent.token->refresh_token->reveal() : "");
    }
}

void check_json_depth(std::size_t depth) {
    if (depth == 0 || depth > provider::greatest_json_depth) {
        failure what;
        what.code = errc::invalid_argument;
        what.detail =
            "client_options::max_json_depth has to be from 1 to " + std::to_string(provider::greatest_json_depth);
        throw error(std::move(what));
    }
}

/// An answer, and what was asked.
struct answer {
    http_response response;
    http_request asked;  // without what was moved into the transport: URL, headers, body

    /// What a pure function read from the answer; its failure came after the request was sent with `sent`.
    template <class T>
    T value_of(result<T> read, const provider::request_values& sent) const {
        if (!read) {
            failure what = read.error();
            what.request_sent = true;
            for (std::string* said : {&what.detail, &what.provider_code, &what.provider_text}) {
                redact(*said, sent);
            }
            fail(std::move(what), asked);
        }
        return std::move(*read);
    }
};

awaitable<answer> ask(transport& via, http_request request) {
    answer got;
    got.asked.provider = request.provider;
    got.asked.operation = request.operation;
    got.asked.idempotent = request.idempotent;
    try {
        got.response = co_await via.send(std::move(request));
    } catch (const error& thrown) {
        fail(thrown.details(), got.asked);
    } catch (const boost::system::system_error& thrown) {
        fail(foreign_failure(thrown.code()), got.asked);
    }
    co_return got;
}

}  // namespace

/// The steps as coroutines over the shared state, which they own: the client that began them need not live on.
struct client::steps {
    using shared = std::shared_ptr<const state>;

    static http_request build(const state& self, std::string_view operation, const provider::request_values& values) {
        http_request request = provider::build_request(self.what, operation, values).value();
        request.timeout = self.options.timeout;
        return request;
    }

    static awaitable<token> exchange(shared self, grant redeemed) {
        if (redeemed.issued) {
            co_return std::move(*redeemed.issued);
        }
        provider::request_values values;
        values.who = self->who.get();
        values.grant = &redeemed;
        const answer got = co_await ask(*self->via, build(*self, "exchange", values));
        co_return got.value_of(provider::read_token(self->what, "exchange", got.response, self->now(), nullptr,
                                                    self->options.max_json_depth),
                               values);
    }

    static awaitable<token> refresh(shared self, token old) {
        provider::request_values values;
        values.who = self->who.get();
        values.token = &old;
        const answer got = co_await ask(*self->via, build(*self, "refresh", values));
        co_return got.value_of(
            provider::read_token(self->what, "refresh", got.response, self->now(), &old, self->options.max_json_depth),
            values);
    }

    static awaitable<identity> userinfo(shared self, token whose) {
        provider::request_values values;
        values.who = self->who.get();
        values.token = &whose;
        const answer got = co_await ask(*self->via, build(*self, "userinfo", values));
        co_return got.value_of(
            provider::read_identity(self->what, "userinfo", got.response, self->options.max_json_depth), values);
    }

    static awaitable<validation> validate(shared self, token asked) {
        provider::request_values values;
        values.who = self->who.get();
        values.token = &asked;
        const answer got = co_await ask(*self->via, build(*self, "validate", values));
        validation found = got.value_of(
            provider::read_validation(self->what, "validate", got.response, self->options.max_json_depth), values);
        redact(found.reason, values);
        co_return found;
    }

    static awaitable<boost::json::value> call(shared self, std::string operation, parameters arguments, token with) {
        provider::request_values values;
        values.who = self->who.get();
        values.token = &with;
        values.arguments = &arguments;
        const answer got = co_await ask(*self->via, build(*self, operation, values));
        co_return got.value_of(provider::read_value(self->what, operation, got.response, self->options.max_json_depth),
                               values);
    }

    static awaitable<void> revoke(shared self, token ended, parameters arguments) {
        std::string operation = "revoke";
        co_await call(std::move(self), std::move(operation), std::move(arguments), std::move(ended));
    }
};

client::client(std::shared_ptr<const state> shared) noexcept : state_(std::move(shared)) {}

client::client(transport& via, provider::profile what, credentials who, client_options options) {
    if (!options.clock) {
        options.clock = system_clock();
    }
    if (!options.random) {
        options.random = system_random();
    }
    check_json_depth(options.max_json_depth);
    state_ = std::make_shared<const state>(
        state{&via, std::move(what), std::make_shared<const credentials>(std::move(who)), std::move(options)});
}

const provider::profile& client::profile() const noexcept {
    return state_->what;
}

const std::string& client::client_id() const noexcept {
    return state_->who->client_id;
}

const std::string& client::redirect_uri() const noexcept {
    return state_->who->redirect_uri;
}

client client::with_timeout(std::chrono::milliseconds timeout) const {
    state changed = *state_;
    changed.options.timeout = timeout;
    return client(std::make_shared<const state>(std::move(changed)));
}

authorization client::authorize(const authorize_options& options) const {
    return provider::authorize(state_->what, *state_->who, options, *state_->options.random).value();
}

grant client::read_callback(const authorization& login, std::string_view callback) const {
    return provider::read_callback(state_->what, login, callback, state_->now()).value();
}

awaitable<token> client::exchange(grant redeemed) const {
    return steps::exchange(state_, std::move(redeemed));
}

awaitable<token> client::refresh(token old) const {
    return steps::refresh(state_, std::move(old));
}

awaitable<identity> client::userinfo(token whose) const {
    return steps::userinfo(state_, std::move(whose));
}

awaitable<void> client::revoke(token ended, parameters arguments) const {
    return steps::revoke(state_, std::move(ended), std::move(arguments));
}

awaitable<validation> client::validate(token asked) const {
    return steps::validate(state_, std::move(asked));
}

awaitable<boost::json::value> client::call(std::string operation, parameters arguments, token with) const {
    return steps::call(state_, std::move(operation), std::move(arguments), std::move(with));
}

}  // namespace coauth
