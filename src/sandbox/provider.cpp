#include "provider.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace coauth::sandbox {
namespace {

constexpr std::string_view consent_path = "/sandbox/consent";

std::vector<std::string> split_path(std::string_view path) {
    std::vector<std::string> segments;
    while (path.starts_with('/') && path.size() > 1) {
        path.remove_prefix(1);
        segments.emplace_back(path.substr(0, path.find('/')));
        path.remove_prefix(segments.back().size());
    }
    return segments;
}

/// The values of the variable parts, if the path fits.
std::optional<fields> match(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
    if (pattern.size() != path.size())
        return std::nullopt;
    fields values;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at].starts_with(':'))
            values.emplace(pattern[at].substr(1), path[at]);
        else if (pattern[at] != path[at])
            return std::nullopt;
    }
    return values;
}

std::vector<std::string> decoded_segments(const boost::urls::url_view& target) {
    std::vector<std::string> path;
    for (const std::string& segment : target.segments())
        path.push_back(segment);
    return path;
}

response fault_response(const fault& due) {
    response made{due.status, {{"Content-Type", due.content_type}, {"Cache-Control", "no-store"}}, due.body};
    if (due.retry_after)
        made.headers.emplace_back("Retry-After", std::to_string(due.retry_after->count()));
    return made;
}

[[noreturn]] void refuse_with_page(std::string_view heading, std::string_view text) {
    throw refusal{message_page(400, heading, text)};
}

bool wants_allowed(const std::string& decision) {
    if (decision != "allow" && decision != "deny")
        refuse_with_page("No decision", "X-Sandbox-Decision and the form's decision are \"allow\" or \"deny\".");
    return decision == "allow";
}

const user& user_of(std::string_view login) {
    const user* found = find_user(login);
    if (!found)
        refuse_with_page("No such user", "The users are ann, bob and cyd.");
    return *found;
}

/// Whom a program without a browser answers for.
const user& headless_user(const request& received) {
    const std::string* login = received.header("X-Sandbox-User");
    return login ? user_of(*login) : all_users().front();
}

}  // namespace

provider::provider(std::string name, std::string title, std::shared_ptr<const clock> time)
    : name_(std::move(name)), title_(std::move(title)), time_(std::move(time)) {}

std::vector<std::string> provider::hosts() const {
    std::set<std::string> hosts;
    for (const endpoint& one : endpoints_)
        hosts.insert(one.host);
    return {hosts.begin(), hosts.end()};
}

void provider::register_application(application added) {
    const std::scoped_lock lock{mutex_};
    add_application(std::move(added));
}

void provider::add_application(application added) {
    std::string client_id = added.client_id;
    applications_.insert_or_assign(std::move(client_id), std::move(added));
}

void provider::set_behaviour(behaviour changed) {
    const std::scoped_lock lock{mutex_};
    behaviour_ = std::move(changed);
}

void provider::set_fault(std::string_view endpoint_name, fault next) {
    const std::scoped_lock lock{mutex_};
    endpoints_[index_of(endpoint_name)].next_fault = std::move(next);
}

std::uint64_t provider::calls(std::string_view endpoint_name) const {
    const std::scoped_lock lock{mutex_};
    return endpoints_[index_of(endpoint_name)].calls;
}

std::size_t provider::index_of(std::string_view endpoint_name) const {
    const auto found = std::ranges::find(endpoints_, endpoint_name, &endpoint::name);
    if (found != endpoints_.end())
        return static_cast<std::size_t>(found - endpoints_.begin());
    std::string known;
    for (const endpoint& one : endpoints_)
        known += (known.empty() ? "" : ", ") + one.name;
    throw std::invalid_argument{"the sandbox's " + name_ + " has no endpoint \"" + std::string{endpoint_name} +
                                "\"; it has " + known};
}

void provider::serve(std::string_view host, std::string_view method, std::string_view path, handler handle) {
    endpoint& added = endpoints_.emplace_back();
    added.name.append(method).append(" ").append(path);
    added.host = host;
    added.method = method;
    added.segments = split_path(path);
    added.handle = std::move(handle);
}

void provider::serve_authorize_page(std::string_view host, std::string_view path, handler handle) {
    serve(host, "GET", path, std::move(handle));
    endpoints_.back().is_page = true;
    serve(host, "POST", consent_path, [this](const call& received) { return answer_consent(received); });
    endpoints_.back().is_page = true;
}

answer provider::handle(const request& received) {
    const std::scoped_lock lock{mutex_};
    answer made;
    made.latency = behaviour_.latency.value_or(std::chrono::milliseconds{0});
    try {
        const route found = find_route(received);
        ++found.target->calls;
        const std::optional<fault> due = take_fault(*found.target);
        made.drop_connection = due && due->drop_connection;
        made.message = due && !due->drop_connection ? fault_response(*due) : run(found, received);
    } catch (const refusal& refused) {
        made.message = refused.message();
    } catch (const malformed_request& error) {
        made.message = describe(error);
    }
    return made;
}

provider::route provider::find_route(const request& received) {
    const auto target = boost::urls::parse_origin_form(received.target);
    if (!target)
        throw malformed_request{"The request target is not a path"};
    const std::vector<std::string> path = decoded_segments(*target);
    std::string methods;
    for (endpoint& one : endpoints_) {
        std::optional<fields> values = one.host == received.host ? match(one.segments, path) : std::nullopt;
        if (values && one.method == received.method)
            return {&one, std::move(*values), target->encoded_query()};
        if (values)
            methods += (methods.empty() ? "" : ", ") + one.method;
    }
    if (methods.empty())
        throw malformed_request{"There is nothing at this path of " + received.host, 404};
    response refused = describe(malformed_request{"This path takes " + methods + " alone", 405});
    refused.headers.emplace_back("Allow", methods);
    throw refusal{std::move(refused)};
}

std::optional<fault> provider::take_fault(endpoint& target) {
    if (target.next_fault.times == 0)
        return std::nullopt;
    --target.next_fault.times;
    return target.next_fault;
}

response provider::run(const route& found, const request& received) {
    try {
        // Read first: g++ 12 cleans up wrongly where a member of a braced temporary throws.
        fields query = read_query(found.query);
        return found.target->handle({received, found.path, std::move(query)});
    } catch (const malformed_request& error) {
        if (!found.target->is_page)
            throw;
        return message_page(error.status, "This link does not work", error.what());
    }
}

const application* provider::find_application(std::string_view client_id) const {
    const auto found = applications_.find(client_id);
    return found == applications_.end() ? nullptr : &found->second;
}

std::chrono::seconds provider::token_lifetime(std::chrono::seconds documented) const {
    return behaviour_.token_lifetime.value_or(documented);
}

const application& provider::known_application(std::string_view client_id) const {
    const application* found = find_application(client_id);
    if (!found)
        refuse_with_page("Unknown application", "No application of this id is registered at " + title_ + ".");
    if (found->redirect_uris.empty())
        refuse_with_page("No redirect URI", "The application has not registered any redirect URI.");
    return *found;
}

void provider::require_registered(const application& asking, std::string_view redirect_uri) const {
    if (std::ranges::find(asking.redirect_uris, redirect_uri) == asking.redirect_uris.end())
        refuse_with_page("Unregistered redirect URI",
                         "The application has not registered " + std::string{redirect_uri} + ".");
}

response provider::ask(const call& received, grant wanted) {
    if (const std::string* decision = received.received.header("X-Sandbox-Decision"))
        return decide(std::move(wanted), wants_allowed(*decision), headless_user(received.received), received.received,
                      302);
    const application& asking = known_application(wanted.client_id);
    const std::string browser = desk_.browser(received.received, now());
    const std::string prefix = path_prefix(received.received);
    response page =
        consent_page(title_, asking, wanted, prefix + std::string{consent_path}, desk_.open(browser, wanted, now()));
    page.headers.emplace_back("Set-Cookie", consent_desk::set_cookie(browser, prefix));
    return page;
}

const user* provider::present_user(const call& received) const {
    if (const std::string* decision = received.received.header("X-Sandbox-Decision"))
        return wants_allowed(*decision) ? &headless_user(received.received) : nullptr;
    return desk_.signed_in(received.received);
}

response provider::answer_consent(const call& received) {
    const fields form = read_form(received.received);
    const bool allow = wants_allowed(required(form, "decision"));
    const user& subject = user_of(required(form, "user"));
    std::optional<grant> wanted = desk_.close(received.received, required(form, "form_token"), now());
    if (!wanted)
        throw refusal{message_page(403, "This page is no longer good",
                                   "It was answered before, is too old, or was opened in another browser. Go back to "
                                   "the application and log in again.")};
    if (allow)
        desk_.sign_in(desk_.browser(received.received, now()), subject);
    return decide(std::move(*wanted), allow, subject, received.received, 303);
}

response provider::decide(grant wanted, bool allow, const user& subject, const request& received, unsigned status) {
    if (!allow)
        return redirect_response(status, denied(wanted));
    wanted.subject = &subject;
    wanted.address = received.peer_address;
    wanted.granted_at = now();
    return redirect_response(status, allowed(std::make_shared<grant>(std::move(wanted))));
}

}  // namespace coauth::sandbox
