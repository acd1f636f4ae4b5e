// libcurl's multi interface with Boost.JSON: easy handles kept for their connections, one thread, HTTP/1.1.
#include "contest.hpp"

#include <boost/json/parse.hpp>

#include <curl/curl.h>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace json = boost::json;

void require(CURLcode done, const char* what) {
    if (done != CURLE_OK) {
        contest::fail(std::string{what} + ": " + curl_easy_strerror(done));
    }
}

void require(CURLMcode done) {
    if (done != CURLM_OK) {
        contest::fail(curl_multi_strerror(done));
    }
}

std::size_t append(const char* data, std::size_t, std::size_t length, void* to) {
    static_cast<std::string*>(to)->append(data, length);
    return length;
}

/// A login that is under way.
struct login {
    contest::clock::time_point begun;
    std::string access_token;
};

/// An easy handle, and the headers that it sends.
class request {
public:
    explicit request(const contest::orders& given) : handle_{curl_easy_init()}, origin_{contest::origin(given)} {
        curl_easy_setopt(handle_, CURLOPT_CAINFO, given.ca_file.c_str());
        curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
        curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle_, CURLOPT_SSL_SESSIONID_CACHE, given.mode == contest::mode::resumed ? 1L : 0L);
        curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &append);
        curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &body_);
        curl_easy_setopt(handle_, CURLOPT_PRIVATE, this);
    }
    request(const request&) = delete;
    request& operator=(const request&) = delete;
    ~request() {
        curl_slist_free_all(headers_);
        curl_easy_cleanup(handle_);
    }

    void exchange(login which) {
        const auto field = [&](std::string name, std::string_view value) {
            char* const escaped = curl_easy_escape(handle_, value.data(), static_cast<int>(value.size()));
            name.append("=").append(escaped);
            curl_free(escaped);
            return name;
        };
        const std::string form =
            field("grant_type", "authorization_code") + "&" + field("code", contest::code) + "&" +
            field("redirect_uri", contest::redirect_uri) + "&" + field("client_id", contest::client_id) + "&" +
            field("client_secret", contest::client_secret) + "&" + field("code_verifier", contest::code_verifier);
        curl_easy_setopt(handle_, CURLOPT_POST, 1L);
        curl_easy_setopt(handle_, CURLOPT_COPYPOSTFIELDS, form.c_str());
        begin(std::move(which), "/oauth/token", nullptr);
    }

    void userinfo(login which) {
        const std::string bearer = "Authorization: Bearer " + which.access_token;
        curl_easy_setopt(handle_, CURLOPT_HTTPGET, 1L);
        begin(std::move(which), "/oauth/userinfo", bearer.c_str());
    }

    /// The JSON that was answered.
    [[nodiscard]] json::value answer() const {
        long status = 0;
        curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
        if (status != 200) {
            contest::fail("answered: " + std::to_string(status));
        }
        return json::parse(body_);
    }

    [[nodiscard]] CURL* handle() const noexcept { return handle_; }
    [[nodiscard]] login& whose() noexcept { return login_; }

private:
    void begin(login which, const char* path, const char* authorization) {
        login_ = std::move(which);
        body_.clear();
        curl_slist_free_all(headers_);
        headers_ = curl_slist_append(nullptr, "Accept: application/json");
        if (authorization != nullptr) {
            headers_ = curl_slist_append(headers_, authorization);
        }
        curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_);
        curl_easy_setopt(handle_, CURLOPT_URL, (origin_ + path).c_str());
    }

    CURL* handle_;
    curl_slist* headers_ = nullptr;
    const std::string origin_;
    std::string body_;
    login login_;
};

/// As many requests at once as there are connections; the others wait here, which is cheaper than in libcurl.
class client {
public:
    explicit client(contest::orders orders) : given_{std::move(orders)}, multi_{curl_multi_init()} {
        curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(given_.connections));
        curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(given_.connections));
        for (std::size_t each = 0; each < given_.connections; ++each) {
            requests_.push_back(std::make_unique<request>(given_));
            if (given_.mode == contest::mode::resumed) {
                curl_easy_setopt(requests_.back()->handle(), CURLOPT_SHARE, sessions());
            }
            free_.push_back(requests_.back().get());
        }
    }

    void run(contest::course& logins) {
        logins.start();
        for (std::size_t each = 0; each < given_.in_flight && logins.take(); ++each) {
            waiting_.push_back({contest::clock::now(), {}});
        }
        begin_waiting();
        for (bool all_done = false; !all_done;) {
            int running = 0;
            require(curl_multi_perform(multi_, &running));
            all_done = collect(logins);
            begin_waiting();
            if (!all_done) {
                require(curl_multi_poll(multi_, nullptr, 0, 1000, nullptr));
            }
        }
        logins.stop();
    }

private:
    /// Where the handles keep their TLS sessions together.
    static CURLSH* sessions() {
        static CURLSH* const shared = [] {
            CURLSH* const made = curl_share_init();
            curl_share_setopt(made, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
            return made;
        }();
        return shared;
    }

    void begin_waiting() {
        while (!waiting_.empty() && !free_.empty()) {
            request* const next = free_.back();
            free_.pop_back();
            login which = std::move(waiting_.front());
            waiting_.pop_front();
            if (which.access_token.empty()) {
                next->exchange(std::move(which));
            } else {
                next->userinfo(std::move(which));
            }
            require(curl_multi_add_handle(multi_, next->handle()));
        }
    }

    /// Takes what was answered. Returns whether the last login was done.
    bool collect(contest::course& logins) {
        int left = 0;
        bool all_done = false;
        while (const CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
            require(message->data.result, "request");
            request* done = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &done);
            require(curl_multi_remove_handle(multi_, done->handle()));
            all_done = take(*done, logins) || all_done;
            free_.push_back(done);
        }
        return all_done;
    }

    bool take(request& done, contest::course& logins) {
        login& which = done.whose();
        const json::value answer = done.answer();
        if (which.access_token.empty()) {
            which.access_token = answer.at("access_token").as_string();
            if (which.access_token.size() != contest::access_token_length) {
                contest::fail("another token came");
            }
            waiting_.push_back(std::move(which));
            return false;
        }
        if (answer.at("sub").as_string() != contest::subject) {
            contest::fail("another user came");
        }
        const bool last = logins.done(which.begun);
        if (logins.take()) {
            waiting_.push_back({contest::clock::now(), {}});
        }
        return last;
    }

    const contest::orders given_;
    CURLM* multi_;
    std::vector<std::unique_ptr<request>> requests_;
    std::vector<request*> free_;
    std::deque<login> waiting_;
};

}  // namespace

int main(int argc, char** argv) {
    const contest::orders given = contest::read_orders(argc, argv);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    client all{given};
    contest::course warm_up{given.warm_up};
    all.run(warm_up);
    contest::course measured{given.logins};
    all.run(measured);
    measured.print("libcurl", given);
}
