#pragma once
// What PostgreSQL and libpq mean by their errors, in our words.
// SQLSTATE: https://www.postgresql.org/docs/15/errcodes-appendix.html

#include <string>
#include <string_view>

#include "model/result.h"

namespace answerback::probes {

// The reason of an error the server gave a code for; assertion for what only says that the statement is
// wrong.
Reason reason_of_sqlstate(std::string_view sqlstate);

// The failure a message of libpq stands for, by the code in it (error verbosity VERBOSE) or by its words
// (LANG=C); where neither says it, `otherwise`.
Failure failure_of_message(std::string_view message, Reason otherwise);

}  // namespace answerback::probes
