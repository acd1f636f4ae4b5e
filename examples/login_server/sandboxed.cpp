#include "login_server/sandboxed.hpp"

#include <coauth/provider/catalog.hpp>

namespace login_server {

configuration sandbox_configuration(std::uint16_t port) {
    configuration made;
    made.public_url = "http://127.0.0.1:" + std::to_string(port);
    made.listen.port = port;
    for (const std::string_view name : coauth::provider::builtin_names()) {
        made.providers.emplace_back(coauth::provider::builtin(name));
    }
    use_sandbox_application(made);
    return made;
}

void use_sandbox_application(configuration& settings) {
    const coauth::sandbox::application registered;
    for (provider_configuration& each : settings.providers) {
        each.client_id = registered.client_id;
        each.client_secret = coauth::secret(registered.client_secret);
    }
}

void register_redirect_uris(coauth::sandbox::server& at, const configuration& settings) {
    for (const provider_configuration& each : settings.providers) {
        coauth::sandbox::application ours;
        ours.redirect_uris = {settings.public_url + "/callback/" + each.profile.name()};
        ours.name = "Login server";
        ours.description = "The example that you have just started";
        at.register_application(each.profile.name(), std::move(ours));
    }
}

coauth::pool_options pool_options_for(const coauth::sandbox::server& sandbox) {
    coauth::pool_options made;
    made.tls.ca_pem = sandbox.ca_pem();
    made.connect_to = sandbox.connect_to();
    return made;
}

}  // namespace login_server
