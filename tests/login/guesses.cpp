// Callbacks and cookies at random: none completes a login, and none does anything but be answered.
#include "tests/login/login_world.hpp"

#include <doctest/doctest.h>

#include <random>

namespace coauth::test {
namespace {

/// Cuts, repeats, overwrites and mixes what it is given.
class mutator {
public:
    explicit mutator(unsigned seed) : random_{seed} {}

    std::string operator()(std::string text, const std::vector<std::string>& others) {
        for (unsigned changes = 1 + below(3); changes > 0; --changes) {
            const std::size_t at = below(text.size() + 1);
            switch (below(6)) {
                case 0:
                    text = text.substr(0, at);
                    break;
                case 1:
                    text.insert(at, 1, static_cast<char>(below(256)));
                    break;
                case 2:
                    text.insert(at, others[below(others.size())]);
                    break;
                case 3:
                    text.erase(at, below(20));
                    break;
                case 4:
                    text.insert(at, 1, "%;=&?#/ \\+"[below(10)]);
                    break;
                default:
                    if (at < text.size()) {
                        text[at] = static_cast<char>(below(256));
                    }
                    break;
            }
        }
        return text;
    }

    unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }

private:
    std::mt19937 random_;
};

TEST_CASE("no guess completes a login: without its whole state and its whole cookie there is no session") {
    for (const auto each : backends) {
        login_world world{each()};
        const pending_login hitkey = world.broker->begin(world.client_of("hitkey"));
        const pending_login hikka = world.broker->begin(world.client_of("hikka"));
        const pending_login vk = world.broker->begin(world.client_of("vk"));
        const std::vector<std::string> parts{parameter_of(hitkey.url(), "state"),
                                             parameter_of(vk.url(), "state"),
                                             "/callback/hikka?reference=r1",
                                             "&state=",
                                             "&error=access_denied",
                                             "https://app.example",
                                             "__Host-login-",
                                             "; ",
                                             vk.cookie()};
        const std::vector<std::string> callbacks{callback_of(hitkey), refusal_of(hitkey), callback_of(vk, "vk"),
                                                 "/callback/hikka?reference=r1", "/callback/hitkey"};
        mutator mutated{7};
        std::size_t untrue = 0;
        for (int guess = 0; guess < 5'000; ++guess) {
            const std::string callback = mutated(callbacks[mutated.below(callbacks.size())], parts);
            // Never the whole cookie of the first two, which may then be completed by whatever brings their state.
            const std::string cookies =
                mutated(hitkey.cookie().substr(0, mutated.below(hitkey.cookie().size())), parts) + "; " +
                hikka.cookie().substr(0, mutated.below(hikka.cookie().size()));
            const std::string body = mutated.below(3) == 0 ? mutated(callback, parts) : std::string{};
            const bool has_vk = cookies.find(vk.cookie()) != cookies.npos;
            const login_answer answer = world.run(world.broker->complete(callback, has_vk ? "" : cookies, body));
            const bool refused = answer.why && (class_of(answer.why->code) == failure_class::callback ||
                                                class_of(answer.why->code) == failure_class::refused);
            untrue += answer.session || answer.status < 400 || !refused ? 1 : 0;
        }
        CHECK(untrue == 0);
        CHECK(world.providers->sent().empty());
        const login_statistics after = world.broker->statistics();
        CHECK(after.completed == 0);
        CHECK(after.denied == 0);
        CHECK(after.failed == 0);
        CHECK(after.refused == 5'000);
        CHECK(after.under_way == 3);
        CHECK(world.run(world.broker->complete(callback_of(hitkey), hitkey.cookie())).status == 303);
    }
}

TEST_CASE("with the right cookies in the browser, a guessed callback completes only what its state names") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const client with = world.client_of("hitkey");
        std::vector<std::string> right;
        std::vector<std::string> states;
        for (int login = 0; login < 4; ++login) {
            const pending_login begun = world.begin(with, browser);
            right.push_back(callback_of(begun));
            states.push_back(parameter_of(begun.url(), "state"));
        }
        mutator mutated{11};
        std::size_t untrue = 0;
        for (int guess = 0; guess < 2'000; ++guess) {
            std::string callback = mutated(right[mutated.below(right.size())], states);
            for (const std::string& state : states) {
                while (callback.find(state) != callback.npos) {
                    callback.erase(callback.find(state), 1);  // never a whole one
                }
            }
            untrue += world.complete(callback, browser).session ? 1 : 0;
        }
        CHECK(untrue == 0);
        CHECK(world.providers->sent().empty());
        for (const std::string& callback : right) {
            CHECK(world.complete(callback, browser).status == 303);
        }
    }
}

}  // namespace
}  // namespace coauth::test
