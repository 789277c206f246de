#pragma once
// The port: HTTP/1.1 on a thread and a loop of its own, so that neither a slow scraper nor a thousand idle
// clients ever move a probe. Built to stay reachable: every request has a deadline as a whole, every
// connection that does nothing may be dropped for one that does.

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "access/channel.h"
#include "http/message.h"
#include "model/listen.h"
#include "model/time.h"

namespace answerback::http {

struct Limits {
  Duration handshake = std::chrono::seconds(5);  // of TLS, from the connection on
  Duration request = std::chrono::seconds(5);    // from the first byte of a request to its last
  Duration response = std::chrono::seconds(10);  // for the client to take the answer
  Duration idle = std::chrono::seconds(60);      // between two requests, or before the first
  std::size_t header = 16 * 1024;                // bytes, request line included
  std::size_t body = 64 * 1024;
  std::size_t handshakes = 512;  // under way; the oldest gives way
  std::size_t connections =
      0;  // 0: what RLIMIT_NOFILE leaves after 256 for the rest of the program, 16,384 at most
};

// How to speak with clients, and who they are. Left out: in the clear, and nobody is asked.
struct Guard {
  std::function<std::unique_ptr<access::Channel>(int socket)> channel = {};
  // Fills in the standing of a request: true; or false, and then on any thread, with `done` called once.
  std::function<bool(Request&, std::move_only_function<void()> done)> judge = {};
  // Whether a request is answered at once. All others, or all where this is left out, wait for a turn of the
  // loop to themselves: however many are asked for at a time, they hold up nobody else by more than one.
  std::function<bool(const Request&)> at_once = {};
  std::function<void()> handshake_failed = {};
  std::function<void()> close = {};  // calls every `done` that is still to come
};

class Server {
 public:
  // Called on the server's thread, one request at a time; an exception becomes a 500.
  using Handler = std::function<Response(const Request&)>;

  Server(Handler, Limits = {}, Guard = {});
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
