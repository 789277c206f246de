#pragma once
// What happened lately, and how often: for GET /demo and for tests.

#include <cstddef>
#include <deque>
#include <map>
#include <string>

namespace demo {

struct Counters {
  std::size_t connections = 0;                // accepted, HTTP and WebSocket
  std::size_t sockets = 0, open_sockets = 0;  // WebSockets that were signed in; those still open
  std::size_t refused = 0;                    // WebSockets refused for their token
  std::size_t pongs = 0;
  std::size_t runs = 0, completed = 0, dropped = 0;  // agent runs begun, answered; requests met with silence
  std::size_t tokens_in = 0, tokens_out = 0;         // of /v1
  std::map<std::string, std::size_t> requests;       // by route; "other" for what is none
};

class Journal {
 public:
  void note(std::string text);  // keeps the last 100, with the time
  const std::deque<std::string>& lines() const { return lines_; }

 private:
  std::deque<std::string> lines_;
};

}  // namespace demo
