#include "probes/postgres/harness.h"

#include "credentials/credentials.h"
#include "net/proxies.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "net/workers.h"
#include "probe/random.h"
#include "probe/real_clock.h"
#include "probe/store.h"
#include "probe/within.h"

namespace answerback::test {
namespace {

struct NoRandom : Random {
  std::uint64_t bits() override { return 4; }
};

}  // namespace

Outcome probe_postgres(const std::string& dsn, Duration timeout, probes::PostgresSettings settings) {
  asio::io_context context;
  RealClock clock(context.get_executor());
  net::Resolver dns(context.get_executor(), clock);
  net::Tls tls(context.get_executor());
  net::Proxies proxies;
  net::Workers workers(context.get_executor(), clock, {.program = ANSWERBACK_WORKER});
  NoRandom random;
  Credentials credentials{random, {dns, tls, proxies}};
  MemoryStore store;
  Services services{dns, tls, proxies, workers, credentials, random, store};

  settings.dsn = probes::parse_dsn(dsn).value();
  probes::complete_dsn(settings.dsn);
  const auto probe = probes::make_postgres(settings, services);

  Phases phases;
  Evidence evidence;
  const Steady start = clock.now();
  Run run{clock, start + timeout, phases, evidence, {}};
  const auto result = await(context, within(clock, run.deadline, probe->run(run)));

  Outcome outcome;
  outcome.late = !result;
  outcome.result = result ? *result : ProbeResult::fail(phases.late(), phases.note());
  outcome.phase = phases.current();
  for (const PhaseTime& time : phases.times()) outcome.phases.push_back(time.phase);
  outcome.samples = evidence.samples();
  outcome.sent = evidence.bytes_sent();
  outcome.received = evidence.bytes_received();
  outcome.took = clock.now() - start;
  return outcome;
}

}  // namespace answerback::test
