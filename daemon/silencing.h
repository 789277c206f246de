#pragma once
// Silences that people ask for while the daemon runs: brought to the engine's loop, kept over restarts.

#include <boost/asio/io_context.hpp>
#include <expected>
#include <functional>
#include <string>

#include "engine/engine.h"
#include "model/silence.h"
#include "probe/clock.h"
#include "probe/store.h"
#include "sinks/event_log.h"

namespace answerback {

class Silencing {
 public:
  // All outlive it.
  Silencing(boost::asio::io_context& loop, engine::Engine&, Clock&, Store&, sinks::EventLog&);

  void restore();  // those an earlier life kept; before the loop runs

  // Not on the loop. Each waits for it, up to 2 s: an error then says that the outcome is not known.
  std::expected<Silence, std::string> add(Silence wanted);
  std::expected<void, std::string> remove(std::string id);

 private:
  std::expected<Silence, std::string> add_now(const Silence& wanted);
  std::expected<void, std::string> remove_now(const std::string& id);
  void keep();

  boost::asio::io_context& loop_;
  engine::Engine& engine_;
  Clock& clock_;
  Store& store_;
  sinks::EventLog& log_;
};

}  // namespace answerback
