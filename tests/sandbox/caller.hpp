#pragma once

#include "sandbox/provider.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/manual_clock.hpp>

#include <boost/json/parse.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

namespace coauth::sandbox {

/// The parameters of a URL's query.
inline fields query_of(const std::string& url) {
    return read_query(boost::urls::parse_uri(url).value().encoded_query());
}

inline fields fragment_of(const std::string& url) {
    return read_query(boost::urls::parse_uri(url).value().encoded_fragment());
}

/// Calls a provider without a socket, on a clock that stands still.
struct caller {
    explicit caller(std::unique_ptr<provider> (*make)(std::shared_ptr<const clock>)) : called(make(time)) {
        called->register_application({});
    }

    response send(std::string method, std::string host, std::string target, header_fields headers = {},
                  std::string body = {}) const {
        request sent;
        sent.method = std::move(method);
        sent.host = std::move(host);
        sent.target = std::move(target);
        sent.headers = std::move(headers);
        sent.body = std::move(body);
        sent.peer_address = peer_address;
        return called->handle(sent).message;
    }

    response get(std::string host, std::string target, header_fields headers = {}) const {
        return send("GET", std::move(host), std::move(target), std::move(headers));
    }

    response post_json(std::string host, std::string target, std::string body, header_fields headers = {}) const {
        headers.emplace_back("Content-Type", "application/json");
        return send("POST", std::move(host), std::move(target), std::move(headers), std::move(body));
    }

    response post_form(std::string host, std::string target, std::string body, header_fields headers = {}) const {
        headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
        return send("POST", std::move(host), std::move(target), std::move(headers), std::move(body));
    }

    /// Where a program that allows (or denies) is sent.
    std::string decide(std::string host, std::string target, std::string decision = "allow",
                       std::string login = "ann") const {
        const response answered = get(std::move(host), std::move(target),
                                      {{"X-Sandbox-Decision", std::move(decision)}, {"X-Sandbox-User", login}});
        REQUIRE(answered.status == 302);
        return *answered.header("Location");
    }

    std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>();
    std::string peer_address = "198.51.100.7";
    std::unique_ptr<provider> called;
};

inline boost::json::value json_of(const response& answered) {
    REQUIRE(*answered.header("Content-Type") == "application/json");
    return boost::json::parse(answered.body);
}

inline std::string text(const boost::json::value& json, std::string_view name) {
    return std::string{json.at(name).as_string()};
}

}  // namespace coauth::sandbox
