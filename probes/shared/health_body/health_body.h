#pragma once
// What services say of their own health, read into one shape. Pure: no I/O, no clock. Hostile input: depth by
// the JSON parser's limit, components and texts capped, every text one printable line.
//
//   health_json   draft-inadarei-api-health-check-06, ours with causes and more; and a bare {"status":
//   "healthy"} actuator      Spring Boot Actuator: {"status": "UP", "components": {"db": {"status": "UP",
//   "details": {…}}}} microprofile  MicroProfile Health: {"status": "UP", "checks": [{"name": …, "status": …,
//   "data": {…}}]} aspnet        ASP.NET Core: Healthy, Degraded or Unhealthy as text, or {"status": …,
//   "entries": {…}} kubernetes    ok, or lines of [+]name ok and [-]name failed, as of its /livez and /readyz

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/reason.h"
#include "model/time.h"
#include "model/verdict.h"

namespace answerback::probes {

enum class HealthFormat : std::uint8_t { health_json, actuator, microprofile, aspnet, kubernetes };
std::string_view name(HealthFormat);
std::optional<HealthFormat> health_format_named(std::string_view);

// What a status word means in any of them, whatever its case: pass, ok, up, healthy, ready, … are good, warn
// and degraded half, fail, down, unhealthy, out_of_service, … bad, unknown, skipped, … not known. Nothing for
// any other.
std::optional<Verdict> health_word(std::string_view);

// One part of a service, as it sees it. Parts of parts are "outer/inner".
struct HealthComponent {
  std::string name;
  std::string word;  // its status as written
  Verdict verdict = Verdict::unknown;
  std::string why;    // what it says of it; empty where nothing
  std::string since;  // of its status, as written; empty where it does not say
  bool critical = true;
  std::optional<Wall> looked = {};        // when it was last looked at
  std::vector<std::string> watches = {};  // instances of ours that it speaks of, directly or not
};

// A root cause, as an instance of ours tells it.
struct HealthCause {
  std::string probe;
  std::optional<Reason> reason;
  std::string text;  // "postgres: connect_refused at connect since 2026-11-22T03:12:09Z, blocks agent"
};

// How much of a whole one of several instances looks at (daemon/model/shard.h).
struct HealthShard {
  std::int64_t index = 0, of = 1;
  std::int64_t own = 0, total = 0;  // probes; of a group, its members
};

struct HealthBody {
  static constexpr std::size_t components_kept = 2000;
  static constexpr std::size_t causes_kept = 16;
  static constexpr std::size_t text_cap = 300;  // bytes of one text

  HealthFormat format = HealthFormat::health_json;
  std::string word;  // of the root, as written
  Verdict verdict = Verdict::unknown;
  std::string output;  // its own sentence; empty where it has none
  std::vector<HealthComponent> components;
  // Of our own instances only:
  std::vector<HealthCause> causes;
  std::string instance;  // who it is
  bool looking = true;   // false: it says itself that nothing it shows may be trusted
  std::optional<HealthShard> shard;
};

// The format is told by its shape, or must be `as`. What is wrong otherwise, in one line.
std::expected<HealthBody, std::string> read_health_body(std::string_view body,
                                                        std::optional<HealthFormat> as = {});

// The readers behind it, each of the part below the root's status (health_body_formats.cpp).
void read_health_json(const boost::json::object&, HealthBody&);
void read_actuator(const boost::json::object&, HealthBody&);
void read_microprofile(const boost::json::object&, HealthBody&);
void read_aspnet(const boost::json::object&, HealthBody&);

// "db DOWN (connection refused) since 2026-11-22T03:12:09Z"
std::string told(const HealthComponent&);

}  // namespace answerback::probes
