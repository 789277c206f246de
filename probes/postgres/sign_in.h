#pragma once
// From nothing to a session with a PostgreSQL server, by libpq, telling each phase as it begins. Blocks.

#include <libpq-fe.h>

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/phase.h"
#include "model/result.h"
#include "probes/postgres/guard.h"

namespace answerback::probes {

using Parameters = std::vector<std::pair<std::string, std::string>>;  // libpq's connection keywords
using OnPhase = std::function<void(Phase, Reason late, const std::string& note)>;

struct CloseSession {
  void operator()(PGconn* session) const { PQfinish(session); }
};
using Session = std::unique_ptr<PGconn, CloseSession>;

// Tries the addresses in turn, all but the last for an equal share of `left_ms`, until one accepts a
// connection; without any, libpq finds the host itself. `guard` counts the bytes of the last attempt over TCP
// and must outlive the session.
std::expected<Session, Failure> sign_in(const Parameters&, const std::vector<std::string>& addresses,
                                        int left_ms, SignInGuard& guard, const OnPhase&);

}  // namespace answerback::probes
