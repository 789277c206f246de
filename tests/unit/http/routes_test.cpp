#include "http/routes.h"

#include <algorithm>
#include <type_traits>

#include "routes_fixture.h"

namespace answerback::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

using Routes = RoutesTest;

static_assert(!std::is_default_constructible_v<Route>);
static_assert(!std::is_constructible_v<Route, std::string_view, std::string_view, Route::Answer>,
              "a route without a policy must not compile");

TEST_F(Routes, ReadyzIsApiserversTextToTheLetter) {
  EXPECT_EQ(ask("/readyz").body, "ok");
  EXPECT_EQ(ask("/readyz").status, 200);
  EXPECT_EQ(ask("/readyz?verbose").body,
            "[+]shutdown ok\n[+]engine ok\n[+]looking ok\n[+]db ok\n[+]web ok\nreadyz check passed\n");
  EXPECT_EQ(
      ask("/readyz?verbose&exclude=db&exclude=nope&exclude=nil").body,
      "[+]shutdown ok\n[+]engine ok\n[+]looking ok\n[+]db excluded: ok\n[+]web ok\n"
      "warn: some health checks cannot be excluded: no matches for \"nope\",\"nil\"\nreadyz check passed\n");
}

TEST_F(Routes, ReadyzFailsVerboselyAndCanLeaveTheFailureOut) {
  given.views[0].facts.health = Health::down;
  const Response failed = ask("/readyz");
  EXPECT_EQ(failed.status, 503);
  EXPECT_EQ(failed.body,
            "[+]shutdown ok\n[+]engine ok\n[+]looking ok\n[-]db failed: reason withheld\n[+]web ok\nreadyz "
            "check failed\n");
  EXPECT_EQ(ask("/readyz?exclude=db").status, 200);
  EXPECT_EQ(ask("/readyz?exclude=db").body, "ok");
}

TEST_F(Routes, UnknownIsNeverReady) {
  given.views[0].facts.health = Health::unknown;
  EXPECT_EQ(ask("/readyz").status, 503);
  EXPECT_THAT(ask("/readyz").body,
              testing::HasSubstr("\nwhy: db: no verdict that still holds\nreadyz check failed"));
  EXPECT_EQ(ask("/readyz?exclude=db").body, "ok");
  given.views[0].last = nullptr;
  EXPECT_THAT(ask("/readyz").body, testing::HasSubstr("\nwhy: db: no verdict yet\n"));
  given.stalled("stalled for 3 s");
  EXPECT_THAT(ask("/readyz").body, testing::HasSubstr("\nwhy: not looking: "));
  EXPECT_THAT(ask("/readyz").body, testing::HasSubstr("stalled for 3 s; db: no verdict yet\n"));
}

TEST_F(Routes, WithoutAGroupReadinessIsEveryCriticalProbe) {
  given.plan.groups.clear();
  EXPECT_EQ(ask("/readyz").status, 200);  // "extra" is down and not critical
  given.plan.probes[2].critical = true;
  EXPECT_EQ(ask("/readyz").status, 503);
}

TEST_F(Routes, WithoutProbesNothingIsReady) {
  given = test::SnapshotBuilder();
  EXPECT_EQ(ask("/readyz").body,
            "[+]shutdown ok\n[+]engine ok\n[+]looking ok\n[-]probes failed: reason withheld\n"
            "why: no probes are configured\nreadyz check failed\n");
  EXPECT_EQ(ask("/health").status, 503);
}

TEST_F(Routes, StartupzIsItsGroupOrReadiness) {
  EXPECT_EQ(ask("/startupz?verbose").body,
            "[+]shutdown ok\n[+]engine ok\n[+]looking ok\n[+]db ok\n[+]web ok\nstartupz check passed\n");
  given.group("startup", {2});
  EXPECT_EQ(ask("/startupz").status, 503);
}

TEST_F(Routes, LivezKnowsOurOwnLoopOnlyAndNeverATarget) {
  for (ProbeView& each : given.views) each.facts.health = Health::down;
  given.stalled("stalled for 3 s");
  EXPECT_EQ(ask("/livez").body, "ok");
  EXPECT_EQ(ask("/livez?verbose").body, "[+]ping ok\n[+]engine ok\nlivez check passed\n");
  beat_age = beat_limit;
  EXPECT_EQ(ask("/livez").status, 503);
  EXPECT_EQ(ask("/livez").body, "[+]ping ok\n[-]engine failed: reason withheld\nlivez check failed\n");
}

struct Asked {
  const char* target;
  int healthy, starting, stopping, blind, stuck;
};

TEST_F(Routes, StatusFollowsOurOwnCondition) {
  for (const Asked& each : {
           Asked{"/health", 200, 503, 503, 503, 503},
           Asked{"/health/readiness", 200, 503, 503, 503, 503},
           Asked{"/health/db", 200, 503, 503, 503, 503},
           Asked{"/livez", 200, 200, 200, 200, 503},
           Asked{"/readyz", 200, 503, 503, 503, 503},
           Asked{"/startupz", 200, 503, 503, 503, 503},
           Asked{"/metrics", 200, 200, 200, 200, 200},
           Asked{"/-/healthy", 200, 200, 200, 200, 503},
           Asked{"/-/ready", 200, 503, 503, 200, 200},
           Asked{"/", 200, 200, 200, 200, 200},
           Asked{"/api/v1/probes", 200, 503, 200, 200, 200},
           Asked{"/api/v1/probes/db", 200, 503, 200, 200, 200},
           Asked{"/api/v1/incidents", 200, 503, 200, 200, 200},
           Asked{"/api/v1/report", 200, 503, 200, 200, 200},
       }) {
    SCOPED_TRACE(each.target);
    EXPECT_EQ(ask(each.target).status, each.healthy);
    started = false;
    EXPECT_EQ(ask(each.target).status, each.starting) << "starting";
    started = true;
    stopping = true;
    EXPECT_EQ(ask(each.target).status, each.stopping) << "stopping";
    stopping = false;
    const auto before = given.ourselves;
    given.stalled("stalled for 3 s");
    EXPECT_EQ(ask(each.target).status, each.blind) << "not looking";
    given.ourselves = before;
    beat_age = 11s;
    EXPECT_EQ(ask(each.target).status, each.stuck) << "no beat";
    beat_age = 100ms;
  }
}

TEST_F(Routes, WhatWasKnownBeforeAFreezeIsNotTrustedAfterIt) {
  beat_age = 3500ms;  // frozen, and the engine has not had its turn yet
  EXPECT_EQ(ask("/livez").status, 200);
  EXPECT_EQ(ask("/health").status, 503);
  EXPECT_EQ(ask("/readyz").status, 503);
  EXPECT_THAT(ask("/readyz").body, HasSubstr("[+]engine ok\n[-]looking failed: reason withheld\n"));
  EXPECT_THAT(ask("/readyz").body,
              HasSubstr("why: not looking: the daemon's own loop has stood still for 3 s"));
  beat_age = stall_limit;
  EXPECT_EQ(ask("/readyz").status, 200);
}

TEST_F(Routes, UnknownNamesAreToldWithTheKnownOnes) {
  const Response response = ask("/health/dbb%0a%3cb%3e");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "no group or probe \"dbb\\n<b>\"; there are: readiness db web extra\n");
  EXPECT_EQ(ask("/api/v1/probes/readiness").body, "no probe \"readiness\"; there are: db web extra\n");
  EXPECT_EQ(ask("/nothing").status, 404);
  EXPECT_EQ(ask("/health/").status, 404);
  EXPECT_EQ(ask("/livez/x").status, 404);
}

TEST_F(Routes, OtherMethodsAreRefusedWithThoseThatAreNot) {
  const Response post = ask("/health", "POST");
  EXPECT_EQ(post.status, 405);
  EXPECT_THAT(post.headers, testing::Contains(Pair("Allow", "GET, HEAD, OPTIONS")));
  const Response get = ask("/-/reload");
  EXPECT_EQ(get.status, 405);
  EXPECT_THAT(get.headers, testing::Contains(Pair("Allow", "POST, OPTIONS")));
  EXPECT_EQ(ask("/health", "BREW").status, 405);
  EXPECT_EQ(ask("/health", "get").status, 405);
}

TEST_F(Routes, HeadIsAnsweredWhereverGetIs) {
  actions.effective_config = [] { return "listen: x"; };
  actions.look = [](const Request&) { return Response{.body = "probe_success 1"}; };
  const auto gets = [](std::string_view path) {
    return std::ranges::any_of(
        routes(), [&](const Route& route) { return route.path == path && route.method == "GET"; });
  };
  for (const Route& route : routes()) {
    std::string target(route.path);
    if (target.ends_with("*")) target.replace(target.size() - 1, 1, target == "/page/*" ? "main.js" : "db");
    EXPECT_EQ(ask(target, "HEAD").status, gets(route.path) ? 200 : 405) << target;
  }
}

TEST_F(Routes, ReloadSaysHowItWent) {
  EXPECT_EQ(ask("/-/reload", "POST").status, 501);
  actions.reload = [] { return std::expected<void, std::string>(); };
  EXPECT_EQ(ask("/-/reload", "POST").status, 200);
  actions.reload = [] {
    return std::expected<void, std::string>(std::unexpected("config.yaml:7:12: unknown key"));
  };
  const Response refused = ask("/-/reload", "POST");
  EXPECT_EQ(refused.status, 500);
  EXPECT_THAT(refused.body, HasSubstr("config.yaml:7:12: unknown key"));
}

TEST_F(Routes, AProbeOfTheConfigurationIsShownAsItWasFoundLast) {
  int looks = 0;
  actions.look = [&](const Request&) { return ++looks, Response{.body = "ran"}; };
  EXPECT_THAT(ask("/probe?probe=db").body,
              AllOf(HasSubstr("\nprobe_success 1\n"), HasSubstr("\nprobe_duration_seconds 0.25\n"),
                    HasSubstr("answerback_probe_run_info{verdict=\"pass\",reason=\"\",phase=\"\"} 1\n")));
  EXPECT_THAT(ask("/probe?probe=extra").body,
              AllOf(HasSubstr("\nprobe_success 0\n"), HasSubstr("reason=\"status\"")));
  EXPECT_EQ(ask("/probe?probe=nope").status, 404);
  given.views[0].facts.condition = Condition::stale;
  EXPECT_EQ(ask("/probe?probe=db").status, 503);
  given.views[1].last = nullptr;
  EXPECT_EQ(ask("/probe?probe=web").status, 503);
  given.stalled("asleep");
  EXPECT_EQ(ask("/probe?probe=extra").status, 503);
  EXPECT_EQ(looks, 0);
}

TEST_F(Routes, MetricsHaveTheContentTypePrometheusWants) {
  const Response response = ask("/metrics");
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(response.body, HasSubstr("answerback_build_info{version=\"1.2.3\""));
}

TEST_F(Routes, MetricsAreOpenMetricsForThoseWhoAsk) {
  const Response response =
      ask("/metrics", "GET", {{"accept", "application/openmetrics-text; version=1.0.0"}});
  EXPECT_EQ(response.content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_TRUE(response.body.ends_with("\n# EOF\n"));
  EXPECT_FALSE(ask("/metrics", "GET", {{"Accept", "*/*"}}).body.contains("# EOF"));
}

TEST_F(Routes, ListsLeaveOutWhatIsNamed) {
  EXPECT_THAT(ask("/health").body, HasSubstr("\"checks\""));
  for (const char* target :
       {"/health?without=checks", "/health?without=nonsense,checks", "/health?without=&without=checks"})
    EXPECT_THAT(ask(target).body, Not(HasSubstr("\"checks\""))) << target;
  for (const char* target : {"/health?without=check", "/health?without=checks%20", "/health?with=checks"})
    EXPECT_THAT(ask(target).body, HasSubstr("\"checks\"")) << target;
  given.incidents = {{1, "db", Reason::status, test::noon, test::noon, "db", ""}};
  EXPECT_EQ(ask("/api/v1/incidents?ended=0").body, "[]");
  EXPECT_THAT(ask("/api/v1/incidents").body, AllOf(HasSubstr("\"timeline\""), HasSubstr("\"whys\"")));
  EXPECT_THAT(ask("/api/v1/incidents?without=timeline,story").body,
              AllOf(Not(HasSubstr("\"timeline\"")), Not(HasSubstr("\"whys\"")), HasSubstr("\"cause\"")));
  for (const char* target :
       {"/api/v1/incidents?ended=", "/api/v1/incidents?ended=-1", "/api/v1/incidents?ended=0x"})
    EXPECT_NE(ask(target).body, "[]") << target;
}

TEST_F(Routes, ConfigIsShownAsGiven) {
  EXPECT_EQ(ask("/config").status, 501);
  actions.effective_config = [] { return "api_key: <secret>\n"; };
  EXPECT_THAT(ask("/config").body, HasSubstr("api_key: <secret>"));
}

}  // namespace
}  // namespace answerback::http
