#include "cli/commands.hpp"
#include "cli/event_loop.hpp"
#include "cli/files.hpp"
#include "cli/interpret.hpp"
#include "cli/kept_record.hpp"
#include "cli/output.hpp"
#include "cli/store.hpp"

#include <coauth/core/key_ring.hpp>

#include <ctime>
#include <utility>

// The commands that have to do with a store alone.

namespace coauth::cli {
namespace {

namespace json = boost::json;

awaitable<json::value> read_all(store_ptr from, std::vector<store_page::item>& into) {
    constexpr std::size_t at_once = 500;
    std::string after;
    do {
        store_page page = co_await from->scan(after, at_once);
        for (store_page::item& each : page.items) {
            into.push_back(std::move(each));
        }
        after = page.next;
    } while (!after.empty());
    co_return json::value();
}

awaitable<json::value> show(store_ptr from, token_choice wanted, bool revealed) {
    const store_page::item found = co_await find_record(std::move(from), std::move(wanted));
    json::object out = summary(found, system_clock()->now());
    if (found.record) {
        out["token"] = to_json(found.record->value, revealed);
    }
    co_return json::value(std::move(out));
}

awaitable<json::value> put(store_ptr in, token_key key, token fresh) {
    co_await keep(std::move(in), key, std::move(fresh));
    json::object done;
    done["stored"] = to_json(key);
    co_return json::value(std::move(done));
}

awaitable<json::value> forget(store_ptr in, token_choice wanted) {
    token_key key = co_await find_key(in, std::move(wanted));
    json::object done;
    done["erased"] = co_await in->erase(std::move(key));
    co_return json::value(std::move(done));
}

awaitable<json::value> seal_anew(store_ptr in) {
    const sqlite_store::resealed all = co_await in->reseal();
    json::object done;
    done["resealed"] = all.written;
    done["unreadable"] = all.unreadable;
    co_return json::value(std::move(done));
}

token_choice read_choice(const arguments& given) {
    return {given, read_provider_name(given.provider), given.client_id};
}

/// "key-2026-08-01": short, and in the order in which keys were made.
std::string name_of_today() {
    const std::time_t now = std::time(nullptr);
    std::tm day{};
    ::gmtime_r(&now, &day);
    char text[32];
    const std::size_t length = std::strftime(text, sizeof text, "key-%Y-%m-%d", &day);
    return {text, length};
}

}  // namespace

exit_status list_tokens(const arguments& given) {
    output printed(given.output_file);
    std::vector<store_page::item> all;
    event_loop{}.run(read_all(open_store(given), all));
    const clock::wall_time now = system_clock()->now();
    if (!given.json) {
        printed.print_text(table(all, now));
        return exit_status::done;
    }
    std::string lines;
    for (const store_page::item& each : all) {
        lines += one_line(summary(each, now)) + "\n";
    }
    printed.print_text(lines);
    return exit_status::done;
}

exit_status show_token(const arguments& given) {
    output printed(given.output_file);
    printed.print(event_loop{}.run(show(open_store(given), read_choice(given), given.reveal)));
    return exit_status::done;
}

exit_status put_token(const arguments& given) {
    output printed(given.output_file);
    const provider::profile what = read_profile(given.provider);
    const credentials who = read_credentials(given, what);
    if (who.client_id.empty()) {
        throw program_error("a token is kept under its client's id: give --client-id ID or COAUTH_CLIENT_ID");
    }
    const store_ptr into = open_or_create_store(given);
    token_key key(what.name(), who.client_id, given.account);
    printed.print(event_loop{}.run(put(into, std::move(key), read_token(given.token_file))));
    return exit_status::done;
}

exit_status erase_token(const arguments& given) {
    output printed(given.output_file);
    printed.print(event_loop{}.run(forget(open_store(given), read_choice(given))));
    return exit_status::done;
}

exit_status reseal_tokens(const arguments& given) {
    output printed(given.output_file);
    const json::value done = event_loop{}.run(seal_anew(open_store(given)));
    printed.print(done);
    if (done.at("unreadable") != 0) {
        throw program_error(
            "not every token could be opened, and those were left as they are: `coauth tokens list` "
            "tells which; keep the old keys",
            exit_status::store);
    }
    return exit_status::done;
}

exit_status make_key(const arguments& given) {
    output printed(given.output_file, output::existing::kept);  // tokens may be sealed under the keys in it
    const secret made = key_ring::generate(given.key_name.empty() ? name_of_today() : given.key_name);
    std::string line(made.reveal());
    line += '\n';
    const secret wiped(std::move(line));
    printed.print_text(wiped.reveal());
    return exit_status::done;
}

}  // namespace coauth::cli
