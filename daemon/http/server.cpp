#include "http/server.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <thread>

#include "http/acceptor.h"
#include "http/clients.h"
#include "http/conversation.h"

namespace answerback::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto await = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kept_for_others = 256;      // descriptors
constexpr std::size_t most_connections = 16'384;  // unless asked for more
constexpr Duration sweep_every = std::chrono::milliseconds(100);
constexpr Duration accept_again = std::chrono::milliseconds(50);
constexpr int accept_turn = 64;  // newcomers let in before others have theirs

using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                               asio::io_context::executor_type>;

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

std::string text_of(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const asio::ip::address_v6 six = address.to_v6();
  if (six.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, six).to_string();
  asio::ip::address_v6::bytes_type bytes = six.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace

struct Server::Impl {
  Impl(Handler h, Limits l, Guard g)
      : handler(std::move(h)),
        limits(l),
        guard(std::move(g)),
        clients(connection_cap(l.connections), l.handshakes) {}

  asio::awaitable<void> accept_all();
  asio::awaitable<void> sweep();
  void admit_waiting();
  void admit(Socket);
  void close_all();

  Handler handler;
  Limits limits;
  Guard guard;
  asio::io_context io{1};
  net::TurnGate turns{io.get_executor()};
  Common common{.handler = handler, .limits = limits, .guard = guard, .io = io, .turns = turns};
  Acceptor acceptor{io};
  Timer sweep_timer{io}, accept_timer{io};
  Clients clients;
  Line::Input input{};
  bool stopping = false;
  std::thread thread;
};

asio::awaitable<void> Server::Impl::accept_all() {
  while (!stopping) {
    auto [ec, socket] = co_await acceptor.async_accept(await);
    if (stopping) break;  // also with a socket in hand: close_all() has been and would not close it
    if (!ec) {
      admit(std::move(socket));
      admit_waiting();
    } else if (ec != asio::error::connection_aborted) {
      // Mostly no descriptors left. Without the pause this loop would turn at full speed until there are
      // some.
      clients.drop_first();
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
  const int handle = socket.native_handle();
  ::fcntl(handle, F_SETFD, FD_CLOEXEC);
  socket.non_blocking(true, ec);
  if (!ec) socket.set_option(tcp::no_delay(true), ec);
  if (ec) return;
  const tcp::endpoint from = socket.remote_endpoint(ec);
  if (ec) return;  // gone already
  clients.make_room();
  const Clients::One one =
      clients.add({.socket = std::move(socket),
                   .channel = guard.channel ? guard.channel(handle) : access::plain_channel(handle),
                   .peer = text_of(from.address())},
                  std::chrono::steady_clock::now() + limits.idle);
  asio::co_spawn(io, converse(common, Line(clients, one, input)),
                 [this, one](const std::exception_ptr&) { clients.gone(one); });
}

asio::awaitable<void> Server::Impl::sweep() {
  while (!stopping) {
    sweep_timer.expires_after(sweep_every);
    co_await sweep_timer.async_wait(await);
    clients.sweep(std::chrono::steady_clock::now());
  }
}

void Server::Impl::close_all() {
  stopping = true;
  error_code ignored;
  acceptor.close(ignored);
  accept_timer.cancel();
  sweep_timer.cancel();
  clients.drop_all();
}

Server::Server(Handler handler, Limits limits, Guard guard)
    : impl_(std::make_unique<Impl>(std::move(handler), limits, std::move(guard))) {}
Server::~Server() { stop(); }

std::expected<std::uint16_t, std::string> Server::start(const ListenAddress& address) {
  if (const error_code ec = listen(impl_->acceptor, address)) {
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

std::size_t Server::connections() const { return impl_->clients.count(); }

}  // namespace answerback::http
