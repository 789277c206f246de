#pragma once
// A connection, plain or TLS, behind one type: what is built on it is compiled once, and a test may put
// itself in between.

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <memory>
#include <utility>

#include "net/connect.h"
#include "net/tls.h"

namespace answerback::net {

class AnyStream {
 public:
  using Signature = void(boost::system::error_code, std::size_t);
  using Handler = asio::any_completion_handler<Signature>;

  virtual ~AnyStream() = default;
  virtual asio::any_io_executor get_executor() = 0;

  // One of each at a time. The buffer and the stream itself outlive the operation. The handler is never
  // called from within; its cancellation slot is heard.
  virtual void read_some(asio::mutable_buffer, Handler) = 0;
  virtual void write_some(asio::const_buffer, Handler) = 0;

  // Drops the connection; what is under way ends with operation_aborted.
  virtual void close() = 0;

  template <class Token>
  auto async_read_some(asio::mutable_buffer space, Token&& token) {
    return asio::async_initiate<Token, Signature>(
        [this](auto handler, asio::mutable_buffer b) { read_some(b, Handler(std::move(handler))); }, token,
        space);
  }
  template <class Token>
  auto async_write_some(asio::const_buffer bytes, Token&& token) {
    return asio::async_initiate<Token, Signature>(
        [this](auto handler, asio::const_buffer b) { write_some(b, Handler(std::move(handler))); }, token,
        bytes);
  }
};

std::unique_ptr<AnyStream> any_stream(TcpSocket);
std::unique_ptr<AnyStream> any_stream(std::unique_ptr<TlsStream>);

// The peer will send nothing more; over TLS with or without saying so.
bool is_end(const boost::system::error_code&);

}  // namespace answerback::net
