#pragma once
// The agent: one request in, the chain of five events out.

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "platform/core.h"

namespace demo {

// Ends early, and quietly, when the client has gone.
asio::awaitable<void> run_agent(CorePtr, std::shared_ptr<Outlet>, Job);

}  // namespace demo
