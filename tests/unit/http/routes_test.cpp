#include "http/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <type_traits>

#include "http/accept.h"
#include "http/prefix.h"
#include "support/snapshot_builder.h"

namespace answerback::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

static_assert(!std::is_default_constructible_v<Route>);
static_assert(!std::is_constructible_v<Route, std::string_view, std::string_view, Route::Answer>,
              "a route without a policy must not compile");

class Routes : public testing::Test {
 protected:
  Routes() {
    const ProbeId db = given.probe({.name = "db"});
    given.probe({.name = "web", .health = Health::degraded, .reason = Reason::slow});
    given.probe({.name = "extra", .health = Health::down, .reason = Reason::status, .critical = false});
    given.group("readiness", {db, 1});
  }

  Response ask(std::string_view target, std::string method = "GET", Pairs headers = {}) {
    auto parsed = parse_target(target);
    EXPECT_TRUE(parsed) << target;
    Request request{.method = std::move(method),
                    .path = parsed->first,
                    .query = parsed->second,
                    .headers = std::move(headers),
                    .standing = standing};
    return handle(request, {.snapshot = started ? given.build() : nullptr,
                            .chronicle = started ? given.chronicle() : nullptr,
                            .beat_age = beat_age,
                            .version = "1.2.3",
                            .actions = actions,
                            .stopping = stopping,
                            .events = &events,
                            .headers = &added});
  }

  test::SnapshotBuilder given;
  Actions actions;
  sinks::EventRing events{test::noon};
  Duration beat_age = 100ms;
  bool started = true, stopping = false;
  access::Standing standing = access::Standing::everybody;
  Pairs added;
};

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

TEST_F(Routes, EveryAnswerForbidsSniffing) {
  for (const char* target : {"/", "/health", "/livez", "/metrics", "/nothing", "/-/reload"}) {
    EXPECT_THAT(ask(target).headers, testing::Contains(Pair("X-Content-Type-Options", "nosniff"))) << target;
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

TEST_F(Routes, ReloadIsRefusedToAnotherSitesPage) {
  int reloads = 0;
  actions.reload = [&] { return ++reloads, std::expected<void, std::string>(); };
  const auto status = [&](Pairs headers) { return ask("/-/reload", "POST", std::move(headers)).status; };
  EXPECT_EQ(status({{"Host", "h:1"}, {"Origin", "https://evil.example"}}), 403);
  EXPECT_EQ(status({{"Host", "h:1"}, {"Origin", "null"}}), 403);
  EXPECT_EQ(status({{"Host", "h:1"}, {"Origin", "http://h:12"}}), 403);
  EXPECT_EQ(status({{"Host", "h:1"}, {"Sec-Fetch-Site", "cross-site"}}), 403);
  EXPECT_EQ(status({{"Host", "h:1"}, {"Sec-Fetch-Site", "same-site"}}), 403);
  EXPECT_EQ(reloads, 0);
  EXPECT_EQ(status({{"Host", "h:1"}, {"Origin", "http://h:1"}, {"Sec-Fetch-Site", "same-origin"}}), 200);
  EXPECT_EQ(status({{"Host", "h:1"}}), 200);
  EXPECT_EQ(reloads, 2);
}

TEST_F(Routes, EverythingThatChangesSomethingSaysSo) {
  for (const Route& route : routes())
    EXPECT_EQ(route.method != "GET", route.policy == Policy::changing) << route.path;
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

TEST_F(Routes, AModuleIsRunButNotForAnotherSitesPage) {
  EXPECT_EQ(ask("/probe?target=a").status, 501);
  actions.look = [&](const Request&) { return Response{.body = "ran"}; };
  EXPECT_EQ(ask("/probe?target=a").body, "ran");
  EXPECT_EQ(ask("/probe?target=a", "GET", {{"Sec-Fetch-Site", "cross-site"}}).status, 403);
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

struct Wanted {
  std::string_view accept;
  bool openmetrics;
};

TEST(Accept, OpenMetricsMustBeNamedAndNoLessWelcome) {
  for (const auto& [accept, openmetrics] : {
           // Prometheus 2.42, 2.55 and 3; curl; a browser; vmagent
           Wanted{
               "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
               "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
               true},
           Wanted{"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                  "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;q=0.3,"
                  "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                  true},
           Wanted{"*/*", false},
           Wanted{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false},
           Wanted{"text/plain;version=0.0.4;q=1,*/*;q=0.1", false},
           Wanted{"", false},
           Wanted{"application/openmetrics-text", true},
           Wanted{" Application/OpenMetrics-Text ;\tVersion=\"1.0.0\" ; Q=0.2 , text/plain;q=0.1", true},
           Wanted{"application/openmetrics-text;q=0.4,text/plain;q=0.5", false},
           Wanted{"text/plain,application/openmetrics-text", true},
           Wanted{"application/openmetrics-text;q=0.4,text/*;q=0.5,*/*;q=0.1", false},
           Wanted{"application/openmetrics-text;q=0.4,text/plain;q=0.3,text/*;q=0.5", true},
           Wanted{"application/openmetrics-text;q=0", false},
           Wanted{"application/openmetrics-text;q=0,*/*", false},
           Wanted{"application/openmetrics-text;version=0.0.1", false},
           Wanted{"application/openmetrics-text;version=2.0.0,text/plain;q=0.1", false},
           Wanted{"application/openmetrics-text;q=2", false},
           Wanted{"application/openmetrics-text;q=nan", false},
           Wanted{"application/openmetrics-text;q=", false},
           Wanted{"application/*", false},
           Wanted{"x/y;note=\"a,application/openmetrics-text\"", false},
           Wanted{"x/y;note=\"a\\\",b\",application/openmetrics-text", true},
           Wanted{"x/y;note=\"never closed,application/openmetrics-text", false},
           Wanted{",,;;,= ,application/openmetrics-text", true},
       }) {
    EXPECT_EQ(prefers_openmetrics(accept), openmetrics) << accept;
  }
}

TEST(Accept, WhateverIsSentIsAnswered) {
  constexpr std::string_view alphabet = "application/openmetrics-text;q=0.5,\"\\ *\t1";
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string accept(random() % 60, ' ');
    for (char& c : accept) c = alphabet[random() % alphabet.size()];
    prefers_openmetrics(accept);
  }
}

TEST_F(Routes, ThePageEscapesWhatTargetsSay) {
  given.views[2].facts.detail = "<script>alert('1')</script>\x1b[31m\xff";
  const Response response = ask("/");
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(response.body, AllOf(HasSubstr("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"),
                                   Not(HasSubstr("<script>"))));
  EXPECT_THAT(response.body, Not(HasSubstr("\x1b")));
  EXPECT_THAT(response.headers,
              testing::Contains(Pair("Content-Security-Policy", HasSubstr("default-src 'none'"))));
}

TEST_F(Routes, ThePageNamesNothingThatIsNotThere) {
  const std::string body = ask("/").body;
  EXPECT_THAT(body, Not(HasSubstr("{{"))) << "every place of the template is filled";
  for (const std::string_view opens : {"href=\"page/", "src=\"page/"}) {
    for (std::size_t at = body.find(opens); at != std::string::npos; at = body.find(opens, at + 1)) {
      const std::size_t begin = at + opens.find('"') + 1;
      const std::string target = "/" + body.substr(begin, body.find('"', begin) - begin);
      EXPECT_EQ(ask(target).status, 200) << target;
    }
  }
}

TEST_F(Routes, ThePageIsDrawnInEveryStateWithItsSentence) {
  EXPECT_THAT(ask("/").body,
              AllOf(HasSubstr("data-state=\"degraded\""), HasSubstr("<title>▲ Warn · chat</title>")));
  given.views[0].facts = {Health::down, test::noon, Reason::reset, Phase::connect, "reset by peer"};
  EXPECT_THAT(ask("/").body,
              AllOf(HasSubstr("data-state=\"down\""), HasSubstr("db: down reset at connect since")));
  given.views[0].facts = {};
  EXPECT_THAT(ask("/").body,
              AllOf(HasSubstr("data-state=\"unknown\""), HasSubstr("waiting for first results of db")));
  beat_age = 11s;
  EXPECT_THAT(ask("/").body, AllOf(HasSubstr("data-state=\"unknown\""), HasSubstr("stood still for 11 s")));
  given = test::SnapshotBuilder();
  beat_age = 100ms;
  EXPECT_THAT(ask("/").body, HasSubstr("no probes are configured: nothing is known"));
  given.probe({.name = "db"});
  EXPECT_THAT(ask("/").body, AllOf(HasSubstr("data-state=\"up\""), HasSubstr("1 probe: all up")));
  started = false;
  EXPECT_THAT(ask("/").body,
              AllOf(HasSubstr("data-state=\"unknown\""), HasSubstr("starting: no results yet")));
}

TEST_F(Routes, AFileOfThePageIsSentOnce) {
  const Response first = ask("/page/main.js");
  EXPECT_EQ(first.content_type, "text/javascript; charset=utf-8");
  const auto tag = std::ranges::find(first.headers, "ETag", &Pairs::value_type::first);
  ASSERT_NE(tag, first.headers.end());
  const Response again = ask("/page/main.js", "GET", {{"If-None-Match", tag->second}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(ask("/page/main.js", "GET", {{"If-None-Match", "\"other\""}}).status, 200);
  for (const char* none : {"/page/page.html", "/page/none.js", "/page/..%2fpage.cpp", "/page/"})
    EXPECT_EQ(ask(none).status, 404);
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
  for (const char* target :
       {"/api/v1/incidents?ended=", "/api/v1/incidents?ended=-1", "/api/v1/incidents?ended=0x"})
    EXPECT_NE(ask(target).body, "[]") << target;
}

TEST_F(Routes, OptionsAsksWhatMayBeAskedAndNeedsNobodysWord) {
  standing = access::Standing::stranger;
  for (const auto& [target, allowed] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/health", "GET, HEAD, OPTIONS"},
           {"/-/reload", "POST, OPTIONS"},
           {"/api/v1/silences", "GET, HEAD, POST, OPTIONS"},
           {"/api/v1/silences/x", "DELETE, OPTIONS"}}) {
    const Response response = ask(target, "OPTIONS");
    EXPECT_EQ(response.status, 200) << target;
    EXPECT_THAT(response.headers, testing::Contains(Pair("Allow", allowed))) << target;
    EXPECT_THAT(response.headers,
                Not(testing::Contains(Pair(testing::StartsWith("Access-Control"), testing::_))));
  }
  EXPECT_EQ(ask("/nothing", "OPTIONS").status, 404);
}

// What each policy answers to each who asks. Every route is in it, by its policy.
TEST_F(Routes, EachPolicyAnswersWhomItIsFor) {
  using enum access::Standing;
  actions = {
      .reload = [] { return std::expected<void, std::string>(); },
      .effective_config = [] { return "listen: x"; },
      .silence = [](const Silence&) { return std::expected<Silence, std::string>(std::unexpected("no")); },
      .unsilence = [](const std::string&) { return std::expected<void, std::string>(); },
      .look = [](const Request&) { return Response{.body = "probe_success 1"}; }};
  for (const Route& route : routes()) {
    std::string target(route.path);
    if (target.ends_with("*")) target.replace(target.size() - 1, 1, target == "/page/*" ? "main.js" : "db");
    const Pairs json{{"Content-Type", "application/json"}};
    const auto status = [&](access::Standing who) {
      standing = who;
      return ask(target, std::string(route.method), json).status;
    };
    SCOPED_TRACE(target);
    const int told = status(everybody);
    EXPECT_TRUE(told == 200 || (target == "/api/v1/silences" && told == 400)) << told;
    EXPECT_EQ(status(authorised), told);
    const bool open = route.policy == Policy::open, state = route.policy == Policy::status;
    EXPECT_EQ(status(stranger), open || state ? 200 : 401);
    EXPECT_EQ(status(refused), open ? 200 : 401);
    EXPECT_EQ(status(busy), open ? 200 : 429);
    EXPECT_EQ(status(throttled), open ? 200 : 429);
  }
}

TEST_F(Routes, ARefusalSaysWhatIsWanted) {
  standing = access::Standing::stranger;
  EXPECT_THAT(ask("/metrics").headers,
              testing::Contains(Pair("WWW-Authenticate", testing::StartsWith("Basic realm="))));
  standing = access::Standing::throttled;
  EXPECT_THAT(ask("/metrics").headers, testing::Contains(Pair("Retry-After", "2")));
  EXPECT_EQ(ask("/nothing").status, 429);
}

TEST_F(Routes, StrangersLearnTheStatusAndNoName) {
  given.views[0].facts.health = Health::down;
  given.views[0].facts.reason = Reason::connect_refused;
  const std::string told = ask("/health").body;
  EXPECT_THAT(told, HasSubstr("connect_refused"));
  standing = access::Standing::stranger;
  EXPECT_EQ(ask("/health").body, R"({"status":"fail","notes":["details are for the authorised"]})");
  EXPECT_EQ(ask("/health").status, 503);
  EXPECT_EQ(ask("/health/web").body, R"({"status":"warn","notes":["details are for the authorised"]})");
  EXPECT_EQ(ask("/health/readiness").body, R"({"status":"fail","notes":["details are for the authorised"]})");
  EXPECT_EQ(ask("/health/nope").body, "no group or probe \"nope\"\n");
  EXPECT_EQ(ask("/readyz").body, "readyz check failed\n");
  EXPECT_EQ(ask("/readyz?verbose&exclude=db").body, "readyz check passed\n");
  EXPECT_EQ(ask("/livez").body, "ok");
  started = false;
  EXPECT_EQ(ask("/health").body, R"({"status":"fail","notes":["details are for the authorised"]})");
}

TEST_F(Routes, HeadersOfTheWebConfigStandOnEveryAnswerAndBeatOurs) {
  added = {{"X-Frame-Options", "deny"}, {"Content-Security-Policy", "mine"}};
  for (const char* target : {"/", "/health", "/livez", "/nothing", "/-/reload"}) {
    const Response response = ask(target);
    EXPECT_THAT(response.headers, AllOf(testing::Contains(Pair("X-Frame-Options", "deny")),
                                        testing::Contains(Pair("Content-Security-Policy", "mine"))));
    EXPECT_EQ(std::ranges::count(response.headers, "Content-Security-Policy", &Pairs::value_type::first), 1);
  }
}

TEST_F(Routes, AForeignHostIsNotReflected) {
  for (const char* target : {"/", "/health", "/nothing", "/metrics", "/readyz"}) {
    const Response response = ask(target, "GET", {{"Host", "evil.example"}});
    EXPECT_THAT(response.body, Not(HasSubstr("evil.example")));
    for (const auto& [name, value] : response.headers)
      EXPECT_THAT(value, Not(HasSubstr("evil.example"))) << name;
  }
}

TEST_F(Routes, ConfigIsShownAsGiven) {
  EXPECT_EQ(ask("/config").status, 501);
  actions.effective_config = [] { return "api_key: <secret>\n"; };
  EXPECT_THAT(ask("/config").body, HasSubstr("api_key: <secret>"));
}

TEST(RoutePrefix, IsThePathOthersKnowOrTheOneGiven) {
  EXPECT_EQ(route_prefix("", ""), "");
  EXPECT_EQ(route_prefix("https://ops.example/answerback/", ""), "/answerback");
  EXPECT_EQ(route_prefix("https://ops.example", ""), "");
  EXPECT_EQ(route_prefix("https://ops.example/a/b", "/"), "");
  EXPECT_EQ(route_prefix("https://ops.example/a", "/b/"), "/b");
  EXPECT_THAT(route_prefix("ops.example/a", "").error(), HasSubstr("--web.external-url"));
  EXPECT_THAT(route_prefix("ftp://ops.example/", "").error(), HasSubstr("--web.external-url"));
  EXPECT_THAT(route_prefix("", "a").error(), HasSubstr("--web.route-prefix"));
}

TEST(RoutePrefix, IsTakenOffAndWhatIsNotBeneathGoesAstray) {
  const auto taken_off = [](std::string path) {
    Request request{.path = std::move(path)};
    take_off("/a", request);
    return request.astray ? "astray" : request.path;
  };
  EXPECT_EQ(taken_off("/a/health"), "/health");
  EXPECT_EQ(taken_off("/a/"), "/");
  EXPECT_EQ(taken_off("/a"), "astray");
  EXPECT_EQ(taken_off("/ab/health"), "astray");
  EXPECT_EQ(taken_off("/health"), "astray");
}

}  // namespace
}  // namespace answerback::http
