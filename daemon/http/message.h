#pragma once
// A request and its response as plain values, between the server, which knows sockets, and the routes, which
// know facts.

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/standing.h"
#include "model/time.h"

namespace answerback::http {

bool same_name(std::string_view, std::string_view);  // of a header or a token: any case

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = {};  // as sent: "GET"
  std::string path = {};    // decoded, without the query: "/health/my db"
  Pairs query = {};         // decoded, in order; a key may stand there more than once
  Pairs headers = {};       // in order; names as sent
  std::string body = {};
  std::string peer = {};  // who sent it: the address; of IPv6 the network, /64
  access::Standing standing = access::Standing::everybody;
  bool astray = false;  // not beneath the route prefix

  std::string_view header(std::string_view name) const;  // any case; the first; "" where there is none
  bool asks_for(std::string_view query_key) const;       // ?verbose, ?verbose=, ?verbose=1
};

// A body made bit by bit, for as long as the client wants it. Asked on the server's thread, several times a
// second.
class Stream {
 public:
  virtual ~Stream() = default;
  // What there is to send; empty: nothing yet; nothing at all: it is over.
  virtual std::optional<std::string> next(Steady now) = 0;
};

class Pending;

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  Pairs headers = {};  // beyond the content's type and length
  std::shared_ptr<Stream> stream =
      {};  // follows the body; the answer then has no length and ends its connection
  std::shared_ptr<Pending> pending =
      {};  // the answer is still being made; of this one only the headers count
};

// An answer that takes its time. Asked on the server's thread, many times a second; let go of, unasked for
// the rest, when the client is gone.
class Pending {
 public:
  virtual ~Pending() = default;
  virtual std::optional<Response> poll() = 0;
};

// The request line's target ("/health/a%20b?verbose"), as path and query. Not of that form: nothing.
std::expected<std::pair<std::string, Pairs>, std::string> parse_target(std::string_view);

}  // namespace answerback::http
