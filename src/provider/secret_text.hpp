#pragma once

#include <string>
#include <string_view>

namespace coauth::provider {

/// Appends without leaving a copy behind where the text has to grow: a request's body and URL carry secrets.
void append_secret(std::string& to, std::string_view more);

}  // namespace coauth::provider
