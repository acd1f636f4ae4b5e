#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coauth {

/// A name and its value.
struct parameter {
    parameter() = default;
    /// For braces: `{"user", "ann"}`.
    parameter(std::string its_name, std::string its_value) : name(std::move(its_name)), value(std::move(its_value)) {}

    std::string name;   ///< As the profile calls it.
    std::string value;  ///< Not encoded.
};

/// Named values for an operation, written as `{{"user", "ann"}, {"page", "2"}}`.
///
/// Its constructors take the pairs one by one, up to eight, because g++ 12 cannot compile an initializer list inside a
/// `co_await` expression; `add` takes any number.
class parameters {
public:
    parameters() = default;
    /// Those whose name is empty are left out; of two with one name the second stays.
    parameters(parameter a, parameter b = {}, parameter c = {}, parameter d = {}, parameter e = {}, parameter f = {},
               parameter g = {}, parameter h = {});

    /// Adds a value, or replaces the one of that name.
    parameters& add(std::string name, std::string value);

    /// The value of that name, or null.
    [[nodiscard]] const std::string* find(std::string_view name) const noexcept;

    [[nodiscard]] auto begin() const noexcept { return values_.begin(); }  ///< To the first `parameter`.
    [[nodiscard]] auto end() const noexcept { return values_.end(); }      ///< Behind the last.
    [[nodiscard]] bool empty() const noexcept { return values_.empty(); }  ///< Whether there is none.

private:
    std::vector<parameter> values_;
};

}  // namespace coauth
