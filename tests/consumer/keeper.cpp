// What keeps a token in a file, for as long as the process lives, and says what it read.
#include <coauth/sqlite/sqlite_store.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <filesystem>
#include <iostream>

namespace {

coauth::awaitable<bool> keep(coauth::token_store& store) {
    const coauth::token_key ann{"hitkey", "ann"};
    coauth::token_record record{coauth::token{coauth::secret{"access"}}};
    co_await store.commit(ann, std::move(record), 0);
    const std::optional<coauth::stored_token> found = co_await store.load(ann);
    co_return found && found->record.value.access_token == coauth::secret{"access"};
}

}  // namespace

int main(int, char** arguments) {
    const std::string path = std::string{arguments[0]} + ".db";
    std::filesystem::remove(path);
    const auto keys = coauth::key_ring::parse(coauth::key_ring::generate("2026")).value();
    coauth::sqlite_store store{path, coauth::token_seal::under(keys)};
    boost::asio::io_context context;
    auto kept = boost::asio::co_spawn(context, keep(store), boost::asio::use_future);
    context.run();
    const bool same = kept.get();
    std::cout << (same ? "kept\n" : "lost\n");
    return same ? 0 : 1;
}
