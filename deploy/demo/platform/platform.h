#pragma once
// A demo platform: HTTP, WebSocket, agent and model of an agent-chat platform on one port, with every failure
// on demand.
//
//   asio::io_context io;
//   demo::Platform platform(io, {.event_gap = 0ms});
//   const auto port = platform.start();
//   platform.faults().cause(demo::Fault::agent_silent);
//
// Runs on the io_context's one thread, which all functions belong to; only PostgreSQL has a thread of its
// own. The Platform must go before its io_context.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "platform/faults.h"
#include "platform/journal.h"
#include "platform/options.h"

namespace demo {

class Platform {
 public:
  Platform(boost::asio::io_context&, Options);
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  std::uint16_t start();  // the port; throws boost::system::system_error when it cannot be had
  void stop();            // no new connections, the others are cut; their coroutines end in the next turns

  std::string host() const;  // "127.0.0.1:PORT"
  Faults& faults();
  const Counters& counters() const;
  const Journal& journal() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace demo
