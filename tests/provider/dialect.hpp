#pragma once

#include "tests/provider/steps.hpp"

#include <coauth/provider/callback.hpp>
#include <coauth/provider/reply.hpp>
#include <coauth/provider/request.hpp>

#include <string>
#include <string_view>

/// A provider that is nothing but a file: its steps, as the tests of the dialects take them.
class dialect {
public:
    explicit dialect(const std::string& name)
        : what_(coauth::provider::load_file(COAUTH_TEST_PROFILES "/" + name + ".json")) {}

    coauth::authorization authorize(const coauth::authorize_options& options = {}) const {
        return coauth::provider::authorize(what_, steps::application(), options, steps::fixed_random{}).value();
    }

    /// The grant of the callback that answers `authorize()`.
    coauth::grant come_back(const std::string& query) const {
        const auto url = "https://game.example/callback?state=" + std::string(steps::drawn) + "&" + query;
        return coauth::provider::read_callback(what_, authorize(), url, steps::now).value();
    }

    coauth::failure denied(const std::string& query) const {
        const auto url = "https://game.example/callback?state=" + std::string(steps::drawn) + "&" + query;
        return coauth::provider::read_callback(what_, authorize(), url, steps::now).error();
    }

    coauth::http_request exchange(const coauth::grant& received) const {
        const auto who = steps::application();
        return coauth::provider::build_request(what_, "exchange", {.who = &who, .grant = &received}).value();
    }

    coauth::http_request request(std::string_view operation, const coauth::token& held) const {
        const auto who = steps::application();
        return coauth::provider::build_request(what_, operation, {.who = &who, .token = &held}).value();
    }

    coauth::token read_token(std::string body, std::string_view operation = "exchange",
                             const coauth::token* previous = nullptr) const {
        return coauth::provider::read_token(what_, operation, steps::reply(200, std::move(body)), steps::now, previous)
            .value();
    }

    coauth::identity read_identity(std::string body) const {
        return coauth::provider::read_identity(what_, "userinfo", steps::reply(200, std::move(body))).value();
    }

    coauth::validation read_validation(unsigned status, std::string body) const {
        return coauth::provider::read_validation(what_, "validate", steps::reply(status, std::move(body))).value();
    }

    coauth::failure refusal(std::string_view operation, unsigned status, std::string body) const {
        return coauth::provider::read_value(what_, operation, steps::reply(status, std::move(body))).error();
    }

    bool accepts(std::string_view operation, unsigned status, std::string body) const {
        return coauth::provider::read_value(what_, operation, steps::reply(status, std::move(body))).has_value();
    }

    const coauth::provider::profile& profile() const { return what_; }

private:
    coauth::provider::profile what_;
};
