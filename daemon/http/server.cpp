#include "http/server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <ctime>
#include <list>
#include <thread>

#include "http/deadlines.h"
#include "http/wire.h"
#include "net/turn_gate.h"

namespace answerback::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto await = asio::as_tuple(asio::use_awaitable);

constexpr int backlog = 1024;
constexpr std::size_t kept_for_others = 256;      // descriptors
constexpr std::size_t most_connections = 16'384;  // unless asked for more
constexpr Duration sweep_every = std::chrono::milliseconds(100);
constexpr Duration accept_again = std::chrono::milliseconds(50);
constexpr Duration stream_every = std::chrono::milliseconds(100);
constexpr Duration poll_every = std::chrono::milliseconds(5);
constexpr Duration farewell_time = std::chrono::seconds(1);
constexpr std::size_t farewell_bytes = 256 * 1024;
constexpr std::size_t write_turn = 256 * 1024;  // bytes to one client before others have their turn
constexpr int accept_turn = 64;                 // newcomers let in before others have theirs

using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

struct Connection {
  Socket socket;
  std::unique_ptr<access::Channel> channel;  // null once the socket is closed
  std::string peer;
  std::size_t slot = 0;               // of its deadline
  std::list<Connection>* among = {};  // which of the server's lists it is in
};
using Connections = std::list<Connection>;

Steady in(Duration d) { return std::chrono::steady_clock::now() + d; }

std::size_t connection_cap(std::size_t wanted) {
  if (wanted > 0) return wanted;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kept_for_others;
  const std::size_t files = limit.rlim_cur;
  return std::clamp(files > 2 * kept_for_others ? files - kept_for_others : files / 2, std::size_t{16},
                    most_connections);
}

void block_signals() {  // they are for the main thread
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

std::string http_date() {  // Sun, 06 Nov 1994 08:49:37 GMT
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

// The network of an IPv6 client: who has one has all of its addresses.
std::string text_of(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const asio::ip::address_v6 six = address.to_v6();
  if (six.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, six).to_string();
  asio::ip::address_v6::bytes_type bytes = six.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string() + "/64";
}

error_code open(Acceptor& acceptor, const tcp::endpoint& endpoint, bool both_families) {
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec && both_families) acceptor.set_option(asio::ip::v6_only(false), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(backlog, ec);
  if (ec) {
    error_code ignored;
    acceptor.close(ignored);
  } else {
    ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  }
  return ec;
}

}  // namespace

struct Server::Impl {
  Impl(Handler h, Limits l, Guard g)
      : handler(std::move(h)), limits(l), guard(std::move(g)), cap(connection_cap(l.connections)) {}

  error_code listen(const ListenAddress&);
  asio::awaitable<void> accept_all();
  asio::awaitable<void> sweep();
  asio::awaitable<void> serve(Connections::iterator);
  asio::awaitable<void> converse(Connections::iterator);
  asio::awaitable<bool> greet(Connections::iterator);
  asio::awaitable<bool> ready(Connections::iterator, access::Next);
  asio::awaitable<std::string_view> receive(Connections::iterator);
  asio::awaitable<bool> send(Connections::iterator, std::string_view head, std::string_view body = {});
  asio::awaitable<bool> send(Connections::iterator, Response, bool head_only, bool keep_alive);
  asio::awaitable<void> judge(Request&);
  asio::awaitable<void> stream(Connections::iterator, Stream&);
  asio::awaitable<std::optional<Response>> await_answer(Connections::iterator, Response);
  asio::awaitable<void> part(Connections::iterator);

  void admit_waiting();
  void admit(Socket);
  void drop(Connections::iterator);
  void drop_first() {
    Connections& first = connections.empty() ? greeting : connections;
    if (!first.empty()) drop(first.begin());
  }
  // Past it, the sweep closes the socket.
  void deadline(Connections::iterator self, Steady at) { deadlines.set(self->slot, at); }
  void ended(Connections::iterator self) {
    deadlines.remove(self->slot);
    self->among->erase(self), --count;
  }
  void renewed(Connections::iterator self) {
    if (self->channel) move_to(connections, self);
  }
  static bool is_gone(const Connection&);
  void move_to(Connections& list, Connections::iterator self) {
    list.splice(list.end(), *self->among, self);
    self->among = &list;
  }
  bool hung_up(Connections::iterator);
  Response answer(const Request&) const;
  void close_all();

  Handler handler;
  Limits limits;
  Guard guard;
  std::size_t cap;
  asio::io_context io{1};
  net::TurnGate turns{io.get_executor()};  // for what takes long: one of it, then everybody else
  Acceptor acceptor{io};
  Timer sweep_timer{io}, accept_timer{io};
  Connections connections;  // in the order in which each last completed a request, was sent news, or arrived
  Connections greeting;     // in the order of arrival
  Connections leaving;      // closed; their coroutines are about to end
  Deadlines<Connections::iterator> deadlines;
  std::array<char, 16 * 1024> input{};  // of all connections: bytes are handed on before anyone else reads
  bool stopping = false;
  std::atomic<std::size_t> count = 0;
  std::thread thread;
};

error_code Server::Impl::listen(const ListenAddress& address) {
  if (address.host.empty()) {
    const error_code ec = open(acceptor, {tcp::v6(), address.port}, true);
    const bool no_ipv6 =
        ec == asio::error::address_family_not_supported || ec == boost::system::errc::address_not_available;
    return no_ipv6 ? open(acceptor, {tcp::v4(), address.port}, false) : ec;
  }
  error_code ec;
  const auto found = tcp::resolver(io).resolve(address.host, std::to_string(address.port),
                                               tcp::resolver::passive | tcp::resolver::numeric_service, ec);
  for (const auto& each : found) {
    ec = open(acceptor, each.endpoint(), false);
    if (!ec) break;
  }
  return ec;
}

asio::awaitable<void> Server::Impl::accept_all() {
  error_code ignored;
  acceptor.non_blocking(true, ignored);
  while (!stopping) {
    auto [ec, socket] = co_await acceptor.async_accept(await);
    if (stopping) break;  // also with a socket in hand: close_all() has been and would not close it
    if (!ec) {
      admit(std::move(socket));
      admit_waiting();
    } else if (ec != asio::error::connection_aborted) {
      // Mostly no descriptors left. Without the pause this loop would turn at full speed until there are
      // some.
      drop_first();
      accept_timer.expires_after(accept_again);
      co_await accept_timer.async_wait(await);
    }
  }
}

// One by one, each would come after somebody's heavy answer.
void Server::Impl::admit_waiting() {
  for (int i = 0; i < accept_turn; ++i) {
    Socket next(io);
    error_code ec;
    acceptor.accept(next, ec);
    if (ec) return;  // nobody, or what accept_all() meets next
    admit(std::move(next));
  }
}

void Server::Impl::admit(Socket socket) {
  error_code ec;
  ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  socket.non_blocking(true, ec);
  if (!ec) socket.set_option(tcp::no_delay(true), ec);
  if (ec) return;
  const tcp::endpoint from = socket.remote_endpoint(ec);
  if (ec) return;  // gone already
  if (connections.size() + greeting.size() >= cap) drop_first();
  auto channel =
      guard.channel ? guard.channel(socket.native_handle()) : access::plain_channel(socket.native_handle());
  Connections& among = channel->greets() ? greeting : connections;
  if (&among == &greeting && greeting.size() >= limits.handshakes) drop(greeting.begin());
  among.push_back({.socket = std::move(socket),
                   .channel = std::move(channel),
                   .peer = text_of(from.address()),
                   .among = &among});
  const auto self = std::prev(among.end());
  self->slot = deadlines.add(self, in(limits.idle));
  ++count;
  asio::co_spawn(io, serve(self), [this, self](const std::exception_ptr&) { ended(self); });
}

// Closing makes whatever its coroutine waits for fail, which ends it. The channel goes with the socket: the
// number of a closed descriptor is soon somebody else's.
void Server::Impl::drop(Connections::iterator self) {
  error_code ignored;
  self->channel.reset();
  self->socket.close(ignored);
  move_to(leaving, self);
}

asio::awaitable<void> Server::Impl::sweep() {
  while (!stopping) {
    sweep_timer.expires_after(sweep_every);
    co_await sweep_timer.async_wait(await);
    deadlines.due(std::chrono::steady_clock::now(), [this](Connections::iterator late) {
      deadline(late, Steady::max());
      drop(late);
    });
  }
}

// Whether the step can be done again: false once the connection is over.
asio::awaitable<bool> Server::Impl::ready(Connections::iterator self, access::Next next) {
  if (next == access::Next::over) co_return false;
  const auto [failed] = co_await self->socket.async_wait(
      next == access::Next::wait_write ? Socket::wait_write : Socket::wait_read, await);
  co_return !failed && self->channel;
}

// The next bytes, good until the next co_await; none when the connection is over.
asio::awaitable<std::string_view> Server::Impl::receive(Connections::iterator self) {
  while (self->channel) {
    const access::Step step = self->channel->read(input);
    if (step.next == access::Next::go_on) co_return std::string_view(input.data(), step.bytes);
    if (!co_await ready(self, step.next)) break;
  }
  co_return std::string_view();
}

asio::awaitable<bool> Server::Impl::send(Connections::iterator self, std::string_view head,
                                         std::string_view body) {
  deadline(self, in(limits.response));
  for (std::size_t turn = 0; !head.empty() || !body.empty();) {
    if (!self->channel) co_return false;
    const access::Step step = self->channel->write(head, body);
    if (step.next != access::Next::go_on) {
      if (!co_await ready(self, step.next)) co_return false;
      continue;
    }
    const std::size_t of_head = std::min(step.bytes, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(step.bytes - of_head);
    if ((turn += step.bytes) < write_turn) continue;
    turn = 0;
    co_await asio::post(io, asio::use_awaitable);
  }
  // Who asks again before this returns would else be answered before others are even accepted.
  co_await asio::post(io, asio::use_awaitable);
  co_return self->channel != nullptr;
}

asio::awaitable<bool> Server::Impl::send(Connections::iterator self, Response response, bool head_only,
                                         bool keep_alive) {
  const std::string head = head_of(response, keep_alive, http_date());
  co_return co_await send(self, head, head_only ? std::string_view() : response.body);
}

// The handshake of TLS. Each step has a turn of the loop to itself, so that a thousand newcomers hold up
// nobody who is there already. False when it came to nothing.
asio::awaitable<bool> Server::Impl::greet(Connections::iterator self) {
  deadline(self, in(limits.handshake));
  for (;;) {
    co_await asio::post(asio::bind_executor(turns.executor(), asio::deferred));
    if (!self->channel) co_return false;
    const access::Step step = self->channel->greet();
    if (step.next == access::Next::go_on) break;
    if (step.next == access::Next::plain) {
      self->channel = access::plain_channel(self->socket.native_handle());
      Response refused{.status = 400, .body = "This port speaks TLS: ask with https://\n"};
      if (co_await send(self, std::move(refused), false, false)) co_await part(self);
      co_return false;
    }
    if (!co_await ready(self, step.next)) {
      if (guard.handshake_failed) guard.handshake_failed();
      co_return false;
    }
  }
  renewed(self);
  co_return true;
}

asio::awaitable<void> Server::Impl::judge(Request& request) {
  if (!guard.judge) co_return;
  asio::use_awaitable_t<> token;
  co_await asio::async_initiate<asio::use_awaitable_t<>, void()>(
      [&](auto resume) {
        auto shared = std::make_shared<decltype(resume)>(std::move(resume));
        const bool known =
            guard.judge(request, [this, shared] { asio::post(io, [shared] { std::move (*shared)(); }); });
        if (known) asio::post(io, [shared] { std::move (*shared)(); });
      },
      token);
}

// Sends what there is, several times a second, until it is over or the client is gone or takes too long over
// it.
asio::awaitable<void> Server::Impl::stream(Connections::iterator self, Stream& source) {
  Timer pause(io);
  while (const std::optional<std::string> bytes = source.next(std::chrono::steady_clock::now())) {
    if (!bytes->empty()) {
      if (!co_await send(self, *bytes)) co_return;
      renewed(self);
    }
    deadline(self, Steady::max());
    pause.expires_after(stream_every);
    co_await pause.async_wait(await);
    if (hung_up(self)) co_return;
  }
}

// Whether the client is gone. What it says while it is read to is not a request.
bool Server::Impl::hung_up(Connections::iterator self) {
  return !self->channel || self->channel->read(input).next == access::Next::over;
}

// The same without taking a byte away from the next request.
bool Server::Impl::is_gone(const Connection& client) {
  if (!client.channel) return true;
  pollfd watched{.fd = const_cast<Socket&>(client.socket).native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

// The answer once it is there; nothing when the client is gone first. How long it may take is its maker's to
// say.
asio::awaitable<std::optional<Response>> Server::Impl::await_answer(Connections::iterator self,
                                                                    Response first) {
  Timer pause(io);
  deadline(self, Steady::max());
  for (;;) {
    if (std::optional<Response> made = first.pending->poll()) {
      for (auto& header : first.headers) {
        std::erase_if(made->headers, [&](const auto& each) { return each.first == header.first; });
        made->headers.push_back(std::move(header));
      }
      co_return made;
    }
    pause.expires_after(poll_every);
    co_await pause.async_wait(await);
    if (is_gone(*self)) co_return std::nullopt;
  }
}

// Closing a socket with unread bytes would reset it, and the client might never see our answer: hang up our
// side, and let it finish, within limits.
asio::awaitable<void> Server::Impl::part(Connections::iterator self) {
  if (!self->channel) co_return;
  error_code ignored;
  self->channel->farewell();
  self->socket.shutdown(Socket::shutdown_send, ignored);
  deadline(self, in(farewell_time));
  for (std::size_t read = 0; read < farewell_bytes;) {
    const std::string_view bytes = co_await receive(self);
    if (bytes.empty()) break;
    read += bytes.size();
  }
}

asio::awaitable<void> Server::Impl::serve(Connections::iterator self) {
  if (!self->channel) co_return;  // dropped before it began
  if (!self->channel->greets() || co_await greet(self)) co_await converse(self);
}

asio::awaitable<void> Server::Impl::converse(Connections::iterator self) {
  RequestReader reader(limits.header, limits.body);
  for (bool keep_alive = true; keep_alive;) {
    deadline(self, in(reader.empty() ? limits.idle : limits.request));
    std::expected<bool, Refusal> whole = reader.feed({});
    while (whole && !*whole) {
      const std::string_view bytes = co_await receive(self);
      if (bytes.empty()) co_return;
      if (reader.empty()) deadline(self, in(limits.request));
      whole = reader.feed(bytes);
    }
    keep_alive = whole && reader.keep_alive();
    const bool tells_so = keep_alive && reader.is_old();
    std::expected<Request, Refusal> request = whole ? reader.take() : std::unexpected(whole.error());
    renewed(self);
    if (request) {
      deadline(self, in(limits.response));
      request->peer = self->peer;
      co_await judge(*request);
      if (!guard.at_once || !guard.at_once(*request))
        co_await asio::post(asio::bind_executor(turns.executor(), asio::deferred));
      Response response = answer(*request);
      if (response.pending) {
        std::optional<Response> made = co_await await_answer(self, std::move(response));
        if (!made) co_return;
        response = *std::move(made);
        renewed(self);
      }
      const auto source = response.stream;
      const bool head_only = request->method == "HEAD";
      keep_alive = keep_alive && !source;
      if (tells_so && keep_alive) response.headers.emplace_back("Connection", "keep-alive");
      if (!co_await send(self, std::move(response), head_only, keep_alive)) co_return;
      if (source && !head_only) co_await stream(self, *source);
    } else {
      keep_alive = false;
      Response refused{.status = request.error().status, .body = request.error().why + "\n"};
      if (!co_await send(self, std::move(refused), false, false)) co_return;
    }
  }
  co_await part(self);
}

Response Server::Impl::answer(const Request& request) const {
  try {
    return handler(request);
  } catch (const std::exception& e) {
    return {.status = 500, .body = std::string("internal error: ") + e.what() + "\n"};
  }
}

void Server::Impl::close_all() {
  stopping = true;
  error_code ignored;
  acceptor.close(ignored);
  accept_timer.cancel();
  sweep_timer.cancel();
  while (!connections.empty() || !greeting.empty()) drop_first();
}

Server::Server(Handler handler, Limits limits, Guard guard)
    : impl_(std::make_unique<Impl>(std::move(handler), limits, std::move(guard))) {}
Server::~Server() { stop(); }

std::expected<std::uint16_t, std::string> Server::start(const ListenAddress& address) {
  if (const error_code ec = impl_->listen(address)) {
    return std::unexpected("cannot listen on " + address.host + ":" + std::to_string(address.port) + ": " +
                           ec.message());
  }
  const auto rethrow = [](const std::exception_ptr& e) {
    if (e) std::rethrow_exception(e);
  };
  asio::co_spawn(impl_->io, impl_->accept_all(), rethrow);
  asio::co_spawn(impl_->io, impl_->sweep(), rethrow);
  const std::uint16_t port = impl_->acceptor.local_endpoint().port();
  impl_->thread = std::thread([impl = impl_.get()] {
    block_signals();
    impl->io.run();
  });
  return port;
}

void Server::stop() {
  if (!impl_->thread.joinable()) return;
  if (impl_->guard.close) impl_->guard.close();
  asio::post(impl_->io, [impl = impl_.get()] { impl->close_all(); });
  impl_->thread.join();
}

std::size_t Server::connections() const { return impl_->count; }

}  // namespace answerback::http
