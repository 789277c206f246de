#pragma once
// HTTP/1.1 between bytes and values, without a socket. Strict where leniency has been a way to smuggle a
// second request past somebody: bare line feeds, NUL, both lengths at once, an unknown coding, no or several
// Hosts are all refused.

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"

namespace answerback::http {

struct Refusal {  // after one the connection cannot be read any further
  int status = 400;
  std::string why;
};

class RequestReader {
 public:
  RequestReader(std::size_t header_limit, std::size_t body_limit);
  ~RequestReader();

  // Appends what arrived, in pieces of any size; true once the current request is whole. What follows it is
  // kept for the next: feed("") looks for it.
  std::expected<bool, Refusal> feed(std::string_view bytes);

  bool empty() const;                      // no byte of a request has been seen
  bool keep_alive() const;                 // of the request that is whole
  bool is_old() const;                     // it is of HTTP/1.0: that the connection stays must be said
  std::expected<Request, Refusal> take();  // the request that is whole; the next one begins

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Status line and header of a response, ready to be sent before its body.
std::string head_of(const Response&, bool keep_alive, std::string_view date);

}  // namespace answerback::http
