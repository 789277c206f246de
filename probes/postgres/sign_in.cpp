#include "probes/postgres/sign_in.h"

#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <optional>

#include "probes/postgres/reasons.h"

namespace answerback::probes {
namespace {

constexpr std::uint64_t sign_in_cap =
    1024 * 1024;  // bytes; a real server sends some hundreds, certificates apart

bool over_tcp(int socket) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain != AF_UNIX;
}

// One attempt at one address.
class Attempt {
 public:
  Attempt(const Parameters& parameters, const std::string& address, SignInGuard& guard,
          const OnPhase& on_phase)
      : guard_(guard), on_phase_(on_phase) {
    std::vector<const char*> keys, values;
    for (const auto& [key, value] : parameters) {
      keys.push_back(key.c_str());
      values.push_back(value.c_str());
    }
    if (!address.empty()) {
      keys.push_back("hostaddr");
      values.push_back(address.c_str());
    }
    keys.push_back(nullptr);
    values.push_back(nullptr);
    session_.reset(PQconnectStartParams(keys.data(), values.data(), 0));
    if (session_) PQsetErrorVerbosity(session_.get(), PQERRORS_VERBOSE);  // with the SQLSTATE
    enter(Phase::connect, late_in(Phase::connect), address);
  }

  std::expected<Session, Failure> run(std::optional<int> connect_ms) {
    if (!session_) return std::unexpected(Failure{Reason::internal, "out of memory"});
    if (PQstatus(session_.get()) == CONNECTION_BAD) return failed();
    for (PostgresPollingStatusType want = PGRES_POLLING_WRITING; want != PGRES_POLLING_OK;) {
      if (want == PGRES_POLLING_FAILED) return failed();
      if (auto ready = wait(want, connect_ms); !ready) return std::unexpected(ready.error());
      want = PQconnectPoll(session_.get());
      tell();
    }
    return std::move(session_);
  }

 private:
  std::expected<void, Failure> wait(PostgresPollingStatusType want, std::optional<int> connect_ms) {
    const ConnStatusType status = PQstatus(session_.get());
    const int socket = PQsocket(session_.get());
    if (status == CONNECTION_STARTED) {
      pollfd connecting{socket, POLLOUT, 0};
      if (poll(&connecting, 1, connect_ms.value_or(-1)) == 0)
        return std::unexpected(Failure{Reason::connect_timeout, "the connection was not accepted in time"});
      return {};
    }
    if (status == CONNECTION_MADE && over_tcp(socket) && !PQsslInUse(session_.get()) &&
        !guard_.attach(socket))
      return std::unexpected(Failure{Reason::internal, "no descriptors left"});
    if (want == PGRES_POLLING_WRITING) {
      if (guard_.attached())
        guard_.flush();
      else
        wait_for(socket, POLLOUT);
      return {};
    }
    if (guard_.traffic().received > sign_in_cap)
      return std::unexpected(Failure{Reason::too_large, "the server sent more than " +
                                                            std::to_string(sign_in_cap) +
                                                            " bytes before it was ready for a query"});
    if (guard_.attached()) {
      auto ready = guard_.wait_readable(status == CONNECTION_SSL_STARTUP);
      if (guard_.tls_begun()) enter(Phase::tls, late_in(Phase::tls));
      return ready;
    }
    wait_for(socket, POLLIN);
    return {};
  }

  void tell() {
    const ConnStatusType status = PQstatus(session_.get());
    if (status == CONNECTION_AUTH_OK)
      return enter(Phase::sign_in, Reason::not_ready);  // let in, not yet served
    const bool tls = status == CONNECTION_SSL_STARTUP && guard_.tls_begun();
    if (!tls && (status == CONNECTION_MADE || status == CONNECTION_AWAITING_RESPONSE ||
                 status == CONNECTION_SSL_STARTUP))
      enter(Phase::sign_in, late_in(Phase::sign_in));
  }

  void enter(Phase phase, Reason late, const std::string& note = {}) {
    if (told_ == std::pair(phase, late)) return;
    told_ = {phase, late};
    on_phase_(phase, late, note);
  }

  std::expected<Session, Failure> failed() {
    const Reason otherwise = told_.first == Phase::connect ? Reason::unreachable : Reason::protocol;
    return std::unexpected(failure_of_message(session_ ? PQerrorMessage(session_.get()) : "", otherwise));
  }

  SignInGuard& guard_;
  const OnPhase& on_phase_;
  Session session_;
  std::pair<Phase, Reason> told_{Phase::prepare, Reason::none};
};

bool worth_another_address(Reason reason) {
  return reason == Reason::connect_refused || reason == Reason::connect_timeout ||
         reason == Reason::unreachable;
}

}  // namespace

std::expected<Session, Failure> sign_in(const Parameters& parameters,
                                        const std::vector<std::string>& addresses, int left_ms,
                                        SignInGuard& guard, const OnPhase& on_phase) {
  if (addresses.empty()) return Attempt(parameters, {}, guard, on_phase).run({});
  const int share = left_ms / static_cast<int>(addresses.size());
  std::expected<Session, Failure> session;
  for (const std::string& address : addresses) {
    const bool last = &address == &addresses.back();
    session = Attempt(parameters, address, guard, on_phase).run(last ? std::nullopt : std::optional(share));
    if (session || !worth_another_address(session.error().reason)) break;
  }
  return session;
}

}  // namespace answerback::probes
