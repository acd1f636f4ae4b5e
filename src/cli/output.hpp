#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace coauth::cli {

/// Where a command's result goes: standard output, or a file that only its owner reads.
///
/// A file is begun when the object is made, before any code is redeemed, and takes its name when it is complete.
class output {
public:
    /// What becomes of a file that is there already.
    enum class existing { replaced, kept };

    /// `file` is empty for standard output. Throws `program_error` where the file cannot be written.
    explicit output(std::string file = {}, existing there = existing::replaced);
    ~output();

    output(const output&) = delete;
    output& operator=(const output&) = delete;

    /// Writes the value, indented, with a line feed at the end. Throws `program_error` where it cannot be written.
    void print(const boost::json::value& result);

    /// The same for text that is printed as it is.
    void print_text(std::string_view text);

private:
    std::string file_;
    std::string unfinished_;
    int descriptor_;
    existing there_;
};

/// The value on indented lines. Control characters are escaped, those above ASCII too: a terminal obeys them.
[[nodiscard]] std::string pretty(const boost::json::value& value);

/// The same on one line, for a file of such lines.
[[nodiscard]] std::string one_line(const boost::json::value& value);

/// The one line on standard error that tells a failure: "coauth: ...".
void complain(std::string_view line) noexcept;

/// A further line on standard error: what to do, what happens.
void tell(std::string_view line) noexcept;

}  // namespace coauth::cli
