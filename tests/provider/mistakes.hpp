#pragma once

#include <coauth/core/error.hpp>
#include <coauth/provider/catalog.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

/// A profile without mistakes, and the means to make one in it.
namespace mistakes {

inline constexpr std::string_view plain = R"({
  "name": "plain",
  "authorization": {
    "url": "https://login.example/authorize",
    "parameters": {"client_id": "{client_id}", "redirect_uri": "{redirect_uri}", "state": "{state}", "scope": "{scope?}"}
  },
  "callback": {"binding": "state", "code": ["code"]},
  "token": {"access_token": "/access_token", "refresh_token": "/refresh_token"},
  "refresh": {"rotation": "never"},
  "operations": {
    "exchange": {"method": "POST", "url": "https://api.example/token", "form": {"code": "{code}"}},
    "refresh": {"method": "POST", "url": "https://api.example/token", "form": {"refresh_token": "{refresh_token}"}},
    "userinfo": {
      "method": "GET",
      "url": "https://api.example/me",
      "headers": {"Authorization": "Bearer {access_token}"},
      "identity": {"subject": "/sub"}
    },
    "find": {"method": "GET", "url": "https://api.example/find/{who}", "query": {"page": "{page?}"},
             "arguments": ["who", "page?"]}
  },
  "unsupported": {"revoke": "there is none"}
})";

/// One change to the plain profile, and what the loader is to say of it.
struct mistake {
    std::string_view at;     ///< JSON pointer
    std::string_view value;  ///< JSON; empty: the key is removed.
    std::string_view place;
    std::string_view words;
};

inline std::string changed(const mistake& change) {
    auto profile = boost::json::parse({plain.data(), plain.size()});
    const auto end = change.at.rfind('/');
    auto& object = profile.at_pointer({change.at.data(), end}).as_object();
    const auto key = change.at.substr(end + 1);
    if (change.value.empty()) {
        REQUIRE(object.erase({key.data(), key.size()}) == 1);
    } else {
        object[{key.data(), key.size()}] = boost::json::parse({change.value.data(), change.value.size()});
    }
    return boost::json::serialize(profile);
}

inline std::string complaint(std::string_view text) {
    try {
        static_cast<void>(coauth::provider::load(text, "my.json"));
    } catch (const coauth::error& refused) {
        CHECK(refused.reason() == coauth::errc::invalid_profile);
        return refused.details().detail;
    }
    return "nothing: it was loaded";
}

inline void check_mistakes(const std::vector<mistake>& mistakes) {
    for (const auto& each : mistakes) {
        CAPTURE(each.at);
        CAPTURE(each.value);
        const auto said = complaint(changed(each));
        CAPTURE(said);
        CHECK(said.starts_with("my.json: " + std::string(each.place) + ": "));
        CHECK(said.find(each.words) != std::string::npos);
        CHECK_MESSAGE(said.find(" | ") == std::string::npos, "one mistake, one problem");
    }
}

}  // namespace mistakes
