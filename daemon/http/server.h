#pragma once
// The port: HTTP/1.1 on a thread and a loop of its own, so that neither a slow scraper nor a thousand idle
// clients ever move a probe. Built to stay reachable: every request has a deadline as a whole, every
// connection that does nothing may be dropped for one that does.

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "http/listen.h"
#include "http/message.h"
#include "model/time.h"

namespace answerback::http {

struct Limits {
  Duration request = std::chrono::seconds(5);    // from the first byte of a request to its last
  Duration response = std::chrono::seconds(10);  // for the client to take the answer
  Duration idle = std::chrono::seconds(60);      // between two requests, or before the first
  std::size_t header = 16 * 1024;                // bytes, request line included
  std::size_t body = 64 * 1024;
  std::size_t connections =
      0;  // 0: what RLIMIT_NOFILE leaves after 256 for the rest of the program, 16,384 at most
};

class Server {
 public:
  // Called on the server's thread, one request at a time; an exception becomes a 500.
  using Handler = std::function<Response(const Request&)>;

  Server(Handler, Limits = {});
  ~Server();  // stops

  // Listens, then serves on its own thread. The port, for those who asked for 0; or why not.
  std::expected<std::uint16_t, std::string> start(const ListenAddress&);

  // Closes every connection, whatever it is doing, and ends the thread. Not from a Handler.
  void stop();

  std::size_t connections() const;  // open now; any thread

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace answerback::http
