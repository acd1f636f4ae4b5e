#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coauth::provider {

// A request's body and URL carry secrets: where the text has to grow, no copy is left behind.

/// At least so many bytes more.
void grow_secret(std::string& text, std::size_t for_more);

inline void make_room(std::string& in, std::size_t for_more) {
    if (in.capacity() - in.size() < for_more) {
        grow_secret(in, for_more);
    }
}

inline void append_secret(std::string& to, std::string_view more) {
    make_room(to, more.size());
    to += more;
}

/// With `more` escaped as it stands within a JSON string.
void append_json_escaped(std::string& to, std::string_view more);

/// With `more` escaped: for a URL's path or query, spaces as %20.
void append_percent_encoded(std::string& to, std::string_view more);

/// With `more` escaped: for a form, spaces as "+".
void append_form_encoded(std::string& to, std::string_view more);

}  // namespace coauth::provider
