#include "cli/describe.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <string_view>

namespace coauth::cli {
namespace {

namespace json = boost::json;

template <class T>
void add(json::object& to, std::string_view name, const std::optional<T>& value) {
    if (value) {
        to[name] = *value;
    }
}

template <class Strings>
json::array strings(const Strings& values) {
    json::array out;
    for (const auto& each : values) {
        out.emplace_back(std::string_view(each));
    }
    return out;
}

std::string_view name_of(provider::rotation value) {
    switch (value) {
        case provider::rotation::none:
            return "none";
        case provider::rotation::never:
            return "never";
        case provider::rotation::always:
            return "always";
        case provider::rotation::sometimes:
            return "sometimes";
    }
    return "none";
}

}  // namespace

json::object to_json(const identity& who) {
    json::object out;
    out["provider"] = who.provider;
    out["subject"] = who.subject;
    add(out, "name", who.name);
    add(out, "username", who.username);
    add(out, "email", who.email);
    add(out, "email_verified", who.email_verified);
    add(out, "picture", who.picture);
    out["claims"] = who.claims();
    return out;
}

json::object to_json(const validation& answer) {
    json::object out;
    out["active"] = answer.active;
    if (!answer.reason.empty()) {
        out["reason"] = answer.reason;
    }
    add(out, "subject", answer.subject);
    out["claims"] = answer.claims;
    return out;
}

json::object to_json(const provider::profile& what) {
    json::object out;
    out["name"] = what.name();
    out["title"] = what.title();
    out["binding"] = what.binding() == provider::binding::state ? "state" : "cookie";
    out["callback"] = what.callback_in_fragment() ? "fragment" : "query";
    out["rotation"] = name_of(what.rotation());
    json::object& operations = out["operations"].emplace_object();
    for (const std::string& each : what.operations()) {
        operations[each] = strings(what.arguments(each));
    }
    out["hosts"] = strings(what.hosts());
    out["client_id_variables"] = strings(what.client_id_variables());
    out["client_secret_variables"] = strings(what.client_secret_variables());
    return out;
}

}  // namespace coauth::cli
