#include "net/unix_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "model/text.h"
#include "net/socket_errors.h"

namespace answerback::net {
namespace {

Failure unix_failure(int error, const std::string& path) {
  const std::string place = one_line(path, longest_unix_path);
  switch (error) {
    case ENOENT:
    case ENOTDIR: return {Reason::connect_refused, "there is no " + place};
    case ECONNREFUSED: return {Reason::connect_refused, "nobody listens at " + place};
    case EAGAIN: return {Reason::connect_refused, "the queue of " + place + " is full"};
    case EACCES: return {Reason::unreachable, "we are not permitted to connect to " + place};
    case EPROTOTYPE: return {Reason::protocol, place + " is no stream socket"};
    default: break;
  }
  const Meaning meaning = meaning_of_connecting({error, boost::system::system_category()});
  return {meaning.reason, meaning.words + " (" + place + ")"};
}

}  // namespace

// Never waited for: such a connection stands at once or not at all. asio would take EAGAIN, a full queue, for
// a connection on its way.
std::expected<TcpSocket, Failure> connect_unix(Run& run, const asio::any_io_executor& executor,
                                               const std::string& path) {
  run.enter(Phase::connect);
  run.evidence.peer(path);
  run.phases.note(path);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return std::unexpected(unix_failure(errno, path));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy_n(path.data(), std::min(path.size(), longest_unix_path), static_cast<char*>(address.sun_path));
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(descriptor);
    return std::unexpected(unix_failure(error, path));
  }
  TcpSocket socket(executor);
  boost::system::error_code error;
  socket.assign(asio::ip::tcp::v4(), descriptor, error);
  if (!error) return socket;
  ::close(descriptor);
  return std::unexpected(Failure{Reason::internal, error.message()});
}

}  // namespace answerback::net
