#pragma once
// One request over HTTP/2 (RFC 9113) and its answer, trailers included. nghttp2 is the protocol; this is its
// use for a single stream: no push, capped, no I/O. Bytes go in as they come, bytes to send come out.
//
//   Http2Exchange exchange(request);
//   while (!exchange.complete()) { write(exchange.to_send()); auto taken = exchange.take(read()); … }

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/result.h"

namespace answerback::net {

using Http2Fields = std::vector<std::pair<std::string, std::string>>;  // names in lower case

struct Http2Request {
  std::string scheme = "http", authority = {}, path = "/";
  Http2Fields headers = {};
  std::vector<std::string> secret = {};  // names of those never to be indexed by the peer
  std::string body = {};                 // sent by POST
};

struct Http2Response {
  unsigned status = 0;
  Http2Fields headers = {}, trailers = {};
  std::string body = {};
};

class Http2Exchange {
 public:
  static constexpr std::size_t fields_cap = 32 * 1024, body_cap = 64 * 1024;

  explicit Http2Exchange(const Http2Request&);
  ~Http2Exchange();
  Http2Exchange(const Http2Exchange&) = delete;
  Http2Exchange& operator=(const Http2Exchange&) = delete;

  std::string to_send();
  // Failures: protocol (no HTTP/2, or the peer broke its rules or gave the stream up), overloaded (it refused
  // the stream, to be tried again), too_large.
  std::expected<void, Failure> take(std::string_view bytes);
  bool complete() const;
  const Http2Response& response() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace answerback::net
