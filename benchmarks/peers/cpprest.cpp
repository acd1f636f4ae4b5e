// Microsoft's cpprestsdk: http_client and its JSON, one thread of its pool. Built by cpprest.sh, with the Boost it was
// made with.
#include "contest.hpp"

#include <condition_variable>
#include <cpprest/http_client.h>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <pplx/threadpool.h>

namespace {

using web::http::client::http_client;

/// A login that is under way.
struct login {
    contest::clock::time_point begun;
    std::string access_token{};
};

/// As many requests at once as there are connections: the library itself would open one for each.
class client {
public:
    explicit client(const contest::orders& orders)
        : given_{orders}, http_{contest::origin(orders)}, free_{orders.connections} {}

    void run(contest::course& logins) {
        logins.start();
        logins_ = &logins;
        all_done_ = false;
        for (std::size_t each = 0; each < given_.in_flight && logins.take(); ++each) {
            enqueue({contest::clock::now()});
        }
        std::unique_lock lock{mutex_};
        done_.wait(lock, [this] { return all_done_ && free_ == given_.connections; });
        logins.stop();
    }

private:
    void enqueue(login which) {
        {
            const std::lock_guard lock{mutex_};
            if (free_ == 0) {
                waiting_.push_back(std::move(which));
                return;
            }
            --free_;
        }
        send(std::move(which));
    }

    void send(login which) {
        const web::http::http_request request = which.access_token.empty() ? exchange() : userinfo(which);
        http_.request(request)
            .then([](web::http::http_response answer) {
                if (answer.status_code() != web::http::status_codes::OK) {
                    contest::fail("answered: " + std::to_string(answer.status_code()));
                }
                return answer.extract_json();
            })
            .then([this, which](pplx::task<web::json::value> answered) {
                try {
                    take(which, answered.get());
                } catch (const std::exception& failed) {
                    contest::fail(failed.what());
                }
                next();
            });
    }

    [[nodiscard]] static web::http::http_request exchange() {
        const auto field = [](std::string name, const std::string& value) {
            return name + "=" + web::uri::encode_data_string(value);
        };
        web::http::http_request request{web::http::methods::POST};
        request.set_request_uri("/oauth/token");
        request.headers().add("Accept", "application/json");
        request.set_body(
            field("grant_type", "authorization_code") + "&" + field("code", contest::code) + "&" +
                field("redirect_uri", contest::redirect_uri) + "&" + field("client_id", contest::client_id) + "&" +
                field("client_secret", contest::client_secret) + "&" + field("code_verifier", contest::code_verifier),
            "application/x-www-form-urlencoded");
        return request;
    }

    [[nodiscard]] static web::http::http_request userinfo(const login& which) {
        web::http::http_request request{web::http::methods::GET};
        request.set_request_uri("/oauth/userinfo");
        request.headers().add("Accept", "application/json");
        request.headers().add("Authorization", "Bearer " + which.access_token);
        return request;
    }

    void take(login which, const web::json::value& answer) {
        if (which.access_token.empty()) {
            which.access_token = answer.at("access_token").as_string();
            if (which.access_token.size() != contest::access_token_length) {
                contest::fail("another token came");
            }
            enqueue(std::move(which));
            return;
        }
        if (answer.at("sub").as_string() != contest::subject) {
            contest::fail("another user came");
        }
        if (logins_->done(which.begun)) {
            const std::lock_guard lock{mutex_};
            all_done_ = true;
        } else if (logins_->take()) {
            enqueue({contest::clock::now()});
        }
    }

    /// Of a connection that is free again.
    void next() {
        login which;
        {
            const std::lock_guard lock{mutex_};
            if (waiting_.empty()) {
                ++free_;
                done_.notify_one();
                return;
            }
            which = std::move(waiting_.front());
            waiting_.pop_front();
        }
        send(std::move(which));
    }

    const contest::orders given_;
    http_client http_;
    contest::course* logins_ = nullptr;
    std::mutex mutex_;
    std::condition_variable done_;
    std::deque<login> waiting_;
    std::size_t free_;
    bool all_done_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    const contest::orders given = contest::read_orders(argc, argv);
    // It reads the system's authorities anew for every connection, some 140 of them: here it finds only the one.
    setenv("SSL_CERT_FILE", given.ca_file.c_str(), 1);
    crossplat::threadpool::initialize_with_threads(given.threads);
    client all{given};
    contest::course warm_up{given.warm_up};
    all.run(warm_up);
    contest::course measured{given.logins};
    all.run(measured);
    measured.print("cpprest", given);
    // At once: its threads are in the last continuation still, and would find its client gone.
    std::fflush(nullptr);
    std::_Exit(0);
}
