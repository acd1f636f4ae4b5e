#pragma once

#include "provider/field_pointer.hpp"
#include "provider/template_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// The means to write a JSON format down as tables: a struct's `format` names its keys and where each is kept, and
/// `read` does the rest. Whatever does not fit is reported with its place, and reading goes on, so that one run finds
/// all there is to mend.
namespace coauth::provider {

/// A place in the file that is being read, by JSON pointer.
class place {
public:
    explicit place(std::vector<std::string>& problems) : problems_(&problems) {}

    [[nodiscard]] place at(std::string_view key) const;
    [[nodiscard]] place at(std::size_t index) const;

    /// `what` says what is wrong and how to mend it.
    void report(std::string_view what) const;

private:
    std::vector<std::string>* problems_;
    std::string pointer_;
};

/// One key of an object: how its value is read, and whether it may be left out.
template <class T>
struct field {
    enum class need { optional, required };

    using reader = std::function<void(const place&, const boost::json::value&, T&)>;

    template <class Base, class Member>
        requires std::is_base_of_v<Base, T>
    field(std::string_view its_key, Member Base::*member, need its_need = need::optional);
    field(std::string_view its_key, reader how, need its_need = need::optional)
        : key(its_key), read_value(std::move(how)), required(its_need == need::required) {}

    std::string_view key;
    reader read_value;
    bool required;
};

/// All keys of an object. A struct has its own in the specialisation of `format_of`.
template <class T>
using format = std::vector<field<T>>;

template <class T>
const format<T>& format_of();

/// The words that an enumeration has in JSON, in the specialisation of `words_of`.
template <class E>
struct word {
    std::string_view text;
    E value;
};

template <class E>
std::span<const word<E>> words_of();

/// "a", "b" and "c"
[[nodiscard]] std::string listed(const std::vector<std::string_view>& names);

/// "did you mean ...?", or all that there is.
[[nodiscard]] std::string suggestion(std::string_view name, const std::vector<std::string_view>& known);

/// The value's members; null, with a report, where it is no object.
[[nodiscard]] const boost::json::object* object_in(const place& where, const boost::json::value& value);

void read(const place& where, const boost::json::value& value, std::string& into);
void read(const place& where, const boost::json::value& value, bool& into);
void read(const place& where, const boost::json::value& value, unsigned& into);
void read(const place& where, const boost::json::value& value, std::size_t& into);
void read(const place& where, const boost::json::value& value, std::chrono::seconds& into);
void read(const place& where, const boost::json::value& value, template_text& into);

/// Reads a JSON pointer; the empty one, which means the whole, only where `whole` says so.
void read_pointer(const place& where, const boost::json::value& value, field_pointer& into, bool whole = false);

template <class E>
    requires std::is_enum_v<E>
void read(const place& where, const boost::json::value& value, E& into);
template <class T>
void read(const place& where, const boost::json::value& value, std::optional<T>& into);
template <class T>
void read(const place& where, const boost::json::value& value, std::vector<T>& into);
template <class T>
void read(const place& where, const boost::json::value& value, std::map<std::string, T, std::less<>>& into);
template <class T>
    requires std::is_class_v<T>
void read(const place& where, const boost::json::value& value, T& into);

/// Reads an object by another format than its struct's own.
template <class T>
void read(const place& where, const boost::json::value& value, T& into, const format<T>& fields) {
    const auto* object = object_in(where, value);
    if (!object) {
        return;
    }
    std::vector<std::string_view> known;
    for (const auto& each : fields) {
        known.push_back(each.key);
        if (const auto* member = object->if_contains(each.key)) {
            each.read_value(where.at(each.key), *member, into);
        } else if (each.required) {
            where.report("\"" + std::string(each.key) + "\" is missing; add it");
        }
    }
    for (const auto& member : *object) {
        const std::string_view key = member.key();
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            where.at(key).report("this key is unknown here; " + suggestion(key, known));
        }
    }
}

template <class T>
template <class Base, class Member>
    requires std::is_base_of_v<Base, T>
field<T>::field(std::string_view its_key, Member Base::*member, need its_need)
    : field(
          its_key,
          [member](const place& where, const boost::json::value& value, T& into) { read(where, value, into.*member); },
          its_need) {}

template <class E>
    requires std::is_enum_v<E>
void read(const place& where, const boost::json::value& value, E& into) {
    std::vector<std::string_view> known;
    for (const auto& each : words_of<E>()) {
        if (value.is_string() && std::string_view(value.get_string()) == each.text) {
            into = each.value;
            return;
        }
        known.push_back(each.text);
    }
    where.report("this is none of the words there are; write one of " + listed(known));
}

template <class T>
void read(const place& where, const boost::json::value& value, std::optional<T>& into) {
    read(where, value, into.emplace());
}

/// Reads an array; `read_one` takes the place, the value and where to put it.
template <class T, class Reader>
void read_each(const place& where, const boost::json::value& value, std::vector<T>& into, const Reader& read_one) {
    const auto* array = value.if_array();
    if (!array) {
        where.report("this has to be an array; put it in [ ]");
        return;
    }
    into.clear();
    for (const auto& each : *array) {
        const auto its_place = where.at(into.size());
        read_one(its_place, each, into.emplace_back());
    }
}

template <class T>
void read(const place& where, const boost::json::value& value, std::vector<T>& into) {
    read_each(where, value, into, [](const place& at, const boost::json::value& each, T& to) { read(at, each, to); });
}

template <class T>
void read(const place& where, const boost::json::value& value, std::map<std::string, T, std::less<>>& into) {
    if (const auto* object = object_in(where, value)) {
        for (const auto& member : *object) {
            read(where.at(member.key()), member.value(), into[std::string(member.key())]);
        }
    }
}

template <class T>
    requires std::is_class_v<T>
void read(const place& where, const boost::json::value& value, T& into) {
    read(where, value, into, format_of<T>());
}

}  // namespace coauth::provider
