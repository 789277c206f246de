#include "net/connect.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <charconv>
#include <optional>

#include "net/socket_errors.h"

namespace answerback::net {
namespace {

using boost::system::error_code;
using Endpoint = asio::ip::tcp::endpoint;

constexpr Duration attempt_delay = std::chrono::milliseconds(250);
constexpr std::size_t most_attempts = 16;  // a name may have thousands of addresses
constexpr std::size_t most_named = 4;

// Ready to connect, or the reason why not. asio would leave it open for the programs that we start; they are
// started on this thread, so none can come between the two calls. A descriptor made elsewhere and assigned
// would cost a system call more: asio takes it for shared and removes it from its epoll set before the close.
error_code open(TcpSocket& socket, const Endpoint& endpoint, FirstWord first) {
  error_code error;
  socket.open(endpoint.protocol(), error);
  if (error) return error;
  if (::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC) != 0)
    return {errno, boost::system::system_category()};
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  constexpr int later = 0;
  if (first == FirstWord::ours)  // a wish: nothing is lost where it is not heard
    (void)::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &later, sizeof later);
  return error;
}

// Connecting to a closed port of our own host, the system now and then picks that very port as ours and
// connects the socket to itself: an open port that is not there.
error_code verified(const TcpSocket& socket, const Endpoint& endpoint, error_code error) {
  if (error || !endpoint.address().is_loopback()) return error;
  error_code ignored;
  return socket.local_endpoint(ignored) == endpoint ? asio::error::connection_refused : error;
}

struct Attempt {
  Attempt(const asio::any_io_executor& executor, Endpoint e) : endpoint(std::move(e)), socket(executor) {}
  Endpoint endpoint;
  TcpSocket socket;
  std::optional<error_code> ended;
};

std::string named(std::span<const Endpoint> endpoints) {
  std::string list;
  for (std::size_t i = 0; i < std::min(endpoints.size(), most_named); ++i)
    list += (i == 0 ? "" : ", ") + text(endpoints[i]);
  if (endpoints.size() > most_named)
    list += " and " + std::to_string(endpoints.size() - most_named) + " more";
  return list;
}

// Families in turns, the first address's first: a dead family costs one delay, not one for each address.
std::vector<Endpoint> interleaved(std::span<const Address> addresses, std::uint16_t port) {
  std::vector<Endpoint> mine, other, all;
  for (const Address& a : addresses)
    (a.is_v4() == addresses.front().is_v4() ? mine : other).emplace_back(a, port);
  for (std::size_t i = 0; all.size() < most_attempts && i < std::max(mine.size(), other.size()); ++i) {
    if (i < mine.size()) all.push_back(mine[i]);
    if (i < other.size() && all.size() < most_attempts) all.push_back(other[i]);
  }
  return all;
}

// How much an error tells: a refusal is the word of the target's own host, silence is the least.
int weight(Reason reason) {
  constexpr std::array order{Reason::connect_timeout, Reason::unreachable, Reason::reset,
                             Reason::connect_refused, Reason::internal};
  return static_cast<int>(std::ranges::find(order, reason) - order.begin());
}

std::string with_preposition(const Meaning& meaning) {
  return meaning.words + " " + std::string(meaning.by) + " ";
}

// Several addresses at once. Started and left by one coroutine; what is still under way then is closed, and
// its handlers, which hold the race alive, find it over.
class Race : public std::enable_shared_from_this<Race> {
 public:
  Race(const asio::any_io_executor& executor, Run& run, std::vector<Endpoint> endpoints, FirstWord first)
      : executor_(executor),
        run_(&run),
        endpoints_(std::move(endpoints)),
        first_(first),
        over_event_(executor) {
    attempts_.reserve(endpoints_.size());  // handlers run with their attempts in place
    over_event_.expires_at(asio::steady_timer::time_point::max());
  }

  asio::steady_timer& over_event() { return over_event_; }
  bool over() const { return over_; }

  void begin() {
    alarm_ = run_->clock.alarm([this] { next(); });
    next();
  }

  // Also when the coroutine is cancelled: nothing of the run is touched after this.
  void leave() {
    over_ = true;
    alarm_.reset();
    run_ = nullptr;
    for (Attempt& attempt : attempts_) attempt.socket.close(ignored_);
  }

  std::expected<TcpSocket, Failure> outcome() {
    if (winner_) return std::move(attempts_[*winner_].socket);
    Reason reason = Reason::connect_timeout;
    std::string detail, before;
    for (std::size_t i = 0; i < attempts_.size(); ++i) {
      const Meaning meaning = meaning_of_connecting(*attempts_[i].ended);
      if (i == 0 || weight(meaning.reason) > weight(reason)) reason = meaning.reason;
      if (i >= most_named) continue;
      const std::string words = with_preposition(meaning);
      if (i > 0) detail += words == before ? ", " : "; ";
      if (words != before) detail += words;
      detail += text(attempts_[i].endpoint);
      before = words;
    }
    if (attempts_.size() > most_named)
      detail += " and " + std::to_string(attempts_.size() - most_named) + " more";
    return std::unexpected(Failure{reason, std::move(detail)});
  }

 private:
  void next() {
    while (!over_ && attempts_.size() < endpoints_.size()) {
      const std::size_t i = attempts_.size();
      Attempt& attempt = attempts_.emplace_back(executor_, endpoints_[i]);
      if (i == 0) run_->evidence.peer(text(attempt.endpoint));
      run_->phases.note(named(std::span(endpoints_).first(attempts_.size())));
      if (const error_code error = open(attempt.socket, attempt.endpoint, first_)) {
        attempt.ended = error;
        continue;
      }
      attempt.socket.async_connect(attempt.endpoint, [self = shared_from_this(), i](const error_code& error) {
        self->ended(i, error);
      });
      alarm_->set(run_->clock.now() + attempt_delay);
      return;
    }
    judge();
  }

  void ended(std::size_t i, const error_code& result) {
    if (over_) return;
    Attempt& attempt = attempts_[i];
    attempt.ended = verified(attempt.socket, attempt.endpoint, result);
    if (!*attempt.ended) {
      winner_ = i;
      run_->evidence.peer(text(attempt.endpoint));
      return finish();
    }
    attempt.socket.close(ignored_);
    next();
  }

  void judge() {
    const bool all_tried = attempts_.size() == endpoints_.size();
    if (all_tried && std::ranges::all_of(attempts_, [](const Attempt& a) { return a.ended.has_value(); }))
      finish();
  }

  void finish() {
    over_ = true;
    over_event_.cancel();
  }

  asio::any_io_executor executor_;
  Run* run_;
  std::vector<Endpoint> endpoints_;
  FirstWord first_;
  std::vector<Attempt> attempts_;
  std::unique_ptr<Alarm> alarm_;
  asio::steady_timer over_event_;
  std::optional<std::size_t> winner_;
  bool over_ = false;
  error_code ignored_;
};

asio::awaitable<std::expected<TcpSocket, Failure>> race(Run& run, std::vector<Endpoint> endpoints,
                                                        FirstWord first) {
  struct Entry {
    ~Entry() { race->leave(); }
    std::shared_ptr<Race> race;
  };
  run.enter(Phase::connect);
  const Entry entry{
      std::make_shared<Race>(co_await asio::this_coro::executor, run, std::move(endpoints), first)};
  entry.race->begin();
  if (!entry.race->over()) co_await entry.race->over_event().async_wait(asio::as_tuple(asio::use_awaitable));
  if (!entry.race->over()) throw boost::system::system_error(asio::error::operation_aborted);
  co_return entry.race->outcome();
}

asio::awaitable<std::expected<TcpSocket, Failure>> connect_by_name(Run& run, Resolver& dns, std::string host,
                                                                   std::uint16_t port, FirstWord first) {
  const auto addresses = co_await dns.resolve(run, std::move(host));
  if (!addresses) co_return std::unexpected(addresses.error());
  co_return co_await connect_to(run, *addresses, port, first);
}

}  // namespace

// Told of every run. For IPv4 written here: inet_ntop() prints it by sprintf(), ten times the work.
std::string text(const Endpoint& endpoint) {
  if (!endpoint.address().is_v4())
    return "[" + endpoint.address().to_string() + "]:" + std::to_string(endpoint.port());
  std::array<char, sizeof "255.255.255.255:65535"> out;
  char* end = out.data();
  const auto add = [&](unsigned number, char after) {
    end = std::to_chars(end, out.data() + out.size(), number).ptr;
    *end++ = after;
  };
  const auto bytes = endpoint.address().to_v4().to_bytes();
  for (const unsigned byte : std::span(bytes).first(3)) add(byte, '.');
  add(bytes[3], ':');
  add(endpoint.port(), '\0');
  return {out.data(), end - 1};
}

// No coroutine itself, as others on the way to a socket: every frame is memory and moves that each check pays
// for.
asio::awaitable<std::expected<TcpSocket, Failure>> connect_to(Run& run, std::span<const Address> addresses,
                                                              std::uint16_t port, FirstWord first) {
  if (addresses.size() == 1) return connect_to(run, addresses.front(), port, std::nullopt, first);
  return race(run, interleaved(addresses, port), first);
}

asio::awaitable<std::expected<TcpSocket, Failure>> connect_to(Run& run, Address address, std::uint16_t port,
                                                              std::optional<Address> source,
                                                              FirstWord first) {
  run.enter(Phase::connect);
  const Endpoint endpoint(address, port);
  std::string peer = text(endpoint);
  run.evidence.peer(peer);
  run.phases.note(std::move(peer));
  TcpSocket socket(co_await asio::this_coro::executor);
  error_code error = open(socket, endpoint, first);
  if (!error && source) {
    socket.bind(Endpoint(*source, 0), error);
    if (error)
      co_return std::unexpected(Failure{
          Reason::unreachable, "cannot connect from " + source->to_string() + ": " + error.message()});
  }
  if (!error) {
    std::tie(error) = co_await socket.async_connect(endpoint, asio::as_tuple(asio::deferred));
    throw_if_cancelled(error);
    error = verified(socket, endpoint, error);
  }
  if (!error) co_return std::move(socket);
  const Meaning meaning = meaning_of_connecting(error);
  co_return std::unexpected(Failure{meaning.reason, with_preposition(meaning) + text(endpoint)});
}

asio::awaitable<std::expected<TcpSocket, Failure>> connect(Run& run, Resolver& dns, std::string host,
                                                           std::uint16_t port, FirstWord first) {
  const auto address = numeric_address(host);  // nobody to ask, nothing to wait for
  if (!address) return connect_by_name(run, dns, std::move(host), port, first);
  run.enter(Phase::resolve);
  return connect_to(run, *address, port, std::nullopt, first);
}

}  // namespace answerback::net
