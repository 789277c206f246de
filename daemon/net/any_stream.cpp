#include "net/any_stream.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

namespace answerback::net {
namespace {

void drop(TcpSocket& socket) {
  boost::system::error_code ignored;
  socket.close(ignored);
}

class Plain final : public AnyStream {
 public:
  explicit Plain(TcpSocket socket) : socket_(std::move(socket)) {}
  asio::any_io_executor get_executor() override { return socket_.get_executor(); }
  void read_some(asio::mutable_buffer space, Handler done) override {
    socket_.async_read_some(space, std::move(done));
  }
  void write_some(asio::const_buffer bytes, Handler done) override {
    socket_.async_write_some(bytes, std::move(done));
  }
  void close() override { drop(socket_); }

 private:
  TcpSocket socket_;
};

class Secure final : public AnyStream {
 public:
  explicit Secure(std::unique_ptr<TlsStream> stream) : stream_(std::move(stream)) {}
  asio::any_io_executor get_executor() override { return stream_->get_executor(); }
  void read_some(asio::mutable_buffer space, Handler done) override {
    stream_->async_read_some(space, std::move(done));
  }
  void write_some(asio::const_buffer bytes, Handler done) override {
    stream_->async_write_some(bytes, std::move(done));
  }
  void close() override { drop(stream_->next_layer()); }

 private:
  std::unique_ptr<TlsStream> stream_;
};

}  // namespace

std::unique_ptr<AnyStream> any_stream(TcpSocket socket) { return std::make_unique<Plain>(std::move(socket)); }
std::unique_ptr<AnyStream> any_stream(std::unique_ptr<TlsStream> stream) {
  return std::make_unique<Secure>(std::move(stream));
}

bool is_end(const boost::system::error_code& error) {
  return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
}

}  // namespace answerback::net
