#pragma once
// One attempt to deliver, and what follows from how it went.

#include <boost/asio/awaitable.hpp>
#include <expected>
#include <optional>
#include <string>

#include "net/http.h"
#include "probe/clock.h"
#include "probe/random.h"

namespace answerback::notify {

struct Attempt {
  enum class Outcome : std::uint8_t {
    delivered,  // 2xx
    failed,     // no answer, 5xx, 408, 429: worth trying again
    refused,    // any other answer: it would be the same again
  };
  Outcome outcome = Outcome::failed;
  std::string why;               // unless delivered; nothing of what the target said, which may echo secrets
  std::optional<Duration> wait;  // how long the target asks us to stay away
};

Attempt judge(const std::expected<net::HttpResponse, Failure>&, Wall now);

// How patient we are with a target that fails.
struct Patience {
  Duration first = std::chrono::seconds(1), most = std::chrono::minutes(1);  // doubled from one to the other
  Duration longest_wait = std::chrono::minutes(10);                          // whatever the target asks for
};

// How long to wait after so many failures in a row (at least one): a random time in the upper half of the
// doubled one, so that many daemons do not come back at once; never less than the target asked for.
Duration pause(const Patience&, int failures, std::optional<Duration> asked, Random&);

// Never throws, except that it ends with operation_aborted when it is cancelled. The request must outlive it.
asio::awaitable<Attempt> attempt(Clock&, Random&, const net::Transport&, const net::HttpRequest&,
                                 Duration timeout);

}  // namespace answerback::notify
