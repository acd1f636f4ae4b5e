#include "cli/store.hpp"

#include "cli/exit_status.hpp"
#include "cli/interpret.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace coauth::cli {
namespace {

constexpr auto keys_variable = "COAUTH_STORE_KEYS";

token_seal read_seal(const arguments& given) {
    if (given.plaintext && !given.key_file.empty()) {
        throw program_error("--plaintext and --key-file exclude each other: a store is sealed or it is not");
    }
    if (given.plaintext) {
        return token_seal::plaintext();
    }
    if (!given.key_file.empty()) {
        return token_seal::under(key_ring::from_file(given.key_file));
    }
    const char* const keys = std::getenv(keys_variable);
    if (keys && *keys) {
        return token_seal::under(key_ring::from_environment(keys_variable));
    }
    throw program_error(std::string("a store is sealed under a key: give --key-file FILE or ") + keys_variable +
                        " (`coauth tokens key` makes a key), or --plaintext to do without");
}

error nothing_kept(const token_choice& wanted) {
    failure what;
    what.code = errc::no_token;
    what.step = "token";
    what.provider = printable(wanted.provider);
    what.detail =
        token_key(wanted.provider, wanted.client_id, wanted.account).text() + "; log in with `coauth login --store`";
    return error(std::move(what));
}

program_error unclear(const std::vector<store_page::item>& fitting) {
    std::string all;
    for (const store_page::item& each : fitting) {
        all += (all.empty() ? "" : ", ") + each.key.text();
    }
    return program_error("several tokens fit: " + printable(all) +
                         "; choose one with --client-id, --key-scope or --key-resource");
}

bool is_plain(const store_page::item& each) {
    return each.key.scope().empty() && each.key.resource().empty();
}

store_page::item chosen(std::vector<store_page::item> fitting, const token_choice& wanted) {
    if (fitting.empty()) {
        throw nothing_kept(wanted);
    }
    const auto plain = std::find_if(fitting.begin(), fitting.end(), is_plain);
    if (fitting.size() > 1 && std::count_if(fitting.begin(), fitting.end(), is_plain) != 1) {
        throw unclear(fitting);
    }
    return std::move(fitting.size() > 1 ? *plain : fitting.front());
}

/// Whether there is a record, be it readable or not.
awaitable<bool> has(store_ptr in, token_key key) {
    try {
        const std::optional<stored_token> found = co_await in->load(std::move(key));
        co_return found.has_value();
    } catch (const error& failed) {
        if (failed.reason() != errc::unsealing_failed) {
            throw;
        }
        co_return true;
    }
}

}  // namespace

store_ptr open_or_create_store(const arguments& given) {
    return std::make_shared<sqlite_store>(given.store_file, read_seal(given));
}

store_ptr open_store(const arguments& given) {
    token_seal seal = read_seal(given);
    std::error_code ignored;
    if (std::filesystem::status(given.store_file, ignored).type() == std::filesystem::file_type::not_found) {
        throw program_error("there is no store " + printable(given.store_file) +
                                "; `coauth login --store` and `coauth tokens put` make one",
                            exit_status::store);
    }
    return std::make_shared<sqlite_store>(given.store_file, std::move(seal));
}

token_choice::token_choice(const arguments& given, std::string its_provider, std::string its_client_id)
    : provider(std::move(its_provider)),
      account(given.account),
      client_id(std::move(its_client_id)),
      resource(given.key_resource) {
    if (given.key_scope) {
        scope = token_key().with_scopes(read_scopes({*given.key_scope})).scope();
    }
}

bool token_choice::fits(const token_key& key) const {
    return key.provider() == provider && key.account() == account &&
           (client_id.empty() || key.client_id() == client_id) && key.scope() == scope.value_or(key.scope()) &&
           key.resource() == resource.value_or(key.resource());
}

awaitable<store_page::item> find_record(store_ptr in, token_choice wanted) {
    constexpr std::size_t at_once = 500;
    std::vector<store_page::item> fitting;
    std::string after;
    do {
        store_page page = co_await in->scan(after, at_once);
        for (store_page::item& each : page.items) {
            if (wanted.fits(each.key)) {
                fitting.push_back(std::move(each));
            }
        }
        after = page.next;
    } while (!after.empty());
    co_return chosen(std::move(fitting), wanted);
}

awaitable<token_key> find_key(store_ptr in, token_choice wanted) {
    if (!wanted.client_id.empty() && !wanted.scope && !wanted.resource) {
        token_key key(wanted.provider, wanted.client_id, wanted.account);
        const bool there = co_await has(in, key);
        if (there) {
            co_return key;
        }
    }
    const store_page::item found = co_await find_record(std::move(in), std::move(wanted));
    co_return found.key;
}

awaitable<void> keep(store_ptr in, token_key key, token fresh) {
    const token_record record(std::move(fresh));
    std::optional<std::uint64_t> written;
    while (!written) {
        const std::optional<stored_token> before = co_await in->load(key);
        written = co_await in->commit(key, record, before ? before->version : 0);
    }
}

}  // namespace coauth::cli
