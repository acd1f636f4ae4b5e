#include "certificate_authority.hpp"
#include "provider.hpp"
#include "tls_listener.hpp"

#include <coauth/sandbox/server.hpp>

#include <map>
#include <memory>
#include <stdexcept>

namespace coauth::sandbox {
namespace {

/// All providers. It outlives the server while a request is answered.
class directory {
public:
    explicit directory(const server_options& options) {
        const std::shared_ptr<const clock> time = options.clock ? options.clock : system_clock();
        for (const auto make : {make_hike, make_hikka, make_hitbox, make_hitkey, make_vk}) {
            providers_.push_back(make(time));
            providers_.back()->register_application(options.registered);
            for (std::string& host : providers_.back()->hosts())
                hosts_.emplace(std::move(host), providers_.back().get());
        }
    }

    [[nodiscard]] answer handle(const request& received) const {
        const auto found = hosts_.find(received.host);
        if (found != hosts_.end())
            return found->second->handle(received);
        answer misdirected;
        misdirected.message =
            text_response(421, "No provider of this sandbox has the host \"" + received.host + "\".\n");
        return misdirected;
    }

    [[nodiscard]] provider& named(std::string_view name) const {
        std::string known;
        for (const auto& one : providers_) {
            if (one->name() == name)
                return *one;
            known += (known.empty() ? "" : ", ") + one->name();
        }
        throw std::invalid_argument{"the sandbox has no provider \"" + std::string{name} + "\"; it has " + known};
    }

    [[nodiscard]] std::vector<std::string> hosts() const {
        std::vector<std::string> hosts;
        hosts.reserve(hosts_.size());
        for (const auto& [host, serving] : hosts_)
            hosts.push_back(host);
        return hosts;
    }

private:
    std::vector<std::unique_ptr<provider>> providers_;
    std::map<std::string, provider*, std::less<>> hosts_;
};

leaf_options certificate_for(const directory& all) {
    leaf_options wanted;
    wanted.common_name = "coauth sandbox";
    wanted.dns_names = all.hosts();
    return wanted;
}

/// Where a client reaches what listens at `address`.
std::string reachable(const std::string& address) {
    if (address == "0.0.0.0")
        return "127.0.0.1";
    return address == "::" ? "::1" : address;
}

}  // namespace

class server::implementation {
public:
    implementation(executor where, const server_options& options)
        : providers(std::make_shared<const directory>(options)),
          address(reachable(options.address)),
          listener(std::move(where), options.address, options.port, authority.issue(certificate_for(*providers)),
                   [all = providers](const request& received) { return all->handle(received); }) {}

    const certificate_authority authority;
    const std::shared_ptr<const directory> providers;
    const std::string address;
    tls_listener listener;
};

server::server(executor where, server_options options)
    : implementation_(std::make_shared<implementation>(std::move(where), options)) {}

server::~server() = default;

std::uint16_t server::port() const noexcept {
    return implementation_->listener.port();
}

const std::string& server::ca_pem() const noexcept {
    return implementation_->authority.ca_pem();
}

std::vector<connect_override> server::connect_to() const {
    std::vector<connect_override> overrides;
    for (const std::string& host : implementation_->providers->hosts())
        overrides.push_back({host, 443, implementation_->address, port()});
    return overrides;
}

std::vector<std::string> server::providers() {
    return {"hike", "hikka", "hitbox", "hitkey", "vk"};
}

void server::register_application(std::string_view provider, application added) {
    implementation_->providers->named(provider).register_application(std::move(added));
}

void server::set_behaviour(std::string_view provider, behaviour changed) {
    implementation_->providers->named(provider).set_behaviour(std::move(changed));
}

void server::set_fault(std::string_view provider, std::string_view endpoint, fault next) {
    implementation_->providers->named(provider).set_fault(endpoint, std::move(next));
}

std::uint64_t server::calls(std::string_view provider, std::string_view endpoint) const {
    return implementation_->providers->named(provider).calls(endpoint);
}

void server::stop() noexcept {
    implementation_->listener.stop();
}

}  // namespace coauth::sandbox
