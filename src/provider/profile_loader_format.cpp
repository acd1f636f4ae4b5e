#include "provider/profile_loader_format.hpp"

#include "provider/profile_loader_json.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace coauth::provider {
namespace {

/// The number of single letters to add, drop or change to make one word of the other.
std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i != left.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j != right.size(); ++j) {
            const std::size_t changed = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

/// The name among `known` that `name` was probably meant to be; empty where none is near.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& known) {
    std::string_view best;
    std::size_t least = 1 + name.size() / 3;
    for (const auto each : known) {
        if (const auto distance = edit_distance(name, each); distance <= least) {
            best = each;
            least = distance - (distance == 0 ? 0 : 1);
        }
    }
    return best;
}

/// A whole number from 0 to `most`.
std::optional<std::uint64_t> whole_number(const place& where, const boost::json::value& value, std::uint64_t most) {
    boost::json::error_code ec;
    const auto number = value.is_number() ? value.to_number<std::uint64_t>(ec) : 0;
    if (!value.is_number() || ec || number > most) {
        where.report("this has to be a whole number from 0 to " + std::to_string(most));
        return std::nullopt;
    }
    return number;
}

bool is_pointer(std::string_view text) noexcept {
    for (auto at = text.find('~'); at != text.npos; at = text.find('~', at + 1)) {
        if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) {
            return false;
        }
    }
    return text.empty() || text.front() == '/';
}

}  // namespace

place place::at(std::string_view key) const {
    place inner = *this;
    inner.pointer_ += "/" + escape_pointer_token(key);
    return inner;
}

place place::at(std::size_t index) const {
    return at(std::to_string(index));
}

void place::report(std::string_view what) const {
    problems_->push_back((pointer_.empty() ? "at the top" : pointer_) + ": " + std::string(what));
}

std::string listed(const std::vector<std::string_view>& names) {
    std::string text;
    for (std::size_t i = 0; i != names.size(); ++i) {
        text += i == 0 ? "" : i + 1 == names.size() ? " and " : ", ";
        text += "\"" + std::string(names[i]) + "\"";
    }
    return text;
}

std::string suggestion(std::string_view name, const std::vector<std::string_view>& known) {
    const auto meant = nearest(name, known);
    return meant.empty() ? "there are " + listed(known) : "did you mean \"" + std::string(meant) + "\"?";
}

const boost::json::object* object_in(const place& where, const boost::json::value& value) {
    const auto* object = value.if_object();
    if (!object) {
        where.report("this has to be an object; put it in { }");
    }
    return object;
}

void read(const place& where, const boost::json::value& value, std::string& into) {
    if (const auto* text = value.if_string()) {
        into.assign(text->data(), text->size());
    } else {
        where.report("this has to be a text; put it in quotes");
    }
}

void read(const place& where, const boost::json::value& value, bool& into) {
    if (const auto* flag = value.if_bool()) {
        into = *flag;
    } else {
        where.report("this has to be true or false, without quotes");
    }
}

void read(const place& where, const boost::json::value& value, unsigned& into) {
    into = static_cast<unsigned>(whole_number(where, value, std::numeric_limits<unsigned>::max()).value_or(0));
}

void read(const place& where, const boost::json::value& value, std::size_t& into) {
    into = whole_number(where, value, std::numeric_limits<std::uint32_t>::max()).value_or(0);
}

void read(const place& where, const boost::json::value& value, std::chrono::seconds& into) {
    into = std::chrono::seconds(whole_number(where, value, std::numeric_limits<std::int32_t>::max()).value_or(0));
}

void read(const place& where, const boost::json::value& value, template_text& into) {
    std::string source;
    read(where, value, source);
    auto parsed = template_text::parse(source);
    if (parsed) {
        into = std::move(*parsed);
    } else {
        where.report(parsed.error().detail);
    }
}

void read_pointer(const place& where, const boost::json::value& value, field_pointer& into, bool whole) {
    std::string text;
    read(where, value, text);
    if (!is_pointer(text)) {
        where.report("this is no JSON pointer; write it as \"/name\" or \"/name/0/inner\"");
    } else if (text.empty() && !whole && value.is_string()) {
        where.report("this is empty; write a JSON pointer as \"/name\", or leave the key out");
    }
    into = std::move(text);
}

}  // namespace coauth::provider
