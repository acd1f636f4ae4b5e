#include "cli/command_line.hpp"
#include "cli/output.hpp"

#include <csignal>
#include <exception>

namespace {

using namespace coauth::cli;

/// Runs the chosen command and tells its failure in one line.
exit_status run(const arguments& given) {
    try {
        return given.run(given);
    } catch (const coauth::error& thrown) {
        complain(thrown.what());
        return status_of(coauth::class_of(thrown.reason()));
    } catch (const program_error& thrown) {
        complain(thrown.what());
        return thrown.status();
    } catch (const std::exception& thrown) {
        complain(coauth::printable(thrown.what()));
        return exit_status::usage;
    }
}

}  // namespace

int main(int count, char** words) {
    // A reader that goes away is an error of writing, to be told like any other.
    std::signal(SIGPIPE, SIG_IGN);
    const auto given = read_command_line(count, words);
    const exit_status* const ended = std::get_if<exit_status>(&given);
    return static_cast<int>(ended ? *ended : run(std::get<arguments>(given)));
}
