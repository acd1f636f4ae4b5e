#pragma once

#include <string>
#include <string_view>

namespace coauth::provider {

// A request's body and URL carry secrets: where the text has to grow, no copy is left behind.

void append_secret(std::string& to, std::string_view more);

/// With `more` escaped as it stands within a JSON string.
void append_json_escaped(std::string& to, std::string_view more);

/// With `more` escaped: for a URL's path or query, spaces as %20.
void append_percent_encoded(std::string& to, std::string_view more);

/// With `more` escaped: for a form, spaces as "+".
void append_form_encoded(std::string& to, std::string_view more);

}  // namespace coauth::provider
