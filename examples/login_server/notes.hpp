#pragma once

#include <string>
#include <string_view>

namespace login_server {

/// What has happened, told on the next page: a word in its address, which is no text of anybody else's.
enum class note { none, refreshed, not_refreshed, revoked, not_revoked, forgotten };

[[nodiscard]] std::string_view name_of(note value) noexcept;
[[nodiscard]] note note_named(std::string_view name) noexcept;

/// The sentence for the user; empty for none.
[[nodiscard]] std::string text_of(note value, std::string_view provider_title);

/// The path with the note: "/me?note=refreshed&provider=hitkey".
[[nodiscard]] std::string with_note(std::string_view path, note value, std::string_view provider);

}  // namespace login_server
