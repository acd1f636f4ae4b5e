#include "cache/clients.hpp"

#include "tests/cache/rotating_provider.hpp"

#include <coauth/provider/catalog.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace coauth;
using namespace coauth::cache;
using namespace std::chrono_literals;

namespace {

client client_of(test::rotating_provider& via, const std::string& provider, const std::string& client_id) {
    return client{via,
                  provider::builtin(provider),
                  {.client_id = client_id, .client_secret = secret{"s"}, .redirect_uri = "https://a.example/cb"}};
}

}  // namespace

TEST_CASE("a key without a client id means the only client of its provider") {
    test::rotating_provider via;
    const cache_options options;
    class clients served {
        options
    };
    const token_key bare{"hike", "ann"};
    key_view key = view_of(bare);
    CHECK_FALSE(served.complete(key));
    CHECK(served.incomplete(bare).code == errc::invalid_argument);
    CHECK(served.incomplete(bare).detail.find("token_cache::serve") != std::string::npos);

    served.serve(client_of(via, "vk", "another"));
    CHECK_FALSE(served.complete(key));
    served.serve(client_of(via, "hike", "one"));
    REQUIRE(served.complete(key));
    CHECK(key.client_id == "one");

    served.serve(client_of(via, "hike", "one"));  // takes the former one's place
    key = view_of(bare);
    REQUIRE(served.complete(key));

    served.serve(client_of(via, "hike", "two"));
    key = view_of(bare);
    CHECK_FALSE(served.complete(key));
    CHECK(served.incomplete(bare).detail.find("several") != std::string::npos);
    const token_key full{"hike", "not served", "ann"};
    key = view_of(full);
    CHECK(served.complete(key));
    CHECK(served.find("hike", "two") != nullptr);
    CHECK(served.find("hike", "not served") == nullptr);
    CHECK(served.find("hik", "eone") == nullptr);
}

TEST_CASE("clients know their profile's rules, and share their provider's gate") {
    test::rotating_provider via;
    cache_options options;
    options.expiring_threshold = 77s;
    class clients served {
        options
    };
    served.serve(client_of(via, "hike", "one"));
    served.serve(client_of(via, "hike", "two"));
    served.serve(client_of(via, "vk", "three"));
    const auto one = served.find("hike", "one");
    const auto vk = served.find("vk", "three");
    CHECK(one->rules.can_refresh);
    CHECK(one->rules.expiring_threshold == 77s);
    CHECK_FALSE(vk->rules.can_refresh);
    CHECK(vk->rules.expiring_threshold == 7200s);
    CHECK(one->gate == served.find("hike", "two")->gate);
    CHECK(one->gate != vk->gate);
    served.serve(client_of(via, "hike", "one"));
    CHECK(served.find("hike", "one") != one);
    CHECK(served.find("hike", "one")->gate == one->gate);
    CHECK(served.gates().size() == 2);
}

TEST_CASE("keys are completed while clients are added on another thread") {
    test::rotating_provider via;
    const cache_options options;
    class clients served {
        options
    };
    served.serve(client_of(via, "hike", "one"));
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    std::vector<std::thread> readers;
    for (int each = 0; each < 2; ++each) {
        readers.emplace_back([&] {
            const token_key bare{"hike", "ann"};
            while (!stop) {
                key_view key = view_of(bare);
                wrong += served.complete(key) && key.client_id == "one" ? 0 : 1;
                wrong += served.find("hike", "one") != nullptr ? 0 : 1;
            }
        });
    }
    for (int each = 0; each < 100; ++each) {
        served.serve(client_of(via, "vk", std::to_string(each)));
    }
    stop = true;
    for (std::thread& each : readers) {
        each.join();
    }
    CHECK(wrong == 0);
}
