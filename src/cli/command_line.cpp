#include "cli/command_line.hpp"

#include "cli/commands.hpp"
#include "cli/output.hpp"

#include <coauth/version.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <sstream>

namespace coauth::cli {
namespace {

/// The group of the options that a command takes but does not use. CLI11's own hidden group would leave their names out
/// of its errors too.
constexpr auto not_shown = "Not shown";

/// Help that fits a screen: what stands in the usage line is not listed again.
class screen_formatter final : public CLI::Formatter {
public:
    screen_formatter() { column_width(30); }

    std::string make_positionals(const CLI::App*) const override { return {}; }

    std::string make_group(std::string group, bool positional, std::vector<const CLI::Option*> options) const override {
        return group == not_shown ? "" : Formatter::make_group(std::move(group), positional, std::move(options));
    }

    std::string make_usage(const CLI::App* app, std::string name) const override {
        std::string usage = "Usage: " + name;
        for (const CLI::Option* each : app->get_options([](const CLI::Option* o) { return o->get_positional(); })) {
            usage += " " + each->get_option_text();
        }
        if (!app->get_subcommands([](const CLI::App*) { return true; }).empty()) {
            usage += " COMMAND";
        }
        return usage + " [OPTIONS]\n";
    }

    std::string make_subcommand(const CLI::App* command) const override {
        std::string line = "  " + command->get_name();
        line.resize(14, ' ');
        return line + command->get_description() + "\n";
    }

    // The group of the options that are not shown leaves an empty line behind, and so does a footer that is not there.
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
        std::string text = Formatter::make_help(app, std::move(name), mode);
        text = CLI::detail::find_and_replace(std::move(text), "\n\n\n", "\n\n");
        return CLI::detail::rtrim(text) + "\n";
    }
};

/// Builds the program's commands over the arguments that they fill.
class command_table {
public:
    command_table(CLI::App& app, arguments& given) : app_(app), given_(given) {}

    void fill() {
        add(app_, "providers", "List the built-in providers and their operations", list_providers);
        add_profile_commands();
        add_authorize();
        add_exchange();
        add_token_commands();
        add_login();
        add_kept_token_commands();
        add_sandbox();
    }

private:
    /// Whether a command makes use of these common options. Those it does not use it takes all the same, so that one
    /// set of options serves a whole script, but they are not in its help.
    struct uses {
        bool scope = false;
        bool parameters = false;
        bool network = true;
        bool redirect = true;
        bool sandbox = true;
    };

    CLI::App& add(CLI::App& to, const std::string& name, const std::string& what,
                  exit_status (*run)(const arguments&)) {
        CLI::App& added = *to.add_subcommand(name, what)->group("Commands")->footer("");
        arguments& given = given_;
        added.final_callback([&given, run] { given.run = run; });
        return added;
    }

    CLI::App& add_with_provider(const std::string& name, const std::string& what,
                                exit_status (*run)(const arguments&)) {
        CLI::App& added = add(app_, name, what, run);
        added.add_option("P", given_.provider)->required()->option_text("P");
        added.footer("P is a built-in provider, or the path of a profile with a / or . in it.");
        return added;
    }

    static void text(CLI::App& to, const std::string& name, std::string& into, const std::string& form,
                     const std::string& what, bool shown = true) {
        to.add_option(name, into, what)->option_text(form)->group(shown ? "Options" : not_shown);
    }

    /// One that may come several times, with one value each time.
    static void texts(CLI::App& to, const std::string& name, std::vector<std::string>& into, const std::string& form,
                      const std::string& what, bool shown = true) {
        to.add_option(name, into, what)
            ->option_text(form)
            ->allow_extra_args(false)
            ->group(shown ? "Options" : not_shown);
    }

    void add_common(CLI::App& to, uses used) {
        text(to, "--client-id", given_.client_id, "ID", "client id (or COAUTH_CLIENT_ID)");
        text(to, "--client-secret-file", given_.client_secret_file, "FILE", "secret (or COAUTH_CLIENT_SECRET)",
             used.network);
        texts(to, "--redirect-uri", given_.redirect_uris, "URI", "where the browser comes back to", used.redirect);
        texts(to, "--scope", given_.scopes, "SCOPES", "what to ask for; may be repeated", used.scope);
        to.add_flag("--offline", given_.offline, "ask for a refresh token where that takes asking")
            ->group(used.scope ? "Options" : not_shown);
        texts(to, "--param", given_.parameters, "NAME=VALUE", "a value that the profile asks for", used.parameters);
        text(to, "--ca", given_.ca_file, "FILE", "trust these authorities, not the system's", used.network);
        texts(to, "--connect-to", given_.connect_to, "H:P:H:P", "connect elsewhere, as curl does", used.network);
        text(to, "--sandbox", given_.sandbox_file, "FILE", "use the sandbox that printed this", used.sandbox);
        to.add_option("--timeout", given_.timeout, "for each request (default 30)")
            ->option_text("SECONDS")
            ->group(used.network ? "Options" : not_shown);
        text(to, "--proxy", given_.proxy, "URL", "http://[USER@]HOST[:PORT]", used.network);
        add_output(to);
        to.add_flag("-v,--verbose", given_.verbose, "tell what happens on the network")
            ->group(used.network ? "Options" : not_shown);
    }

    void add_output(CLI::App& to) {
        text(to, "-o,--output", given_.output_file, "FILE", "write the result there, mode 0600");
    }

    /// Where tokens are kept, and how they are sealed.
    CLI::Option& add_store(CLI::App& to, bool plaintext_shown = true) {
        CLI::Option& store = *to.add_option("--store", given_.store_file, "where tokens are kept")->option_text("FILE");
        text(to, "--key-file", given_.key_file, "FILE", "the store's keys (or COAUTH_STORE_KEYS)");
        to.add_flag("--plaintext", given_.plaintext, "the store is not sealed")
            ->group(plaintext_shown ? "Options" : not_shown);
        return store;
    }

    void add_profile_commands() {
        CLI::App& profile = *app_.add_subcommand("profile", "Check a profile, or show one")->group("Commands");
        profile.require_subcommand(1);
        CLI::App& check =
            add(profile, "check", "Check the profile in FILE; tell what is wrong and the mend", check_profile);
        check.add_option("FILE", given_.provider)->required()->option_text("FILE");
        CLI::App& show = add(profile, "show", "Print the profile of P, to start one's own from", show_profile);
        show.add_option("P", given_.provider)->required()->option_text("P");
    }

    void add_authorize() {
        CLI::App& to = add_with_provider("authorize", "Begin a login: print its URL and what to keep", authorize);
        add_common(to, {.scope = true, .parameters = true, .network = false});
    }

    void add_exchange() {
        CLI::App& to = add_with_provider("exchange", "Redeem a callback or a code for a token", exchange);
        CLI::Option* const callback =
            to.add_option("--callback", given_.callback, "what came back; - reads it")->option_text("URL");
        to.add_option("--code", given_.code, "the code alone; - reads it")->option_text("CODE")->excludes(callback);
        text(to, "--login", given_.login_file, "FILE", "what authorize printed (default: stdin)");
        add_common(to, {});
    }

    void add_with_token(const std::string& name, const std::string& what, exit_status (*run)(const arguments&),
                        uses used) {
        CLI::App& to = add_with_provider(name, what, run);
        if (run == call) {
            to.add_option("OPERATION", given_.operation)->required()->option_text("OPERATION");
            to.add_option("values", given_.values)->option_text("[name=value...]");
        }
        text(to, "--token", given_.token_file, "FILE", "what exchange printed (default: stdin)");
        add_common(to, used);
    }

    void add_token_commands() {
        add_with_token("refresh", "Get a new token for an old one's refresh token", refresh, {});
        add_with_token("userinfo", "Tell whose token it is", userinfo, {});
        add_with_token("revoke", "End a token at the provider", revoke, {.parameters = true});
        add_with_token("validate", "Ask whether the provider still takes a token; status 1 if not", validate, {});
        add_with_token("call", "Call an operation of the profile; a value may be @FILE", call, {});
    }

    CLI::App& add_store_command(const std::string& name, const std::string& what,
                                exit_status (*run)(const arguments&)) {
        CLI::App& added = add(*tokens_, name, what, run);
        add_store(added).required();
        return added;
    }

    CLI::App& add_with_account(CLI::App& to, const std::string& name, const std::string& what,
                               exit_status (*run)(const arguments&), uses used) {
        CLI::App& added = add(to, name, what, run);
        added.add_option("P", given_.provider)->required()->option_text("P");
        added.add_option("ACCOUNT", given_.account)->required()->option_text("ACCOUNT");
        add_store(added).required();
        if (run != put_token) {
            added.add_option("--key-scope", given_.key_scope, "of several tokens the one for these")
                ->option_text("SCOPES");
            added.add_option("--key-resource", given_.key_resource, "of several tokens the one for it")
                ->option_text("URI");
        }
        used.redirect = false;
        add_common(added, used);
        return added;
    }

    void add_kept_token_commands() {
        CLI::App& token =
            add_with_account(app_, "token", "Print a fresh access token out of a store, for scripts", print_token, {});
        token.add_option("--min-left", given_.min_left, "refresh what ends sooner (default 60)")
            ->option_text("SECONDS");

        tokens_ = app_.add_subcommand("tokens", "Manage the tokens in a store")->group("Commands");
        tokens_->require_subcommand(1);
        constexpr uses store_alone{.network = false, .redirect = false, .sandbox = false};
        CLI::App& list = add_store_command("list", "List the tokens: whose, until when, in what state", list_tokens);
        list.add_flag("--json", given_.json, "a JSON object on each line");
        add_output(list);
        CLI::App& show = add_with_account(*tokens_, "show", "Show a token, secrets hidden", show_token, store_alone);
        CLI::App& put =
            add_with_account(*tokens_, "put", "Store a token that came by other means", put_token, {.network = false});
        text(put, "--token", given_.token_file, "FILE", "what exchange printed (default: stdin)");
        CLI::App& renewed = add_with_account(*tokens_, "refresh", "Refresh a token now", refresh_token, {});
        for (CLI::App* const each : {&show, &renewed}) {
            each->add_flag("--reveal", given_.reveal, "show secrets");
        }
        add_with_account(*tokens_, "revoke", "End a token at the provider, then erase it", revoke_token,
                         {.parameters = true});
        add_with_account(*tokens_, "erase", "Erase a token from the store alone", erase_token, store_alone);
        add_output(add_store_command("reseal", "Seal every token under the first of the keys", reseal_tokens));
        CLI::App& key = add(*tokens_, "key", "Make a key for a key file: print its line", make_key);
        key.add_option("NAME", given_.key_name)->option_text("[NAME]");
        add_output(key);
    }

    void add_login() {
        CLI::App& to = add_with_provider("login", "Log in with a browser: print identity and token", log_in);
        add_common(to, {.scope = true, .parameters = true});
        to.add_option("--port", given_.port, "of the receiver on 127.0.0.1 (default: any)")->option_text("PORT");
        to.add_flag("--paste", given_.paste, "read the callback's URL from standard input");
        to.add_option("--wait", given_.wait, "for the browser (default 300)")->option_text("SECONDS");
        add_store(to, false);
        to.footer("");  // to fit a screen
        text(to, "--account", given_.account, "NAME", "its name in the store (default: its subject)");
    }

    void add_sandbox() {
        CLI::App& to = add(app_, "sandbox", "Run five simulated providers over TLS until interrupted", run_sandbox);
        to.add_option("--address", given_.address, "to listen on (default 127.0.0.1)")->option_text("ADDRESS");
        to.add_option("--port", given_.port, "to listen on (default: any free one)")->option_text("PORT");
        text(to, "--ca-out", given_.ca_output_file, "FILE", "write the authority's certificate there");
        texts(to, "--redirect-uri", given_.redirect_uris, "URI", "registered at each; may be repeated");
        to.add_option("--token-lifetime", given_.token_lifetime, "of access tokens")->option_text("SECONDS");
        to.add_option("--latency", given_.latency, "before each answer")->option_text("SECONDS");
    }

    CLI::App& app_;
    CLI::App* tokens_ = nullptr;
    arguments& given_;
};

/// "--timeout = soon" of CLI11's "Could not convert: --timeout = soon".
std::string value_of(const CLI::ParseError& not_converted) {
    const std::string text = not_converted.what();
    const std::size_t colon = text.find(": ");
    return colon == text.npos ? text : text.substr(colon + 2);
}

/// What is wrong with the command line. An unexpected word is not repeated, but for an option's name: it may be a
/// secret.
std::string explain(const CLI::App& app, const CLI::ParseError& failed) {
    const std::vector<std::string> unexpected = app.remaining(true);
    const std::string word = unexpected.empty() ? "" : unexpected.front();
    if (word.starts_with("-")) {
        const std::string option = word.substr(0, word.find('='));
        const bool secret_given = option.find("secret") != std::string::npos;
        return "there is no option " + printable(option, 40) +
               (secret_given ? "; a secret comes from COAUTH_CLIENT_SECRET or --client-secret-file" : "");
    }
    const auto code = static_cast<CLI::ExitCodes>(failed.get_exit_code());
    if (code == CLI::ExitCodes::RequiredError && app.get_subcommands().empty()) {
        return word.empty() ? "no command is given" : "there is no such command";
    }
    if (code == CLI::ExitCodes::ConversionError) {
        return "no number, or one out of range: " + value_of(failed);
    }
    return code == CLI::ExitCodes::ExtrasError ? "an argument too many" : failed.what();
}

/// "coauth", or the command that was named, as its help is asked for.
std::string full_name(const CLI::App& app) {
    std::string name = app.get_name();
    for (const CLI::App* each : app.get_subcommands()) {
        name += " " + full_name(*each);
    }
    return name;
}

exit_status print_help(const CLI::App& app, const CLI::ParseError& asked) {
    std::ostringstream text;
    app.exit(asked, text, text);
    try {
        output{}.print_text(text.str());
    } catch (const program_error& failed) {
        complain(failed.what());
        return failed.status();
    }
    return exit_status::done;
}

}  // namespace

std::variant<arguments, exit_status> read_command_line(int count, const char* const* words) {
    arguments given;
    CLI::App app{"Log in through OAuth providers, step by step or in one go.", "coauth"};
    app.formatter(std::make_shared<screen_formatter>());
    app.set_help_flag("-h,--help", "print this help");
    app.set_version_flag("--version", "coauth " COAUTH_VERSION_STRING, "print the version");
    app.require_subcommand(1);
    app.footer("coauth COMMAND --help tells more of a command, man coauth all of it.");
    command_table(app, given).fill();
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& stopped) {
        if (stopped.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
            return print_help(app, stopped);
        }
        complain(explain(app, stopped) + "; see " + full_name(app) + " --help");
        return exit_status::usage;
    }
    return given;
}

}  // namespace coauth::cli
