#pragma once
// JSON as people read it: numbers in plain decimals, where Boost.JSON writes 2.5E2.

#include <boost/json/value.hpp>
#include <string>

namespace answerback::http {

std::string print(const boost::json::value&);

}  // namespace answerback::http
