#include "http/connection.hpp"

#include <utility>

namespace coauth::http {
namespace {

std::string name_of(const origin& target) {
    const bool v6 = target.host.find(':') != std::string::npos;
    return "https://" + (v6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port);
}

}  // namespace

origin_book::origin_book(origin of, std::size_t sessions_kept)
    : target{std::move(of)}, name{name_of(target)}, sessions{std::make_shared<tls_sessions>(sessions_kept)} {}

connection::connection(std::uint64_t its_number, origin_book& its_home, strand its_strand,
                       std::shared_ptr<const link_settings> settings, std::shared_ptr<const clock> time)
    : number{its_number},
      home{its_home},
      where{std::move(its_strand)},
      told{std::make_shared<progress>(std::move(time))},
      io{where, std::move(settings), home.target, home.sessions, told} {}

connection_event connection::event() const {
    const link_facts& facts = io.facts();
    connection_event seen;
    seen.connection = number;
    seen.origin = home.name;
    seen.address = facts.address;
    seen.tls_version = facts.tls_version;
    seen.resumed = facts.resumed;
    return seen;
}

}  // namespace coauth::http
