#pragma once
// The path that all routes stand beneath where a proxy serves several things at one address: Prometheus'
// --web.external-url and
// --web.route-prefix.

#include <expected>
#include <string>
#include <string_view>

#include "http/message.h"

namespace answerback::http {

// "" or "/a/b": `route` where it is given ("/" being none), else the path of the URL others know us by; or
// what is wrong with them.
std::expected<std::string, std::string> route_prefix(std::string_view external_url, std::string_view route);

// Takes the prefix off the path. A request that is not beneath it goes astray.
void take_off(std::string_view prefix, Request&);

}  // namespace answerback::http
