#include "examples/vk_token_api/credentials.hpp"

#include "examples/vk_token_api/credential_record.hpp"
#include "tests/failure_of.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/sqlite/sqlite_store.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace vk_token_api {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

const coauth::clock::wall_time now{1'768'059'000s};

template <class T>
T run(coauth::awaitable<T> work) {
    asio::io_context context{1};
    auto done = asio::co_spawn(context, std::move(work), asio::use_future);
    context.run();
    return done.get();
}

new_token token_of(const std::string& text, std::int64_t user_id = 7) {
    new_token made;
    made.access_token = coauth::secret{text};
    made.user_id = user_id;
    made.received_at = now;
    return made;
}

/// A folder that is gone with its test.
class folder {
public:
    folder() {
        std::string name = (std::filesystem::temp_directory_path() / "vk-token-api-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~folder() { std::filesystem::remove_all(path_); }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;

    [[nodiscard]] std::string file() const { return (path_ / "tokens.db").string(); }

private:
    std::filesystem::path path_;
};

coauth::key_ring ring() {
    return coauth::key_ring::parse(coauth::secret{"test:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="}).value();
}

std::shared_ptr<coauth::token_store> open(const folder& at, const coauth::key_ring& keys) {
    return std::make_shared<coauth::sqlite_store>(at.file(), coauth::token_seal::under(keys));
}

std::vector<std::int64_t> not_notified(const credentials& of) {
    std::vector<std::int64_t> ids;
    of.for_each_not_notified([&](const credential& each) { ids.push_back(each.id); });
    return ids;
}

TEST_CASE("credentials: ids, ends and what was told stay over a restart, in a sealed file") {
    const folder at;
    {
        credentials kept{open(at, ring())};
        run(kept.load());
        CHECK(run(kept.save("ann", "my_vk", token_of("vk1.a.PLAINLY_VISIBLE", 1))).id == 1);
        CHECK(run(kept.save("bob", "my_vk", token_of("vk1.a.two", 2))).id == 2);
        run(kept.mark_notified(*kept.latest("bob")));
    }
    std::ifstream in{at.file(), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    CHECK(!bytes.empty());
    CHECK(bytes.find("PLAINLY_VISIBLE") == bytes.npos);

    credentials again{open(at, ring())};
    run(again.load());
    const auto ann = again.find("ann", "my_vk");
    REQUIRE(ann);
    CHECK(ann->id == 1);
    CHECK(ann->user_id == 1);
    CHECK(ann->expires_at == now + 24h);
    CHECK(ann->submitted_at == now);
    CHECK(!ann->notified);
    CHECK(again.latest("bob")->notified);
    CHECK(not_notified(again) == std::vector<std::int64_t>{1});
    CHECK(run(again.save("ann", "my_vk", token_of("vk1.a.three", 1))).id == 1);
    CHECK(run(again.save("cyd", "my_vk", token_of("vk1.a.four", 4))).id == 3);
}

TEST_CASE("credentials: a file under another key is not begun with") {
    const folder at;
    {
        credentials kept{open(at, ring())};
        run(kept.load());
        (void)run(kept.save("ann", "my_vk", token_of("vk1.a.one")));
    }
    const auto other = coauth::key_ring::parse(coauth::secret{"else:QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="});
    credentials kept{open(at, other.value())};
    CHECK(coauth::test::failure_of([&] { run(kept.load()); }).code == coauth::errc::unsealing_failed);
}

TEST_CASE("credentials: two first tokens of one account at once are one credential") {
    credentials kept{std::make_shared<coauth::memory_store>()};
    asio::io_context context{1};
    auto one = asio::co_spawn(context, kept.save("ann", "my_vk", token_of("vk1.a.one")), asio::use_future);
    auto two = asio::co_spawn(context, kept.save("ann", "my_vk", token_of("vk1.a.two")), asio::use_future);
    context.run();
    CHECK(one.get().id == two.get().id);
    CHECK(kept.of("ann").size() == 1);
}

TEST_CASE("credentials: what was told is told of that token, not of the next") {
    credentials kept{std::make_shared<coauth::memory_store>()};
    const credential first = run(kept.save("ann", "my_vk", token_of("vk1.a.one")));
    run(kept.mark_notified(first));
    CHECK(kept.latest("ann")->notified);
    CHECK(run(kept.save("ann", "my_vk", token_of("vk1.a.one"))).notified);
    const credential second = run(kept.save("ann", "my_vk", token_of("vk1.a.two")));
    CHECK(!second.notified);
    run(kept.mark_notified(first));  // late
    CHECK(!kept.latest("ann")->notified);
}

TEST_CASE("credentials: a record that somebody removed is not told of again and again") {
    const auto store = std::make_shared<coauth::memory_store>();
    credentials kept{store};
    const credential saved = run(kept.save("ann", "my_vk", token_of("vk1.a.one")));
    REQUIRE(run(store->erase(key_of("ann", "my_vk"))));
    run(kept.mark_notified(saved));
    CHECK(not_notified(kept).empty());
    CHECK(run(kept.save("ann", "my_vk", token_of("vk1.a.two"))).id == 2);
}

TEST_CASE("credentials: records of other programs are left alone") {
    const auto store = std::make_shared<coauth::memory_store>();
    const coauth::token_record record{coauth::token{coauth::secret{"vk1.a.one"}}};
    (void)run(store->commit({"vk", "a login's client", "100001"}, record, 0));
    credentials kept{store};
    run(kept.load());
    CHECK(not_notified(kept).empty());
    CHECK(run(kept.save("ann", "my_vk", token_of("vk1.a.two"))).id == 1);
}

TEST_CASE("credentials: no two accounts share a key") {
    CHECK(key_of("a", "b/c") != key_of("a/b", "c"));
    CHECK(key_of("a%2Fb", "c") != key_of("a/b", "c"));
    CHECK(key_of("", "a") != key_of("a", ""));
}

}  // namespace
}  // namespace vk_token_api
