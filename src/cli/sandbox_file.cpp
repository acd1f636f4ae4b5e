#include "cli/sandbox_file.hpp"

#include "cli/exit_status.hpp"
#include "cli/files.hpp"
#include "cli/interpret.hpp"

#include <boost/json/value_to.hpp>

#include <vector>

namespace coauth::cli {
namespace {

namespace json = boost::json;

/// The member at `pointer` as a `T`.
template <class T>
T member(const json::value& of, std::string_view pointer, const std::string& file) {
    json::error_code failed;
    const json::value* const found = of.find_pointer(json::string_view(pointer), failed);
    if (found) {
        if (auto read = json::try_value_to<T>(*found)) {
            return std::move(*read);
        }
    }
    throw program_error(file + " is not a running sandbox; give what `coauth sandbox` printed");
}

}  // namespace

void use_sandbox(const std::string& file, pool_options& changed) {
    const json::value sandbox = read_json(file, "the sandbox");
    changed.tls.ca_pem = member<std::string>(sandbox, "/ca_pem", file);
    for (const std::string& each : member<std::vector<std::string>>(sandbox, "/connect_to", file)) {
        changed.connect_to.push_back(read_connect_to(each));
    }
}

void use_sandbox_credentials(const std::string& file, std::string_view provider, credentials& changed) {
    const json::value sandbox = read_json(file, "the sandbox");
    const std::string application = "/providers/" + std::string(provider);
    json::error_code unknown;
    if (!sandbox.find_pointer(application, unknown)) {
        return;
    }
    changed.client_id = member<std::string>(sandbox, application + "/client_id", file);
    changed.client_secret = secret(member<std::string>(sandbox, application + "/client_secret", file));
    changed.redirect_uri = member<std::string>(sandbox, application + "/redirect_uris/0", file);
}

}  // namespace coauth::cli
