#pragma once
// A TCP connection to a name: happy eyeballs (RFC 8305: families interleaved, 250 ms apart) over what the
// resolver gives.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <expected>
#include <optional>
#include <span>
#include <string>

#include "net/resolver.h"
#include "probe/run.h"

namespace answerback::net {

using TcpSocket = boost::asio::ip::tcp::socket;

// Who says something first. Where it is us, the last packet of the handshake waits for our first bytes and
// goes with them: a packet less, and the other side wakes up once, not twice.
enum class FirstWord { theirs, ours };

// Enters Phase::resolve, then Phase::connect with the addresses tried as its note. The socket has TCP_NODELAY
// and is closed on exec. Failures: as resolve(); connect_refused, connect_timeout (the system's own),
// unreachable, reset; internal when we have no descriptor or port left. With several addresses it is the most
// telling one, the detail naming each.
asio::awaitable<std::expected<TcpSocket, Failure>> connect(Run&, Resolver&, std::string host,
                                                           std::uint16_t port, FirstWord = FirstWord::theirs);

// The same without the name: phase connect only. `addresses` is not empty and outlives the call.
asio::awaitable<std::expected<TcpSocket, Failure>> connect_to(Run&, std::span<const Address> addresses,
                                                              std::uint16_t port,
                                                              FirstWord = FirstWord::theirs);

// To one address, from the one of ours that `source` names: unreachable where that is none of ours or of the
// other family.
asio::awaitable<std::expected<TcpSocket, Failure>> connect_to(Run&, Address, std::uint16_t port,
                                                              std::optional<Address> source,
                                                              FirstWord = FirstWord::theirs);

// The failure an error of a connected socket stands for: truncated (closed where an answer was due), reset,
// read_timeout (the system's own), unreachable, internal. `doing` is what the error cut short: "reading the
// answer". Our own cancellation is no failure: operation_aborted is thrown on as system_error.
Failure socket_failure(const boost::system::error_code&, std::string_view doing);

std::string text(const boost::asio::ip::tcp::endpoint&);  // "10.0.0.7:5432", "[::1]:5432"

}  // namespace answerback::net
