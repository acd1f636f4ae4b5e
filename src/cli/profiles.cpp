#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/files.hpp"
#include "cli/interpret.hpp"
#include "cli/output.hpp"

#include <coauth/provider/catalog.hpp>

#include <boost/json/array.hpp>

namespace coauth::cli {

namespace json = boost::json;

exit_status list_providers(const arguments&) {
    json::array all;
    for (const std::string_view name : provider::builtin_names()) {
        all.emplace_back(to_json(provider::builtin(name)));
    }
    output{}.print(all);
    return exit_status::done;
}

exit_status check_profile(const arguments& given) {
    json::object result{{"ok", true}};
    result["profile"] = to_json(provider::load_file(given.provider));
    output{}.print(result);
    return exit_status::done;
}

exit_status show_profile(const arguments& given) {
    const provider::profile checked = read_profile(given.provider);
    const bool built_in = given.provider == checked.name() && given.provider.find('/') == std::string::npos;
    if (built_in) {
        output{}.print_text(provider::builtin_json(given.provider));
    } else {
        output{}.print_text(read_file(given.provider, "the profile").reveal());
    }
    return exit_status::done;
}

}  // namespace coauth::cli
