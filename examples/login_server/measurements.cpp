#include "login_server/measurements.hpp"

#include "login_server/backend.hpp"

namespace login_server {
namespace {

template <class Number>
double as_double(Number value) {
    return static_cast<double>(value);
}

void write_pool(metrics_text& to, const coauth::pool_statistics& now) {
    to.gauge("coauth_pool_connections", "Connections to providers, open or being opened.", as_double(now.connections));
    to.gauge("coauth_pool_idle", "Of these, unused.", as_double(now.idle));
    to.gauge("coauth_pool_waiting", "Requests that wait for a connection.", as_double(now.waiting));
    to.counter("coauth_pool_opened_total", "Connections opened.", as_double(now.opened));
    to.counter("coauth_pool_requests_total", "Requests begun.", as_double(now.requests));
    to.counter("coauth_pool_failed_total", "Requests that ended without an answer.", as_double(now.failed));
}

void write_cache(metrics_text& to, const coauth::cache_statistics& now) {
    to.gauge("coauth_cache_tokens", "Tokens that are held.", as_double(now.entries));
    to.gauge("coauth_cache_waiting", "Callers that wait for a token.", as_double(now.waiting));
    to.gauge("coauth_cache_refreshing", "Refreshes under way.", as_double(now.refreshing));
    to.gauge("coauth_cache_unsaved", "Tokens that the store has not taken yet.", as_double(now.unsaved));
    to.counter("coauth_cache_hits_total", "Tokens that were at hand.", as_double(now.hits));
    to.counter("coauth_cache_misses_total", "Tokens that were not.", as_double(now.misses));
    to.counter("coauth_cache_refreshes_total", "Refreshes sent to providers.", as_double(now.refreshes));
    to.counter("coauth_cache_refresh_failures_total", "Refreshes that failed.", as_double(now.refresh_failures));
    to.counter("coauth_cache_store_failures_total", "Failures of the store.", as_double(now.store_failures));
}

void write_broker(metrics_text& to, const coauth::login_statistics& now) {
    to.gauge("coauth_logins_under_way", "Logins begun that have not ended.", as_double(now.under_way));
    to.gauge("coauth_logins_completing", "Of these, whose callback has come.", as_double(now.completing));
    to.counter("coauth_logins_begun_total", "Logins begun.", as_double(now.begun));
    to.counter("coauth_logins_completed_total", "Logins that brought a session.", as_double(now.completed));
    to.counter("coauth_logins_denied_total", "Logins that user or provider refused.", as_double(now.denied));
    to.counter("coauth_logins_failed_total", "Logins that failed after their callback.", as_double(now.failed));
    to.counter("coauth_logins_expired_total", "Logins whose callback never came.", as_double(now.expired));
    to.counter("coauth_logins_displaced_total", "Logins that made room for others.", as_double(now.displaced));
    to.counter("coauth_callbacks_refused_total", "Callbacks that belong to no login.", as_double(now.refused));
}

}  // namespace

void measurements::request(std::string_view route, unsigned status, duration took) {
    requests_.add({{"route", std::string(route)}, {"status", std::to_string(status)}});
    request_seconds_.add({{"route", std::string(route)}}, took);
}

void measurements::login_begun(const std::string& provider) {
    begun_.add({{"provider", provider}});
}

void measurements::login_ended(const std::string& provider, std::string_view outcome, duration took) {
    ended_.add({{"provider", provider}, {"outcome", std::string(outcome)}});
    callback_seconds_.add({{"provider", provider}}, took);
}

void measurements::login_completed(const std::string& provider, duration since_begin) {
    login_seconds_.add({{"provider", provider}}, since_begin);
}

void measurements::write(metrics_text& to) const {
    requests_.write(to, "login_server_requests_total", "Requests answered, by route and status.");
    request_seconds_.write(to, "login_server_request_seconds", "How long requests took, by route.");
    begun_.write(to, "login_server_logins_begun_total", "Logins begun, by provider.");
    ended_.write(to, "login_server_logins_total", "Callbacks answered, by provider and outcome.");
    callback_seconds_.write(to, "login_server_callback_seconds", "From the callback to its answer, by provider.");
    login_seconds_.write(to, "login_server_login_seconds", "From the button to the session, by provider.");
}

std::string metrics_of(const backend& all, std::size_t connections) {
    metrics_text text;
    all.measured.write(text);
    text.gauge("login_server_connections", "Browsers' connections.", as_double(connections));
    text.gauge("login_server_sessions", "Browsers that are logged in.", as_double(all.sessions.size()));
    write_broker(text, all.broker.statistics());
    write_cache(text, all.cache.statistics());
    write_pool(text, all.pool.statistics());
    return text.text();
}

}  // namespace login_server
