#pragma once

#include "cli/command_line.hpp"

namespace coauth::cli {

// The commands. Each prints its result as JSON and returns `done`, or throws `coauth::error` or `program_error`.

exit_status list_providers(const arguments& given);
exit_status check_profile(const arguments& given);
exit_status show_profile(const arguments& given);

exit_status authorize(const arguments& given);
exit_status exchange(const arguments& given);
exit_status refresh(const arguments& given);
exit_status userinfo(const arguments& given);
exit_status revoke(const arguments& given);
exit_status validate(const arguments& given);
exit_status call(const arguments& given);

exit_status print_token(const arguments& given);
exit_status list_tokens(const arguments& given);
exit_status show_token(const arguments& given);
exit_status put_token(const arguments& given);
exit_status refresh_token(const arguments& given);
exit_status revoke_token(const arguments& given);
exit_status erase_token(const arguments& given);
exit_status reseal_tokens(const arguments& given);
exit_status make_key(const arguments& given);

exit_status log_in(const arguments& given);
exit_status run_sandbox(const arguments& given);

}  // namespace coauth::cli
