#pragma once
// What each HTTP path answers. /ws is the server's own business.

#include <boost/asio/awaitable.hpp>

#include "platform/core.h"
#include "platform/http_message.h"

namespace demo {

asio::awaitable<Reply> answer(CorePtr, Request);

// GET /demo, POST /demo/break {"what": NAME, …}, POST /demo/heal {"what"?}.
Reply show_switches(const Core&);
Reply break_something(Core&, const Request&);
Reply heal_something(Core&, const Request&);

std::string query_value(std::string_view query, std::string_view name);  // decoded; empty: absent

}  // namespace demo
