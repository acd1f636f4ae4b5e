#include <coauth/flow/client.hpp>
#include <coauth/provider/reply.hpp>
#include <coauth/provider/request.hpp>

#include <boost/asio/error.hpp>

#include <utility>

namespace coauth {

struct client::state {
    transport* via;
    provider::profile what;
    credentials who;
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

/// What is known of a request after it was moved into the transport.
http_request label_of(const http_request& request) {
    http_request label;
    label.provider = request.provider;
    label.operation = request.operation;
    label.idempotent = request.idempotent;
    return label;
}

awaitable<http_response> send(transport& via, http_request request) {
    const http_request label = label_of(request);
    try {
        co_return co_await via.send(std::move(request));
    } catch (const error& thrown) {
        fail(thrown.details(), label);
    } catch (const boost::system::system_error& thrown) {
        fail(foreign_failure(thrown.code()), label);
    }
}

/// The value of what a pure function read from an answer; its failure came after the request was sent.
template <class T>
T value_of(result<T> read, const http_request& label) {
    if (!read) {
        failure what = read.error();
        what.request_sent = true;
        fail(std::move(what), label);
    }
    return std::move(*read);
}

}  // namespace

/// The steps as coroutines over the shared state, which they own: the client that began them need not live on.
struct client::steps {
    using shared = std::shared_ptr<const state>;

    static http_request build(const state& self, std::string_view operation, provider::request_values values) {
        values.who = &self.who;
        http_request request = provider::build_request(self.what, operation, values).value();
        request.timeout = self.options.timeout;
        return request;
    }

    static awaitable<token> exchange(shared self, grant redeemed) {
        if (redeemed.issued) {
            co_return std::move(*redeemed.issued);
        }
        provider::request_values values;
        values.grant = &redeemed;
        http_request request = build(*self, "exchange", values);
        const http_request label = label_of(request);
        const http_response response = co_await send(*self->via, std::move(request));
        co_return value_of(provider::read_token(self->what, "exchange", response, self->now()), label);
    }

    static awaitable<token> refresh(shared self, token old) {
        provider::request_values values;
        values.token = &old;
        http_request request = build(*self, "refresh", values);
        const http_request label = label_of(request);
        const http_response response = co_await send(*self->via, std::move(request));
        co_return value_of(provider::read_token(self->what, "refresh", response, self->now(), &old), label);
    }

    static awaitable<identity> userinfo(shared self, token whose) {
        provider::request_values values;
        values.token = &whose;
        http_request request = build(*self, "userinfo", values);
        const http_request label = label_of(request);
        const http_response response = co_await send(*self->via, std::move(request));
        co_return value_of(provider::read_identity(self->what, "userinfo", response), label);
    }

    static awaitable<validation> validate(shared self, token asked) {
        provider::request_values values;
        values.token = &asked;
        http_request request = build(*self, "validate", values);
        const http_request label = label_of(request);
        const http_response response = co_await send(*self->via, std::move(request));
        co_return value_of(provider::read_validation(self->what, "validate", response), label);
    }

    static awaitable<boost::json::value> call(shared self, std::string operation, parameters arguments, token with) {
        provider::request_values values;
        values.token = &with;
        values.arguments = &arguments;
        http_request request = build(*self, operation, values);
        const http_request label = label_of(request);
        const http_response response = co_await send(*self->via, std::move(request));
        co_return value_of(provider::read_value(self->what, operation, response), label);
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
    state_ = std::make_shared<const state>(state{&via, std::move(what), std::move(who), std::move(options)});
}

const provider::profile& client::profile() const noexcept {
    return state_->what;
}

client client::with_timeout(std::chrono::milliseconds timeout) const {
    state changed = *state_;
    changed.options.timeout = timeout;
    return client(std::make_shared<const state>(std::move(changed)));
}

authorization client::authorize(const authorize_options& options) const {
    return provider::authorize(state_->what, state_->who, options, *state_->options.random).value();
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
