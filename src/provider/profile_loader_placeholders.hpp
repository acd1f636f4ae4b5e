#pragma once

#include "provider/profile_data.hpp"
#include "provider/profile_loader_format.hpp"

#include <set>

namespace coauth::provider {

/// The placeholders that one step can fill.
struct placeholder_vocabulary {
    std::string step;  ///< "exchange", for reports.
    std::vector<std::string_view> names;
    std::vector<std::string_view> families;  ///< "token.": every name that begins so.
    bool takes_extra = false;                ///< `{any_name?}` is filled by the caller's own values.
};

[[nodiscard]] placeholder_vocabulary authorization_placeholders(const profile_data& profile);
[[nodiscard]] placeholder_vocabulary operation_placeholders(const profile_data& profile,
                                                            const operation_rules& operation);

/// Reports the placeholders of a step that nothing fills, and remembers the rest.
class placeholder_use {
public:
    explicit placeholder_use(placeholder_vocabulary vocabulary) : vocabulary_(std::move(vocabulary)) {}

    void check(const place& where, const template_text& text);
    void check_url(const place& where, const template_text& url);
    void check(const place& where, const std::vector<named_template>& all);
    void check_json(const place& where, const boost::json::value& value,
                    const std::vector<std::pair<std::string, template_text>>& templates);

    [[nodiscard]] bool contains(std::string_view name) const { return used_.find(name) != used_.end(); }

    /// Whether some template cannot be filled without it.
    [[nodiscard]] bool requires_value(std::string_view name) const { return required_.find(name) != required_.end(); }

private:
    void check_name(const place& where, const template_piece& piece, const std::string& name);

    placeholder_vocabulary vocabulary_;
    std::set<std::string, std::less<>> used_;
    std::set<std::string, std::less<>> required_;
};

}  // namespace coauth::provider
