#pragma once

#include "provider/reply_value.hpp"

#include <boost/json/memory_resource.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <map>
#include <string_view>
#include <vector>

namespace coauth::provider {

/// The members of a reply's root object in their order, as they stand in its text: most replies are one flat object, of
/// which a few members are looked at before it is thrown away.
class reply_members {
public:
    struct member {
        std::string_view name;
        reply_value value;
    };

    /// In `memory`, a `reply_memory`, which has to live longer.
    explicit reply_members(boost::json::memory_resource* memory) : all_(memory), kept_(memory) {
        all_.reserve(usual_number);
    }

    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
    [[nodiscard]] auto begin() const noexcept { return all_.begin(); }
    [[nodiscard]] auto end() const noexcept { return all_.end(); }

    /// The value of that name; null where there is no such member.
    [[nodiscard]] const reply_value* find(std::string_view name) const noexcept {
        const std::size_t place = place_of(name);
        return place != all_.size() ? &all_[place].value : nullptr;
    }

    /// Adds a member. Where there is one of that name it gets the value, and the result is false.
    bool set(std::string_view name, const reply_value& value);

    /// Keeps what cannot stand in the text: what nests, and what was written with escapes.
    template <class What>
    boost::json::value& keep(const What& what) {
        return kept_.emplace_front(what);
    }

private:
    template <class Element>
    using in_memory = boost::json::polymorphic_allocator<Element>;

    /// Behind the last one where there is none of that name.
    [[nodiscard]] std::size_t place_of(std::string_view name) const noexcept {
        if ((looks_ & look_of(name)) == 0) {  // as most have none: those that are added, and errors
            return all_.size();
        }
        if (!places_.empty()) {
            return place_among_many(name);
        }
        std::size_t place = 0;
        while (place != all_.size() && all_[place].name != name) {
            ++place;
        }
        return place;
    }
    [[nodiscard]] std::size_t place_among_many(std::string_view name) const noexcept;

    /// A bit for a name's length and first letter.
    [[nodiscard]] static std::uint64_t look_of(std::string_view name) noexcept {
        const auto first = name.empty() ? 0U : static_cast<unsigned char>(name.front());
        return std::uint64_t{1} << ((name.size() ^ first) % 64);
    }

    static constexpr std::size_t usual_number = 16;

    std::vector<member, in_memory<member>> all_;
    std::uint64_t looks_ = 0;  // of their names
    std::forward_list<boost::json::value, in_memory<boost::json::value>> kept_;

    // Where there are more than the usual number: nobody shall send what takes long to read.
    std::map<std::string_view, std::size_t> places_;
};

}  // namespace coauth::provider
