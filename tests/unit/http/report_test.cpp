// The report as it is asked for and as it reads.

#include "http/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "http/routes.h"
#include "support/snapshot_builder.h"

namespace answerback::http {
namespace {

using namespace std::chrono_literals;
using test::noon;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
namespace json = boost::json;

class ReportRoute : public testing::Test {
 protected:
  ReportRoute() {
    const ProbeId db = given.probe({.name = "db",
                                    .health = Health::down,
                                    .reason = Reason::connect_refused,
                                    .phase = Phase::connect,
                                    .detail = "connection refused by 10.0.0.7:5432"});
    const ProbeId agent = given.probe({.name = "agent",
                                       .health = Health::down,
                                       .reason = Reason::agent_error,
                                       .phase = Phase::chain,
                                       .depends_on = {db}});
    const ProbeId auth = given.probe({.name = "auth"});
    given.capability("answers", 60, {agent}, "Users get no AI responses");
    given.capability("sign-in", 40, {auth}, "Users cannot sign in");
    given.views[db].last_pass = noon - 95s;
    given.plan.probes[db].runbook_url = "https://runbooks/db";
    frame("received", "FATAL: shutting down");
    Incident incident;
    incident.id = 8;
    incident.probe = incident.cause = "db";
    incident.reason = Reason::connect_refused;
    incident.phase = Phase::connect;
    incident.since = noon - 90s;
    chronicle.since = noon - 48h;
    chronicle.moments = {{noon - 10min, "configuration reloaded"}};
    chronicle.incidents = {std::make_shared<const IncidentStory>(
        IncidentStory{incident, {{noon - 90s, "db is down (was up)"}}})};
  }

  void frame(std::string label, std::string text) {
    RunRecord run = *given.views[0].last_not_ok;
    run.frames = {{run.started + 1234us, std::move(label), std::move(text)}};
    given.views[0].last_not_ok = std::make_shared<const RunRecord>(std::move(run));
  }

  Response ask(std::string_view target, Pairs headers = {}) {
    auto snapshot = std::make_shared<Snapshot>(*given.build());
    auto assessment = std::make_shared<Assessment>(*snapshot->assessment);
    if (!assessment->causes.empty()) assessment->causes[0].whys = whys;
    snapshot->assessment = assessment;
    auto parsed = parse_target(target);
    EXPECT_TRUE(parsed) << target;
    const Request request{
        .method = "GET", .path = parsed->first, .query = parsed->second, .headers = std::move(headers)};
    return handle(request, {.snapshot = snapshot,
                            .chronicle = kept ? std::make_shared<const Chronicle>(chronicle) : nullptr,
                            .now = noon,
                            .beat_age = 100ms,
                            .version = "1.2.3",
                            .actions = actions});
  }

  test::SnapshotBuilder given;
  Chronicle chronicle;
  std::vector<std::string> whys{"Users get no AI responses", "agent is down: agent_error",
                                "db refuses connections"};
  Actions actions;
  bool kept = true;
};

TEST_F(ReportRoute, ReadsAsAnEngineerWouldPasteIt) {
  given.views[0].last_pass = noon - 95s;
  EXPECT_EQ(ask("/api/v1/report").body, R"(# chat: fail, 60 % of its value is blocked

`db: down connect_refused at connect since 2026-11-22T11:58:30Z (connection refused by 10.0.0.7:5432); blocks agent; value blocked 60 %: Users get no AI responses; runbook https://runbooks/db`

As of 2026-11-22T12:00:00Z, looking back 1d; times are UTC. Written by answerback 1.2.3.

## What users get

Working 40 %, blocked 60 %, unknown 0 % of the value.

| capability | value | state | impact |
|---|---|---|---|
| answers | 60 % | **blocked** | Users get no AI responses; because of db |
| sign-in | 40 % | working |  |

## Root causes

### db: down, connect_refused at connect

Since 2026-11-22T11:58:30Z (1m 30s). Last good run 2026-11-22T11:58:25Z. Time to detect: at most 5s.

Seen: `connection refused by 10.0.0.7:5432`

Why, each because of the next:

1. Users get no AI responses
2. agent is down: agent_error
3. db refuses connections

Explains: agent.

Costs 60 % of the value: Users get no AI responses

Last change known before it, 8m 30s earlier: configuration reloaded.

Evidence of run abababababababababababababababab:

```text
+1.2ms received: FATAL: shutting down
```

## Next

1. db: See whether the process is running and listens on that port and address (ss -ltnp); read why it ended. Runbook: <https://runbooks/db>

## What answers

auth.

## What does not

| probe | health | since | last pass | because of |
|---|---|---|---|---|
| db | down, connect_refused at connect | 2026-11-22T11:58:30Z | 2026-11-22T11:58:25Z | db |
| agent | down, agent_error at chain | 2026-11-22T11:58:30Z | never seen | db |

## Timeline

- 2026-11-22T11:50:00Z configuration reloaded
- 2026-11-22T11:58:30Z db is down (was up)
- 2026-11-22T11:58:30Z incident 8 opened: db connect_refused at connect

## Incidents

| id | probe | reason | began | lasted | because of |
|---|---|---|---|---|---|
| 8 | db | connect_refused | 2026-11-22T11:58:30Z | **still open** | itself |

## What changed

- 2026-11-22T11:50:00Z configuration reloaded
)");
}

TEST_F(ReportRoute, SaysHonestlyThatNothingHappened) {
  given = test::SnapshotBuilder();
  given.probe({.name = "auth"});
  chronicle.incidents.clear();
  chronicle.moments.clear();
  const std::string text = ask("/api/v1/report?since=72h").body;
  EXPECT_THAT(text, StartsWith("# chat: pass\n\nAs of "));
  for (const char* part : {"No capabilities are configured", "## What answers\n\nauth.\n",
                           "Nothing happened in this time, as far as is known.", "None in the last 3d.",
                           "Nothing that answerback knows of.",
                           "Anything before 2026-11-20T12:00:00Z: nothing is kept of it."}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("Root causes")));
}

TEST_F(ReportRoute, WithoutAChronicleItSaysHowFarBackItKnows) {
  kept = false;
  EXPECT_THAT(ask("/api/v1/report").body,
              AllOf(HasSubstr("answerback started"),
                    HasSubstr("Anything before 2026-11-22T11:00:00Z: nothing is kept of it.")));
}

struct Asked {
  const char* target;
  const char* accept;
  int status;
  const char* type;
};

TEST_F(ReportRoute, FormatIsAskedForOrAccepted) {
  for (const Asked& each : {
           Asked{"/api/v1/report", "", 200, "text/markdown"},
           Asked{"/api/v1/report", "*/*", 200, "text/markdown"},
           Asked{"/api/v1/report", "application/json", 200, "application/json"},
           Asked{"/api/v1/report", "text/markdown, application/json", 200, "text/markdown"},
           Asked{"/api/v1/report?format=json", "text/markdown", 200, "application/json"},
           Asked{"/api/v1/report?format=markdown", "application/json", 200, "text/markdown"},
           Asked{"/api/v1/report?format=html", "", 400, "text/plain"},
           Asked{"/api/v1/report?since=90m", "", 200, "text/markdown"},
           Asked{"/api/v1/report?since=2026-11-22T03:12:09Z", "", 200, "text/markdown"},
           Asked{"/api/v1/report?since=2026-11-22T13:00:00Z", "", 400, "text/plain"},
           Asked{"/api/v1/report?since=yesterday", "", 400, "text/plain"},
           Asked{"/api/v1/report?since=24", "", 400, "text/plain"},
           Asked{"/api/v1/report?since=-1h", "", 400, "text/plain"},
       }) {
    const Response response = ask(each.target, {{"Accept", each.accept}});
    EXPECT_EQ(response.status, each.status) << each.target;
    EXPECT_THAT(response.content_type, StartsWith(each.type)) << each.target << " " << each.accept;
  }
  EXPECT_EQ(ask("/api/v1/report?since=%1b%5b31myesterday").body,
            "since: neither a duration nor a time: \"\\x1b[31myesterday\" (write it like 24h, 90m or "
            "2026-11-22T03:12:09Z)\n");
}

TEST_F(ReportRoute, JsonHoldsTheSameFacts) {
  const json::object body = json::parse(ask("/api/v1/report?format=json").body).as_object();
  EXPECT_EQ(body.at("service"), "chat");
  EXPECT_EQ(body.at("status"), "fail");
  EXPECT_EQ(body.at("at"), "2026-11-22T12:00:00Z");
  EXPECT_EQ(body.at("since"), "2026-11-21T12:00:00Z");
  const json::object& cause = body.at("causes").at(0).as_object();
  EXPECT_EQ(cause.at("probe"), "db");
  EXPECT_EQ(cause.at("whys").as_array().size(), 3U);
  EXPECT_EQ(cause.at("detected_within_seconds").to_number<double>(), 5);
  EXPECT_EQ(cause.at("evidence").at("frames").at(0).at("text"), "FATAL: shutting down");
  EXPECT_EQ(cause.at("runbook"), "https://runbooks/db");
  EXPECT_EQ(body.at("incidents").at(0).at("ended"), nullptr);
  EXPECT_EQ(body.at("timeline").as_array().size(), 3U);
  EXPECT_EQ(body.at("probes").at(2).at("health"), "up");
}

// What a peer says may be made to look like anything: it must show as what it is.
TEST_F(ReportRoute, NothingAPeerSaysGetsOutOfItsPlace) {
  const std::string evil = "``` | <img src=x> \x1b[31m\n# heading\n````\n@here <!channel> \xff";
  frame(evil, evil);
  given.views[0].facts.detail = evil;
  given.plan.capabilities[0].impact = evil;
  given.plan.probes[0].runbook_url = "https://x/`" + evil;
  whys = {evil};
  chronicle.moments.push_back({noon - 5s, evil});
  const std::string text = ask("/api/v1/report").body;
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\n# heading\n@")));
  bool inside = false;
  std::string fence;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string line = text.substr(at, end - at);
    if (inside) {
      inside = line != fence;
    } else if (line.starts_with("```") && line.ends_with("text")) {
      inside = true;
      fence = line.substr(0, line.size() - 4);
    } else {
      EXPECT_FALSE(line.starts_with("# heading") || line.starts_with("<") || line.starts_with("@")) << line;
      if (line.starts_with("|")) {
        EXPECT_THAT(line, Not(HasSubstr(" <img"))) << line;
      }
    }
  }
  EXPECT_EQ(fence, "`````");
  EXPECT_FALSE(inside);
  EXPECT_NO_THROW((void)json::parse(ask("/api/v1/report?format=json").body));
}

TEST_F(ReportRoute, ALongTimelineIsCutInTheMiddle) {
  for (int i = 0; i < 500; ++i)
    chronicle.moments.push_back({noon - 5min + i * 100ms, "moment " + std::to_string(i)});
  const std::string text = ask("/api/v1/report").body;
  EXPECT_THAT(text, AllOf(HasSubstr("moment 0\n"), HasSubstr("moment 499\n"), HasSubstr("left out\n")));
  EXPECT_LT(text.size(), 30'000U);
}

}  // namespace
}  // namespace answerback::http
