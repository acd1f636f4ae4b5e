#pragma once

#include "provider/template_text.hpp"

#include <boost/url/url_view.hpp>

#include <string>

namespace coauth::provider {

/// What is wrong with the template of a URL, and how to mend it; empty where nothing is. It has to be absolute and
/// https, without user and fragment, and its host has to be fixed text: credentials go to no host that a value names.
[[nodiscard]] std::string objection_to_url(const template_text& url);

/// The host, and the port where it is not 443.
[[nodiscard]] std::string host_of(const boost::urls::url_view& url);

/// The host, and the port where it is not 443, of a URL that has no objection to it.
[[nodiscard]] std::string host_of(const template_text& url);

}  // namespace coauth::provider
