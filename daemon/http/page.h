#pragma once
// The status page for people with a browser. The server draws what is known, whole and without a script; the
// scripts it names (daemon/http/page) then keep it as it is. Nothing of it comes from anywhere but this
// program.

#include <optional>
#include <string_view>

#include "http/context.h"
#include "http/message.h"

namespace answerback::http {

Response page(const Context&);

// What the page loads, by the name of its file; nothing for any other. 304 where `known` (If-None-Match) is
// what it would send.
std::optional<Response> page_asset(std::string_view name, std::string_view known);

}  // namespace answerback::http
