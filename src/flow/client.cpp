#include "provider/foreign_text.hpp"
#include "provider/profile_data.hpp"
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

/// What was read of an answer: it came after the request was sent, and a name in it may repeat what was sent.
failure heard(failure what, const provider::request_values& sent) {
    what.request_sent = true;
    provider::redact(what.detail, sent);
    return what;
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

}  // namespace

/// The steps as coroutines over the shared state, which they own: the client that began them need not live on. A step
/// has what it is given, `values` of that for the request, and `read` for the answer.
struct client::steps {
    using shared = std::shared_ptr<const state>;

    struct exchange {
        explicit exchange(grant&& what) : redeemed(std::move(what)) {}
        void give(provider::request_values& values) const { values.grant = &redeemed; }
        result<token> read(const state& self, const http_response& answer, const provider::request_values& sent) const {
            return provider::read_token(self.what, operation, answer, self.now(), nullptr, self.options.max_json_depth,
                                        &sent);
        }
        static constexpr std::string_view operation = "exchange";
        grant redeemed;
    };

    struct of_token {
        explicit of_token(token&& what) : with(std::move(what)) {}
        void give(provider::request_values& values) const { values.token = &with; }
        token with;
    };

    struct refresh : of_token {
        using of_token::of_token;
        result<token> read(const state& self, const http_response& answer, const provider::request_values& sent) const {
            return provider::read_token(self.what, operation, answer, self.now(), &with, self.options.max_json_depth,
                                        &sent);
        }
        static constexpr std::string_view operation = "refresh";
    };

    struct userinfo : of_token {
        using of_token::of_token;
        result<identity> read(const state& self, const http_response& answer,
                              const provider::request_values& sent) const {
            return provider::read_identity(self.what, operation, answer, self.options.max_json_depth, &sent);
        }
        static constexpr std::string_view operation = "userinfo";
    };

    struct validate : of_token {
        using of_token::of_token;
        result<validation> read(const state& self, const http_response& answer,
                                const provider::request_values& sent) const {
            return provider::read_validation(self.what, operation, answer, self.options.max_json_depth, &sent);
        }
        static constexpr std::string_view operation = "validate";
    };

    struct call : of_token {
        call(std::string name, parameters&& given, token&& what)
            : of_token(std::move(what)), operation(std::move(name)), arguments(std::move(given)) {}
        void give(provider::request_values& values) const {
            of_token::give(values);
            values.arguments = &arguments;
        }
        result<boost::json::value> read(const state& self, const http_response& answer,
                                        const provider::request_values& sent) const {
            return provider::read_value(self.what, operation, answer, self.options.max_json_depth, &sent);
        }
        std::string operation;
        parameters arguments;
    };

    template <class Step>
    using read_by = typename decltype(std::declval<const Step&>().read(
        std::declval<const state&>(), std::declval<const http_response&>(),
        std::declval<const provider::request_values&>()))::value_type;

    // The frame holds what has to outlast the wait and nothing else: Asio has small ones ready, and goes without for
    // those over 1 KiB.
    template <class Step>
    static awaitable<read_by<Step>> run(shared self, Step step) {
        awaitable<http_response> asked = ask(*self, step);
        http_response answer;
        try {
            answer = co_await std::move(asked);
        } catch (...) {
            fail_unanswered(*self, step.operation);
        }
        co_return value_in(conclude(*self, step, answer));
    }

    template <class Step>
    static provider::request_values values_of(const state& self, const Step& step) {
        provider::request_values values;
        values.who = self.who.get();
        step.give(values);
        return values;
    }

    template <class Step>
    static awaitable<http_response> ask(const state& self, const Step& step) {
        auto request = provider::build_request(self.what, step.operation, values_of(self, step));
        request.value().timeout = self.options.timeout;
        return self.via->send(std::move(*request));
    }

    /// The value in a temporary, to be moved once: `*` of one gives a new value, moved out of it, to be moved again.
    template <class T>
    static T&& value_in(result<T>&& read) {
        return std::move(*read);
    }

    /// What was read; it was something, or this throws.
    template <class Step>
    static result<read_by<Step>> conclude(const state& self, const Step& step, const http_response& answer) {
        const provider::request_values sent = values_of(self, step);
        auto read = step.read(self, answer, sent);
        if (!read) {
            fail(self, step.operation, heard(std::move(read).error(), sent));
        }
        return read;
    }

    /// With what the transport is throwing.
    [[noreturn]] static void fail_unanswered(const state& self, std::string_view operation) {
        try {
            throw;
        } catch (const error& thrown) {
            fail(self, operation, thrown.details());
        } catch (const boost::system::system_error& thrown) {
            fail(self, operation, foreign_failure(thrown.code()));
        }
    }

    /// Completes what a lower floor knows of a failure, and throws it.
    [[noreturn]] static void fail(const state& self, std::string_view operation, failure what) {
        if (what.step.empty()) {
            what.step = operation;
        }
        if (what.provider.empty()) {
            what.provider = self.what.name();
        }
        what.repeatable = self.what.data().find(operation)->idempotent;
        throw error(std::move(what));
    }

    static awaitable<token> issued(token already) { co_return already; }

    static awaitable<void> revoke(shared self, token ended, parameters arguments) {
        call step{"revoke", std::move(arguments), std::move(ended)};
        co_await run(std::move(self), std::move(step));
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
    if (redeemed.issued) {
        return steps::issued(std::move(*redeemed.issued));
    }
    return steps::run(state_, steps::exchange{std::move(redeemed)});
}

awaitable<token> client::refresh(token old) const {
    return steps::run(state_, steps::refresh{std::move(old)});
}

awaitable<identity> client::userinfo(token whose) const {
    return steps::run(state_, steps::userinfo{std::move(whose)});
}

awaitable<void> client::revoke(token ended, parameters arguments) const {
    return steps::revoke(state_, std::move(ended), std::move(arguments));
}

awaitable<validation> client::validate(token asked) const {
    return steps::run(state_, steps::validate{std::move(asked)});
}

awaitable<boost::json::value> client::call(std::string operation, parameters arguments, token with) const {
    return steps::run(state_, steps::call{std::move(operation), std::move(arguments), std::move(with)});
}

}  // namespace coauth
