#pragma once
// A server that plays one side of a protocol by hand, and the probes that talk to it.

#include <regex>

#include "probes/agent/agent.h"
#include "probes/agent/harness.h"
#include "probes/websocket/websocket.h"
#include "unit/net/websocket_lab.h"

namespace answerback::probes {

template <class T>
using Awaitable = asio::awaitable<T>;

inline Awaitable<void> say(test::Connection& c, std::string text) {
  co_await c.write(net::frame(net::text_frame, text));
}
// The next text of the client; a close is answered and ends the script.
inline Awaitable<std::string> hear(test::Connection& c) {
  for (;;) {
    const net::ClientFrame frame = co_await net::read_frame(c);
    if (frame.opcode == net::close_frame) {
      co_await c.write(net::closing(1000));
      co_await c.hold();
    }
    if (frame.opcode == net::text_frame) co_return frame.payload;
  }
}
inline Awaitable<void> wants(test::Connection& c, std::string text) {
  const std::string heard = co_await hear(c);
  EXPECT_EQ(heard, text);
}

// The right answer to the question in the text: it asks for the product of the last two numbers.
inline std::string answer_to(const std::string& text) {
  std::smatch found;
  if (!std::regex_search(text, found, std::regex("(\\d+)\\D+(\\d+)\\D*$"))) return "no question";
  return "It is " + std::to_string(std::stoul(found[1]) * std::stoul(found[2])) + ".";
}

class Stage : public testing::Test {
 protected:
  void serve(test::Peer::Script script, std::string subprotocol = {}) {
    peer_.emplace(loop_.io, [this, script, subprotocol](test::Connection& c) -> Awaitable<void> {
      requests_.push_back(co_await c.read_http());
      co_await c.write(net::accepted(
          requests_.back(), subprotocol.empty() ? "" : "Sec-WebSocket-Protocol: " + subprotocol + "\r\n"));
      co_await script(c);
      for (;;) co_await hear(c);
    });
  }
  Told run(const ProbeType& type, const std::string& keys, const std::string& path = "/",
           Duration timeout = std::chrono::seconds(3)) {
    loop_.credentials.use(credentials_of("a-secret-of-at-least-32-bytes-length"));
    const Told told = Bench(loop_, type, "ws" + peer_->url(path).substr(4), keys).run(timeout);
    EXPECT_THAT(peer_->errors(), testing::IsEmpty());
    return told;
  }
  Told ask(const std::string& keys, const std::string& path = "/",
           Duration timeout = std::chrono::seconds(3)) {
    return run(agent, "limits: {first_event: 300ms, gap: 300ms, completion: 2s}\n    " + keys, path, timeout);
  }
  std::string target() const {
    const std::string& line = requests_.back();
    return line.substr(4, line.find(' ', 4) - 4);
  }

  Loop loop_;
  std::optional<test::Peer> peer_;
  std::vector<std::string> requests_;
};

}  // namespace answerback::probes
