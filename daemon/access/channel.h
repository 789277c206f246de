#pragma once
// One connection of a client, plain or TLS, in steps that never wait: whoever owns the socket waits for it to
// be readable or writable, as the step says, and does the step again. The socket is the caller's, not
// blocking, and outlives the channel.
//
// TLS is done on the socket itself: an idle connection then holds OpenSSL's state and no buffers.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "access/server_tls.h"

namespace answerback::access {

enum class Next : std::uint8_t {
  go_on,       // done, perhaps in part
  wait_read,   // again once the socket is readable
  wait_write,  // again, with the same bytes, once it is writable
  plain,       // greet() only: the client speaks plain HTTP where TLS is spoken
  over,        // the connection is of no more use
};

struct Step {
  Next next = Next::go_on;
  std::size_t bytes = 0;
};

class Channel {
 public:
  virtual ~Channel() = default;
  virtual Step greet() { return {}; }  // the handshake; some tenths of a millisecond of work
  virtual bool greets() const { return false; }
  virtual Step read(std::span<char> into) = 0;
  virtual Step write(std::string_view first, std::string_view rest) = 0;  // one after the other
  virtual void farewell() {}  // says that nothing more will be sent, where there is room for it
};

std::unique_ptr<Channel> plain_channel(int socket);
std::unique_ptr<Channel> tls_channel(int socket, std::shared_ptr<const ServerTls>);

}  // namespace answerback::access
