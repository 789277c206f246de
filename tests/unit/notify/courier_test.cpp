#include "notify/courier.h"

#include <gmock/gmock.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "model/text.h"
#include "notify/dispatch.h"
#include "probe/real_clock.h"
#include "support/peer.h"
#include "unit/notify/given.h"

namespace answerback::notify {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::Connection;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// --- judging, and patience ---

std::expected<net::HttpResponse, Failure> answered(unsigned status, net::Headers headers = {}) {
  net::HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

TEST(Judge, TellsWhatIsWorthTryingAgain) {
  using enum Attempt::Outcome;
  const Wall now = test::noon;
  for (const unsigned status : {200U, 202U, 204U}) EXPECT_EQ(judge(answered(status), now).outcome, delivered);
  for (const unsigned status : {408U, 429U, 500U, 503U, 599U})
    EXPECT_EQ(judge(answered(status), now).outcome, failed);
  for (const unsigned status : {301U, 302U, 400U, 401U, 404U, 410U, 422U})
    EXPECT_EQ(judge(answered(status), now).outcome, refused);
  const Attempt broken = judge(std::unexpected(Failure{Reason::reset, "reset by 10.0.0.1"}), now);
  EXPECT_EQ(broken.outcome, failed);
  EXPECT_EQ(broken.why, "reset: reset by 10.0.0.1");
  EXPECT_EQ(judge(answered(503), now).why, "answered 503");
  EXPECT_EQ(judge(answered(429, {{"Retry-After", "7"}}), now).wait, 7s);
  EXPECT_EQ(judge(answered(429, {{"Retry-After", "-7"}}), now).wait, std::nullopt);
  EXPECT_EQ(judge(answered(400, {{"Retry-After", "7"}}), now).wait, std::nullopt);
}

struct Fixed final : Random {
  std::uint64_t value = 0;
  std::uint64_t bits() override { return value; }
};

TEST(Pause, DoublesUpToItsMostAndIsSpread) {
  Fixed low;
  const Patience patience{.first = 1s, .most = 60s, .longest_wait = 10min};
  EXPECT_EQ(pause(patience, 1, {}, low), 500ms);
  EXPECT_EQ(pause(patience, 2, {}, low), 1s);
  EXPECT_EQ(pause(patience, 6, {}, low), 16s);
  EXPECT_EQ(pause(patience, 7, {}, low), 30s);
  EXPECT_EQ(pause(patience, 1'000'000, {}, low), 30s);
  EXPECT_EQ(pause(patience, 1, 7s, low), 7s);
  EXPECT_EQ(pause(patience, 1, 1ms, low), 500ms);
  EXPECT_EQ(pause(patience, 1, 1h, low), 10min);
  SystemRandom random;
  for (int i = 0; i < 1000; ++i) {
    const Duration wait = pause(patience, 3, {}, random);
    EXPECT_TRUE(wait >= 2s && wait <= 4s) << seconds(wait);
  }
}

// --- delivering ---

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string busy = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
const std::string bad = "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n";

// Peers, couriers and snapshots on one loop.
struct Delivery : testing::Test {
  ~Delivery() override {
    if (!dispatch) return;
    dispatch->stop();
    bool drained = false;
    asio::co_spawn(io, dispatch->drain(), [&](const std::exception_ptr&) { drained = true; });
    EXPECT_TRUE(until([&] { return drained; })) << "a courier does not end";
  }

  // What a target hears; `answer` by the number of the request, from 1; empty: no answer at all.
  struct Ear {
    std::vector<std::string> bodies;
    std::vector<std::string> heads;
    std::function<std::string(std::size_t)> answer = [](std::size_t) { return ok; };
  };
  std::string listening(Ear& ear) {
    peers.push_back(std::make_unique<test::Peer>(io, [&ear](Connection& c) -> asio::awaitable<void> {
      const std::string request = co_await c.read_http();
      const std::size_t end = request.find("\r\n\r\n");
      ear.heads.push_back(request.substr(0, end));
      ear.bodies.push_back(request.substr(end + 4));
      const std::string answer = ear.answer(ear.bodies.size());
      if (answer.empty()) co_await c.hold();
      co_await c.write(answer);
    }));
    return peers.back()->url("/path");
  }

  void target(Target::Kind kind, const std::string& name, const std::string& url) {
    Target made{.kind = kind, .name = name, .request = {}, .timeout = 10s, .body = {}};
    made.request.url = net::parse_url(url, {"http"}).value();
    made.request.method = "POST";
    settings.targets.push_back(made);
  }
  void webhook(const std::string& name, Ear& ear) { target(Target::Kind::webhook, name, listening(ear)); }
  void alertmanager(const std::string& name, Ear& ear) {
    target(Target::Kind::alertmanager, name, listening(ear));
  }

  void start(Kept before = {}, const Counts& counts = {}) {
    dispatch.emplace(means, settings, std::move(before), counts,
                     [this](const Kept& kept) { saved.push_back(print(kept)); });
    dispatch->start();
  }
  void look(Health db, Health edge = Health::up) {
    test::SnapshotBuilder given;
    given.probe({.name = "db", .health = db, .reason = Reason::connect_refused});
    given.probe({.name = "edge", .health = edge, .reason = Reason::status});
    dispatch->look(*given.build());
  }
  bool until(const std::function<bool()>& true_at_last) {
    const Steady end = clock.now() + 5s;
    io.restart();
    while (!true_at_last() && clock.now() < end) io.run_one_for(50ms);
    return true_at_last();
  }
  void turn() {  // all that is ready
    io.restart();
    io.run_for(20ms);
  }
  NotificationTally::Target tally(std::size_t i = 0) const { return dispatch->tally().targets.at(i); }

  static std::vector<std::string> told(const Ear& ear) {  // "firing db"
    std::vector<std::string> lines;
    for (const std::string& body : ear.bodies) {
      const json::value value = json::parse(body);
      const auto& alert = value.at("alerts").at(0);
      lines.push_back(std::string(alert.at("status").as_string()) + " " +
                      std::string(alert.at("labels").at("probe").as_string()));
    }
    return lines;
  }
  // Of an Alertmanager's request: the probes, with a "-" before those that have ended.
  std::vector<std::string> states(const std::string& body) const {
    std::vector<std::string> lines;
    const json::value value = json::parse(body);
    for (const auto& alert : value.as_array()) {
      const bool fires = alert.at("endsAt").as_string() > iso_now();
      lines.push_back((fires ? "" : "-") + std::string(alert.at("labels").at("probe").as_string()));
    }
    return lines;
  }
  std::string iso_now() const { return iso_time(clock.wall()); }

  asio::io_context io{1};
  RealClock clock{io.get_executor()};
  SystemRandom random;
  net::Resolver dns{io.get_executor(), clock};
  net::Tls tls{io.get_executor()};
  net::Proxies proxies;
  std::vector<std::string> remarks;
  Means means{
      .executor = io.get_executor(),
      .clock = clock,
      .random = random,
      .transport = {dns, tls, proxies},
      .say = [this](const Remark& r) { remarks.push_back(r.message + (r.why.empty() ? "" : ": " + r.why)); },
      .patience = {.first = 2ms, .most = 8ms, .longest_wait = 1s},
      .most_waiting = 5};
  Settings settings{.targets = {}, .resend = 1h, .external_url = {}, .state_dir = {}};
  std::vector<std::unique_ptr<test::Peer>> peers;
  std::vector<std::string> saved;
  std::optional<Dispatch> dispatch;
};

TEST_F(Delivery, AWebhookHearsEachNoticeOnceAndInOrder) {
  Ear ear;
  webhook("chat", ear);
  start();
  look(Health::up);
  look(Health::down);
  look(Health::down, Health::down);
  look(Health::up, Health::down);
  EXPECT_EQ(tally().waiting, 3u);
  ASSERT_TRUE(until([&] { return tally().counts.delivered == 3; }));
  EXPECT_THAT(told(ear), ElementsAre("firing db", "firing edge", "resolved db"));
  EXPECT_EQ(tally().waiting, 0u);
  EXPECT_THAT(remarks, IsEmpty());
  EXPECT_THAT(ear.heads[0], testing::StartsWith("POST /path HTTP/1.1\r\n"));
  EXPECT_THAT(ear.heads[0], testing::HasSubstr("Idempotency-Key: "));
}

TEST_F(Delivery, IsWrittenDownBeforeItIsTold) {
  Ear ear;
  webhook("chat", ear);
  start();
  look(Health::down);
  ASSERT_THAT(saved, SizeIs(1));
  EXPECT_THAT(ear.bodies, IsEmpty());
  const Kept kept = parse_kept(saved[0]).value();
  EXPECT_TRUE(kept.ledger.contains("db"));
  EXPECT_THAT(kept.waiting.at("chat"), SizeIs(1));
  ASSERT_TRUE(until([&] { return tally().counts.delivered == 1; }));
  EXPECT_THAT(dispatch->kept().waiting.at("chat"), IsEmpty());
  EXPECT_EQ(json::parse(ear.bodies[0]).at("id").as_string(), kept.waiting.at("chat")[0].id);
}

TEST_F(Delivery, WhatFailsIsTriedAgainWithTheSameId) {
  Ear ear;
  ear.answer = [](std::size_t n) { return n < 4 ? busy : ok; };
  webhook("chat", ear);
  start();
  look(Health::down);
  ASSERT_TRUE(until([&] { return tally().counts.delivered == 1; }));
  ASSERT_THAT(ear.bodies, SizeIs(4));
  EXPECT_EQ(ear.bodies[0], ear.bodies[3]);
  EXPECT_EQ(tally().counts.failed, 3u);
  EXPECT_THAT(remarks, ElementsAre("a notification cannot be delivered, trying again: answered 503",
                                   "notifications are delivered again"));
}

TEST_F(Delivery, WhatIsRefusedIsDroppedAndSaid) {
  Ear ear;
  ear.answer = [](std::size_t n) { return n == 1 ? bad : ok; };
  webhook("chat", ear);
  start();
  look(Health::down);
  look(Health::up);
  ASSERT_TRUE(until([&] { return tally().counts.delivered == 1; }));
  EXPECT_THAT(told(ear), ElementsAre("firing db", "resolved db"));
  EXPECT_EQ(tally().counts.dropped, 1u);
  EXPECT_THAT(remarks, ElementsAre("a notification was refused and is dropped: answered 400"));
}

TEST_F(Delivery, OneThatHangsDelaysNobodyAndEndsWithItsTime) {
  Ear silent, good;
  silent.answer = [](std::size_t) { return ""; };
  webhook("silent", silent);
  settings.targets.back().timeout = 50ms;
  webhook("good", good);
  start();
  look(Health::down);
  ASSERT_TRUE(until([&] { return tally(1).counts.delivered == 1; }));
  EXPECT_EQ(tally(0).counts.failed, 0u);
  ASSERT_TRUE(until([&] { return tally(0).counts.failed == 2; }));
  EXPECT_EQ(tally(0).waiting, 1u);
  EXPECT_THAT(
      remarks,
      ElementsAre(testing::StartsWith(
          "a notification cannot be delivered, trying again: read_timeout: timed out in processing")));
}

TEST_F(Delivery, TheStatusDecidesWhateverComesAfterIt) {
  Ear endless;
  endless.answer = [](std::size_t) { return "HTTP/1.1 200 OK\r\n\r\n" + std::string(8'000'000, 'x'); };
  webhook("endless", endless);
  start();
  look(Health::down);
  ASSERT_TRUE(until([&] { return tally().counts.delivered == 1; }));
  turn();
  EXPECT_THAT(endless.bodies, SizeIs(1));
}

TEST_F(Delivery, AFullQueueDropsTheOldest) {
  Ear ear;
  bool open = false;
  ear.answer = [&open](std::size_t) { return open ? ok : busy; };
  webhook("chat", ear);
  start();
  for (int i = 0; i < 4; ++i) {
    look(Health::down);
    look(Health::up);
  }
  EXPECT_EQ(tally().waiting, 5u);
  EXPECT_EQ(tally().counts.dropped, 3u);
  EXPECT_THAT(remarks, SizeIs(1));
  open = true;
  ASSERT_TRUE(until([&] { return tally().waiting == 0; }));
  EXPECT_THAT(told(ear), SizeIs(testing::Ge(5u)));
  EXPECT_EQ(told(ear).back(), "resolved db");
}

TEST_F(Delivery, AWebhookHearsOnlyWhatItAskedFor) {
  Ear ear;
  webhook("chat", ear);
  settings.targets.back().firing = false;
  start();
  look(Health::down);
  look(Health::up);
  ASSERT_TRUE(until([&] { return tally().counts.delivered == 1; }));
  EXPECT_THAT(told(ear), ElementsAre("resolved db"));
}

TEST_F(Delivery, AnAlertmanagerHearsTheStateAgainAndAgain) {
  Ear ear;
  alertmanager("am", ear);
  settings.resend = 30ms;
  start();
  look(Health::up);
  turn();
  EXPECT_THAT(ear.bodies, IsEmpty());
  look(Health::down);
  look(Health::down, Health::down);
  ASSERT_TRUE(until([&] { return ear.bodies.size() == 3; }));
  for (const std::string& body : ear.bodies) EXPECT_EQ(json::parse(body).as_array().size(), 2u);
  look(Health::up);
  ASSERT_TRUE(until([&] { return tally().waiting == 0; }));
  const std::size_t told_all = ear.bodies.size();
  EXPECT_EQ(json::parse(ear.bodies.back()).as_array().size(), 2u);  // both have ended
  io.restart();
  io.run_for(100ms);
  EXPECT_EQ(ear.bodies.size(), told_all) << "what has ended is told once";
}

TEST_F(Delivery, AnAlertmanagerThatWasAwayHearsWhatHasEndedMeanwhile) {
  Ear ear;
  bool open = false;
  ear.answer = [&open](std::size_t) { return open ? ok : busy; };
  alertmanager("am", ear);
  start();
  look(Health::down);
  ASSERT_TRUE(until([&] { return tally().counts.failed >= 2; }));
  look(Health::up, Health::down);
  EXPECT_EQ(tally().waiting, 1u);
  open = true;
  ASSERT_TRUE(until([&] { return tally().counts.delivered == 1; }));
  EXPECT_THAT(states(ear.bodies.back()), ElementsAre("edge", "-db"));
}

// What fires anew has not ended: an end that was never told is taken back.
TEST_F(Delivery, OneLabelSetIsNeverBothFiringAndOverInOneRequest) {
  Ear ear;
  bool open = false;
  ear.answer = [&open](std::size_t) { return open ? ok : busy; };
  alertmanager("am", ear);
  start();
  look(Health::down);
  look(Health::up);
  look(Health::down);
  EXPECT_EQ(tally().waiting, 0u);
  open = true;
  ASSERT_TRUE(until([&] { return tally().counts.delivered == 1; }));
  EXPECT_THAT(states(ear.bodies.back()), ElementsAre("db"));
}

TEST_F(Delivery, ARestartGoesOnWhereTheFormerLifeEnded) {
  Ear chat, am, fresh;
  webhook("chat", chat);
  alertmanager("am", am);
  webhook("fresh", fresh);
  Kept before;
  before.ledger = {{"db", some_alert()}};
  before.waiting = {{"chat", {resolved(some_alert("edge"), "e")}},
                    {"am", {resolved(some_alert("edge"), "e")}},
                    {"gone", {firing()}}};
  start(before, {{"chat", {.delivered = 7, .failed = 1, .dropped = 2}}});
  look(Health::unknown, Health::unknown);  // nothing is known yet
  ASSERT_TRUE(until([&] { return tally(0).counts.delivered == 8 && tally(2).counts.delivered == 1; }));
  ASSERT_TRUE(until([&] { return tally(1).counts.delivered == 1; }));
  EXPECT_THAT(told(chat), ElementsAre("resolved edge"));
  EXPECT_THAT(states(am.bodies.at(0)), ElementsAre("db", "-edge"));
  EXPECT_THAT(told(fresh), ElementsAre("firing db"));  // it hears of what fires, for nobody has told it
  EXPECT_THAT(remarks, ElementsAre(testing::StartsWith("a target is gone from the configuration")));
  look(Health::up);
  ASSERT_TRUE(until([&] { return tally(0).counts.delivered == 9; }));
  EXPECT_THAT(told(chat), ElementsAre("resolved edge", "resolved db"));
}

TEST_F(Delivery, ATemplateMakesTheBody) {
  Ear ear;
  webhook("chat", ear);
  settings.targets.back().body = Template::parse("{{status}} {{probe}}").value();
  start();
  look(Health::down);
  ASSERT_TRUE(until([&] { return tally().counts.delivered == 1; }));
  EXPECT_EQ(ear.bodies[0], "firing db");
}

TEST_F(Delivery, AnUnchangedSnapshotIsNotLookedAtAgain) {
  start();
  test::SnapshotBuilder given;
  given.probe({.name = "db", .health = Health::down, .reason = Reason::status});
  const auto snapshot = given.build();
  dispatch->look(*snapshot);
  EXPECT_THAT(saved, SizeIs(1));
  dispatch->look(*snapshot);
  EXPECT_THAT(saved, SizeIs(1));
}

}  // namespace
}  // namespace answerback::notify
