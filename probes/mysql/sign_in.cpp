#include "probes/mysql/sign_in.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

#include "probes/mysql/reasons.h"

namespace answerback::probes {
namespace {

constexpr const char* hashed_sign_in =
    "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519";
constexpr const char* any_sign_in =
    "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519,mysql_clear_password";
constexpr std::size_t coroutine_stack = 512 * 1024;  // bytes; OpenSSL and getaddrinfo run on it
constexpr unsigned long largest_packet = 16UL << 20;

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

void restrict_session(MYSQL* session, const MysqlTarget& target) {
  const unsigned seconds = std::max(
      1U, static_cast<unsigned>(target.left_ms + 999) / 1000 / static_cast<unsigned>(target.addresses));
  const unsigned beyond_deadline = static_cast<unsigned>(target.left_ms) / 1000 + 2;
  const unsigned protocol = target.host.empty() ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP, no_file = 0;
  const my_bool off = 0, on = 1;
  mysql_options(session, MYSQL_OPT_NONBLOCK, &coroutine_stack);
  mysql_options(session, MYSQL_OPT_PROTOCOL, &protocol);  // else "localhost" would mean a unix socket
  mysql_options(session, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
  mysql_options(session, MYSQL_OPT_READ_TIMEOUT, &beyond_deadline);
  mysql_options(session, MYSQL_OPT_WRITE_TIMEOUT, &beyond_deadline);
  mysql_options(session, MYSQL_OPT_RECONNECT, &off);
  mysql_options(session, MYSQL_OPT_LOCAL_INFILE, &no_file);
  mysql_options(session, MYSQL_OPT_MAX_ALLOWED_PACKET, &largest_packet);
  mysql_options(session, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_options4(session, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "answerback");
  mysql_options(session, MARIADB_OPT_RESTRICTED_AUTH,
                target.tls && target.verify ? any_sign_in : hashed_sign_in);
  if (!target.tls) return;
  mysql_ssl_set(session, or_null(target.key_file), or_null(target.cert_file), or_null(target.ca_file),
                nullptr, nullptr);
  mysql_options(session, MYSQL_OPT_SSL_ENFORCE, &on);
  mysql_options(session, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, target.verify ? &on : &off);
  mysql_options(session, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
}

bool has_peer(my_socket socket) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  return getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
}

// What the library waits for, once it is there: MYSQL_WAIT_* again.
int wait_for_mysql(MYSQL* session, int wanted) {
  pollfd one{mysql_get_socket(session), 0, 0};
  if (wanted & MYSQL_WAIT_READ) one.events |= POLLIN;
  if (wanted & MYSQL_WAIT_WRITE) one.events |= POLLOUT;
  if (wanted & MYSQL_WAIT_EXCEPT) one.events |= POLLPRI;
  const int limit = wanted & MYSQL_WAIT_TIMEOUT ? static_cast<int>(mysql_get_timeout_value_ms(session)) : -1;
  if (poll(&one, 1, limit) == 0) return MYSQL_WAIT_TIMEOUT;
  int ready = 0;
  if (one.revents & (POLLIN | POLLHUP | POLLERR)) ready |= wanted & MYSQL_WAIT_READ;
  if (one.revents & (POLLOUT | POLLHUP | POLLERR)) ready |= wanted & MYSQL_WAIT_WRITE;
  if (one.revents & POLLPRI) ready |= wanted & MYSQL_WAIT_EXCEPT;
  return ready;
}

}  // namespace

std::expected<MysqlSession, Failure> sign_in_mysql(const MysqlTarget& target,
                                                   const std::function<void(Phase)>& on_phase) {
  MysqlSession session(mysql_init(nullptr));
  if (!session) return std::unexpected(Failure{Reason::internal, "out of memory"});
  restrict_session(session.get(), target);

  on_phase(Phase::connect);
  bool connected = false;
  MYSQL* signed_in = nullptr;
  int wanted = mysql_real_connect_start(&signed_in, session.get(), or_null(target.host), target.user.c_str(),
                                        target.password.c_str(), or_null(target.database), target.port,
                                        or_null(target.socket), 0);
  while (wanted != 0) {
    if (!connected && has_peer(mysql_get_socket(session.get()))) {
      connected = true;
      on_phase(Phase::sign_in);
    }
    wanted = mysql_real_connect_cont(&signed_in, session.get(), wait_for_mysql(session.get(), wanted));
  }
  if (!signed_in)
    return std::unexpected(mysql_failure(mysql_errno(session.get()), mysql_error(session.get()),
                                         connected ? Reason::protocol : Reason::unreachable));
  if (target.tls && !mysql_get_ssl_cipher(session.get()))
    return std::unexpected(
        Failure{Reason::tls_protocol, "the server speaks no TLS; without verification the library goes on"});
  return session;
}

}  // namespace answerback::probes
