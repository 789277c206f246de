#pragma once
// What MySQL, MariaDB and their client library mean by their errors, in our words.
// Servers: https://mariadb.com/kb/en/mariadb-error-code-reference/,
// https://dev.mysql.com/doc/mysql-errors/8.0/en/; the library's own (2000-2999 and 5000-5999):
// <mariadb/errmsg.h>.

#include <string_view>

#include "model/result.h"

namespace answerback::probes {

// The failure of an error code; its words decide where a code stands for several things (TLS, the
// connection). `otherwise` where neither says it.
Failure mysql_failure(unsigned code, std::string_view message, Reason otherwise);

}  // namespace answerback::probes
