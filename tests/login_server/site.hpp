#pragma once

#include "login_server/event_log.hpp"
#include "login_server/sandboxed.hpp"
#include "login_server/service.hpp"

#include <coauth/core/encoding.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace login_server::test {

namespace asio = boost::asio;

/// A text that has been written to a stream.
class written_text {
public:
    ~written_text() {
        std::fclose(stream);
        std::free(text_);
    }
    [[nodiscard]] std::string text() {
        std::fflush(stream);
        return {text_, length_};
    }

private:
    char* text_ = nullptr;
    std::size_t length_ = 0;

public:
    std::FILE* const stream = open_memstream(&text_, &length_);
};

/// The service over the sandbox, on the test's thread; requests come as values, without sockets.
class site {
public:
    explicit site(void (*change)(configuration&) = [](configuration&) {}) {
        configuration settings = sandbox_configuration(8080);
        change(settings);
        register_redirect_uris(sandbox, settings);
        host = settings.public_url.substr(settings.public_url.find("//") + 2);
        served.emplace(
            context.get_executor(), std::move(settings), pool_options_for(sandbox), log, [] { return 1U; }, &sandbox);
    }

    ~site() {
        run(served->close());
        sandbox.stop();
    }

    template <class T>
    T run(coauth::awaitable<T> operation) {
        std::optional<T> value;
        finish(std::move(operation), [&](T got) { value.emplace(std::move(got)); });
        return std::move(*value);
    }

    void run(coauth::awaitable<void> operation) {
        finish(std::move(operation), [] {});
    }

    asio::io_context context{1};
    written_text logged;
    event_log log{logged.stream};
    coauth::sandbox::server sandbox{context.get_executor()};
    std::string host;
    std::optional<service> served;

private:
    template <class Operation, class Take>
    void finish(Operation operation, Take take) {
        std::exception_ptr thrown;
        bool done = false;
        asio::co_spawn(context, std::move(operation), asio::deferred)([&](std::exception_ptr failed, auto... value) {
            thrown = failed;
            if (!failed) {
                take(std::move(value)...);
            }
            done = true;
        });
        while (!done) {
            context.run_one();
        }
        if (thrown) {
            std::rethrow_exception(thrown);
        }
    }
};

inline std::string header_of(const web::response& from, std::string_view name) {
    for (const web::header& each : from.headers) {
        if (each.name == name) {
            return each.value;
        }
    }
    return "";
}

/// A browser with its cookies.
class browser {
public:
    explicit browser(site& at) : at_(at) {}

    web::response get(const std::string& target) { return send("GET", target, ""); }

    web::response post(const std::string& target, const std::string& form) { return send("POST", target, form); }

    web::response send(const std::string& method, const std::string& target, const std::string& body) {
        web::request asked;
        asked.method = method;
        asked.target = target;
        asked.path = target.substr(0, target.find('?'));
        asked.body = body;
        asked.address = "127.0.0.1";
        asked.headers = more;
        asked.headers.push_back({"Host", at_.host});
        asked.headers.push_back({"Cookie", cookie_header()});
        if (method == "POST") {
            asked.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
        }
        web::response made = at_.run(at_.served->answer(std::move(asked)));
        keep(made);
        return made;
    }

    /// Up to the callback: its path and query, or fragment.
    std::string come_back(const std::string& provider, const char* decision = "allow", const char* user = "ann") {
        const std::string page = header_of(get("/login/" + provider), "Location");
        more = {{"X-Sandbox-Decision", decision}, {"X-Sandbox-User", user}};
        const std::string callback = header_of(get(page), "Location");
        more.clear();
        return callback.substr(callback.find("/callback/"));
    }

    web::response log_in(const std::string& provider, const char* user = "ann") {
        return finish(come_back(provider, "allow", user));
    }

    web::response finish(const std::string& callback) {
        const std::size_t fragment = callback.find('#');
        return fragment == std::string::npos ? get(callback)
                                             : post(callback.substr(0, fragment), callback.substr(fragment + 1));
    }

    /// The form of a button on the account's page.
    std::string form(const std::string& provider) {
        const std::string page = get("/me").body;
        const std::string before = "name=\"form_token\" value=\"";
        const std::size_t at = page.find(before) + before.size();
        return "provider=" + provider + "&form_token=" + page.substr(at, page.find('"', at) - at);
    }

    std::map<std::string, std::string> cookies;
    std::vector<web::header> more;

private:
    std::string cookie_header() const {
        std::string text;
        for (const auto& [name, value] : cookies) {
            text += (text.empty() ? "" : "; ") + name + "=" + value;
        }
        return text;
    }

    void keep(const web::response& made) {
        for (const web::header& each : made.headers) {
            if (each.name != "Set-Cookie") {
                continue;
            }
            const std::string pair = each.value.substr(0, each.value.find(';'));
            const std::size_t equals = pair.find('=');
            cookies.erase(pair.substr(0, equals));
            if (each.value.find("Max-Age=0") == std::string::npos) {
                cookies.emplace(pair.substr(0, equals), pair.substr(equals + 1));
            }
        }
    }

    site& at_;
};

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace login_server::test
