#include "login_server/backend.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/cache/token_seal.hpp>
#include <coauth/sqlite/sqlite_store.hpp>

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>

namespace login_server {
namespace {

std::shared_ptr<coauth::token_store> make_store(const token_configuration& how) {
    if (how.file.empty()) {
        return std::make_shared<coauth::memory_store>();
    }
    return std::make_shared<coauth::sqlite_store>(how.file, coauth::token_seal::under(*how.sealed_under));
}

coauth::cache_options cache_options_for(event_log& log) {
    coauth::cache_options made;
    made.on_event = [&log](const coauth::cache_event& event) {
        boost::json::object facts{{"what", coauth::name_of(event.what)}, {"token", event.key.text()}};
        if (event.why) {
            facts["detail"] = event.why->message();
        }
        log.write("token", facts);
    };
    return made;
}

coauth::login_options login_options_for(const configuration& settings, coauth::token_cache& cache) {
    coauth::login_options made;
    made.cache = &cache;
    made.lifetime = settings.logins.lifetime;
    made.allow_insecure_cookies = !is_https(settings);
    return made;
}

coauth::login_broker make_broker(const coauth::executor& where, const configuration& settings,
                                 coauth::token_cache& cache) {
    if (settings.logins.sealed_under) {
        return coauth::login_broker(where, coauth::sealed_logins(*settings.logins.sealed_under),
                                    login_options_for(settings, cache));
    }
    coauth::kept_logins kept;
    kept.max_logins = settings.logins.max_logins;
    return coauth::login_broker(where, kept, login_options_for(settings, cache));
}

coauth::client make_client(const provider_configuration& of, const std::string& public_url, coauth::transport& via) {
    coauth::credentials who;
    who.client_id = of.client_id;
    who.client_secret = of.client_secret;
    who.redirect_uri = public_url + "/callback/" + of.profile.name();
    return coauth::client(via, of.profile, std::move(who));
}

}  // namespace

backend::backend(coauth::executor its_executor, configuration its_settings, coauth::pool_options outside,
                 event_log& its_log)
    : where(std::move(its_executor)),
      settings(std::move(its_settings)),
      log(its_log),
      pool(where, std::move(outside)),
      cache(where, make_store(settings.tokens), cache_options_for(log)),
      broker(make_broker(where, settings, cache)),
      sessions(settings.sessions, coauth::system_clock()),
      cookie(is_https(settings)) {
    for (const provider_configuration& each : settings.providers) {
        coauth::client client = make_client(each, settings.public_url, pool);
        cache.serve(client);
        broker.serve(client);
        coauth::authorize_options ask;
        ask.scopes = each.scopes;
        ask.offline = each.offline;
        provider_view view{each.profile.name(), each.profile.title(), providers_.size()};
        providers_.push_back({std::move(client), std::move(ask), std::move(view)});
    }
}

const served_provider* backend::find(std::string_view provider) const noexcept {
    for (const served_provider& each : providers_) {
        if (each.view.name == provider) {
            return &each;
        }
    }
    return nullptr;
}

std::string backend::address_of(const web::request& asked) const {
    // Some proxies add a line of their own behind the client's: the last line counts, and of it the last address.
    const auto is_forwarded = [](const web::header& each) {
        return boost::urls::grammar::ci_is_equal(each.name, "X-Forwarded-For");
    };
    const auto last = std::find_if(asked.headers.rbegin(), asked.headers.rend(), is_forwarded);
    if (!settings.behind_proxy || last == asked.headers.rend() || last->value.empty()) {
        return asked.address;
    }
    return last->value.substr(last->value.find_last_of(", ") + 1);
}

}  // namespace login_server
