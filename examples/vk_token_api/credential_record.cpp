#include "credential_record.hpp"

#include <coauth/core/encoding.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace vk_token_api {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr const char* id_member = "credential_id";
constexpr const char* owner_member = "owner";
constexpr const char* account_member = "account_name";
constexpr const char* user_member = "user_id";
constexpr const char* submitted_member = "submitted_at";
constexpr const char* notified_member = "notified";

std::optional<std::int64_t> number(const json::object& from, std::string_view member) {
    const json::value* const found = from.if_contains(member);
    return found != nullptr && found->is_int64() ? std::optional(found->get_int64()) : std::nullopt;
}

std::optional<std::string> text(const json::object& from, std::string_view member) {
    const json::value* const found = from.if_contains(member);
    return found != nullptr && found->is_string() ? std::optional<std::string>(found->get_string()) : std::nullopt;
}

bool is_true(const json::object& from, std::string_view member) {
    const json::value* const found = from.if_contains(member);
    return found != nullptr && found->is_bool() && found->get_bool();
}

}  // namespace

coauth::token_key key_of(const std::string& owner, const std::string& account_name) {
    // Percent-encoded, neither holds a slash: no two pairs have the same key.
    return {"vk", "vk-token-api", coauth::percent_encode(owner) + "/" + coauth::percent_encode(account_name)};
}

coauth::token_record record_of(const credential& what, const coauth::token& value) {
    coauth::token_record record{value};
    json::object& known = record.value.extra;
    known[id_member] = what.id;
    known[owner_member] = what.owner;
    known[account_member] = what.account_name;
    known[user_member] = what.user_id;
    known[submitted_member] = std::chrono::floor<milliseconds>(what.submitted_at.time_since_epoch()).count();
    known[notified_member] = what.notified;
    return record;
}

std::optional<credential> read_credential(const coauth::token_record& record, std::uint64_t version) {
    const json::object& known = record.value.extra;
    const auto id = number(known, id_member);
    const auto owner = text(known, owner_member);
    const auto account_name = text(known, account_member);
    const auto user_id = number(known, user_member);
    const auto submitted_at = number(known, submitted_member);
    if (!id || !owner || !account_name || !user_id || !submitted_at) {
        return std::nullopt;
    }
    credential read;
    read.id = *id;
    read.owner = *owner;
    read.account_name = *account_name;
    read.user_id = *user_id;
    read.expires_at = record.value.expires_at;
    read.submitted_at = coauth::clock::wall_time{milliseconds{*submitted_at}};
    read.notified = is_true(known, notified_member);
    read.version = version;
    return read;
}

}  // namespace vk_token_api
