#pragma once
// What the system's error codes mean for a run.

#include <boost/system/error_code.hpp>
#include <string>
#include <string_view>

#include "model/reason.h"

namespace answerback::net {

struct Meaning {
  Reason reason;
  std::string words;            // "connection refused"
  std::string_view by = "for";  // what joins them to an address: "by", "to", …
};

Meaning meaning_of_connecting(const boost::system::error_code&);
Meaning meaning_of_connected(const boost::system::error_code&);

// Our own cancellation is no failure of the target: it goes on as the exception it would have been.
void throw_if_cancelled(const boost::system::error_code&);

}  // namespace answerback::net
