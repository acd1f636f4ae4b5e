#include "provider/profile_loader_json.hpp"
#include "provider/profile_loader_tables.hpp"
#include "provider/scopes.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/provider/catalog.hpp>
#include <coauth/version.hpp>

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <fstream>
#include <memory>

namespace coauth::provider {
namespace {

constexpr std::size_t greatest_size = 1024 * 1024;
constexpr std::size_t most_problems_told = 8;

[[noreturn]] void refuse(std::string_view file, std::string_view what) {
    failure problem;
    problem.code = errc::invalid_profile;
    problem.detail = printable(file) + ": " + std::string(what);
    throw error(std::move(problem));
}

void refuse_if_any(std::string_view file, const std::vector<std::string>& problems) {
    if (problems.empty()) {
        return;
    }
    std::string text;
    for (std::size_t i = 0; i != std::min(problems.size(), most_problems_told); ++i) {
        text += (i == 0 ? "" : " | ") + printable(problems[i]);
    }
    if (problems.size() > most_problems_told) {
        text += " | and " + std::to_string(problems.size() - most_problems_told) + " more";
    }
    refuse(file, text);
}

/// "my-games" has MY_GAMES_CLIENT_ID.
std::string variable(std::string_view profile_name, std::string_view ending) {
    std::string text(profile_name);
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c == '-' ? '_' : c;
    });
    return text + std::string(ending);
}

void fill_defaults(profile_data& data) {
    if (data.title.empty()) {
        data.title = data.name;
    }
    if (data.client_id_variables.empty()) {
        data.client_id_variables = {variable(data.name, "_CLIENT_ID")};
    }
    if (data.client_secret_variables.empty()) {
        data.client_secret_variables = {variable(data.name, "_CLIENT_SECRET")};
    }
}

bool any_uses(const std::vector<named_template>& parameters, std::string_view name) {
    return std::any_of(parameters.begin(), parameters.end(),
                       [&](const named_template& each) { return each.value.uses(name); });
}

/// Adds a header that the profile has not written itself.
void add_default_header(operation_rules& to, std::string name, std::string_view value) {
    const auto is_same = [&](const named_template& each) {
        return each.name.size() == name.size() && boost::urls::grammar::ci_is_equal(each.name, name);
    };
    if (std::none_of(to.headers.begin(), to.headers.end(), is_same)) {
        to.headers.push_back({.name = std::move(name), .value = template_text::parse(value).value()});
    }
}

void add_default_headers(operation_rules& to) {
    add_default_header(to, "Accept", "application/json");
    add_default_header(to, "User-Agent", "coauth/" COAUTH_VERSION_STRING);
    if (to.body == operation_rules::body_kind::form) {
        add_default_header(to, "Content-Type", "application/x-www-form-urlencoded");
    } else if (to.body == operation_rules::body_kind::json) {
        add_default_header(to, "Content-Type", "application/json");
    }
}

void declare_arguments(operation_rules& to) {
    to.url.declare_arguments(to.arguments);
    for (auto* fields : {&to.query, &to.headers, &to.form}) {
        for (named_template& each : *fields) {
            each.value.declare_arguments(to.arguments);
        }
    }
    for (auto& [source, parsed] : to.json_templates) {
        parsed.declare_arguments(to.arguments);
    }
}

std::vector<template_text> as_sent(const std::vector<named_template>& form) {
    std::vector<template_text> texts;
    for (const named_template& field : form) {
        if (texts.empty() || texts.back().optional() || field.value.optional()) {
            texts.emplace_back();
        } else {
            texts.back().append("&");
        }
        texts.back().append(form_encode(field.name) + "=");
        texts.back().append(field.value, escape::form);
    }
    return texts;
}

/// What is the same for every login is worked out once.
void prepare(profile_data& data) {
    for (operation_rules& each : data.operations) {
        add_default_headers(each);
        declare_arguments(each);
        each.form_as_sent = as_sent(each.form);
    }
    data.scopes.joined_defaults = join_scopes(data.scopes.defaults, data.scopes);
    data.scopes.written_defaults = encode_scopes(data.scopes.joined_defaults, data.scopes);
    authorization_rules& rules = data.authorization;
    for (auto* parameters : {&rules.parameters, &rules.offline_parameters}) {
        for (named_template& each : *parameters) {
            each.has_scopes = each.value.uses("scope");
        }
    }
    const auto use_in = [](const std::vector<named_template>& parameters) {
        return authorization_rules::use{any_uses(parameters, "redirect_uri"), any_uses(parameters, "nonce")};
    };
    rules.used = use_in(rules.parameters);
    rules.used.redirect_uri |= rules.url.uses("redirect_uri");
    rules.used.nonce |= rules.url.uses("nonce");
    rules.used_offline = use_in(rules.offline_parameters);
}

}  // namespace

profile load(std::string_view json, std::string_view file) {
    if (json.size() > greatest_size) {
        refuse(file, "this is over 1 MiB; a profile is smaller");
    }
    const auto value = read_strict_json(json);
    if (!value) {
        refuse(file, value.error().detail);
    }
    std::vector<std::string> problems;
    const place top(problems);
    profile_draft draft;
    read(top, *value, draft);
    refuse_if_any(file, problems);
    check(top, draft);
    refuse_if_any(file, problems);
    fill_defaults(draft);
    prepare(draft);
    return profile(std::make_shared<const profile_data>(std::move(static_cast<profile_data&>(draft))));
}

profile load_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(greatest_size + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.eof() && !file.good()) {
        refuse(path, "this file cannot be read; check that it exists and is yours to read");
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return load(text, path);
}

}  // namespace coauth::provider
