// What finds agents: cards of A2A and lists of any shape, judged as tables, mutated, and asked for over HTTP.

#include <gmock/gmock.h>

#include <map>
#include <random>

#include "probes/a2a/a2a.h"
#include "probes/a2a/card.h"
#include "probes/one_run.h"
#include "probes/registry/judge.h"
#include "probes/registry/registry.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// --- cards

const std::string common =
    R"("name":"Triage","description":"d","version":"2.1","capabilities":{"streaming":true},)"
    R"("defaultInputModes":["text"],"defaultOutputModes":["text"],)"
    R"("skills":[{"id":"sort","name":"Sort","description":"d","tags":[]},{"id":"route","name":"R","description":"d","tags":["x"]}])";
std::string new_card(const std::string& url) {
  return R"({"supportedInterfaces":[{"url":")" + url +
         R"(","protocolBinding":"JSONRPC","protocolVersion":"1.0"}],)" + common + "}";
}
std::string old_card(const std::string& url) {
  return R"({"url":")" + url + R"(","protocolVersion":"0.3.0",)" + common + "}";
}
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(A2aCard, BothShapesAreRead) {
  for (const bool old : {false, true}) {
    const auto card = read_a2a_card(old ? old_card("http://a:81/rpc") : new_card("http://a:81/rpc"));
    ASSERT_TRUE(card) << card.error().detail;
    EXPECT_EQ(card->old, old);
    EXPECT_EQ(card->name + " " + card->version, "Triage 2.1");
    EXPECT_THAT(card->skills, ElementsAre("sort", "route"));
    ASSERT_EQ(card->interfaces.size(), 1U);
    EXPECT_EQ(card->interfaces[0].url.text(), "http://a:81/rpc");
  }
}

TEST(A2aCard, WhatItLacksIsNamed) {
  const std::string good = new_card("http://a/");
  for (const auto& [body, words] : std::initializer_list<std::pair<std::string, std::string>>{
           {"<!doctype html><title>Sign in</title>", "an HTML page \"Sign in\""},
           {"[]", "wanted an agent card"},
           {R"({"name":"x"})", "neither supportedInterfaces (1.0) nor url (0.3)"},
           {R"({"supportedInterfaces":[]})", "supportedInterfaces is empty"},
           {replaced(good, R"("protocolVersion":"1.0")", R"("x":1)"),
            "supportedInterfaces[0].protocolVersion: wanted a text, got nothing"},
           {replaced(good, "http://a/", "file:///etc"), "supportedInterfaces[0].url: no address"},
           {replaced(good, R"("version":"2.1")", R"("version":2.1)"), "version: wanted a text, got 2.1E0"},
           {replaced(good, R"({"streaming":true})", "[]"), "capabilities: wanted an object, got []"},
           {replaced(good, R"("defaultInputModes")", R"("inputModes")"),
            "defaultInputModes: wanted a list, got nothing"},
           {replaced(good, R"("tags":[])", R"("tag":[])"), "skills[0].tags: wanted a list, got nothing"},
           {replaced(good, R"("route")", R"("sort")"), "two skills have the id sort"},
           {std::string(100'000, '{'), "wanted an agent card"}}) {
    const auto card = read_a2a_card(body);
    ASSERT_FALSE(card) << words;
    EXPECT_EQ(name(card.error().reason), "protocol");
    EXPECT_THAT(card.error().detail, HasSubstr(words));
  }
}

TEST(A2aCard, SignaturesAndOrderAreNoChange) {
  const std::string good = new_card("http://a/");
  const auto one = read_a2a_card(good);
  const auto two = read_a2a_card(replaced(good, R"("description":"d","version":"2.1")",
                                          R"("version":"2.1","signatures":[{"x":1}],"description":"d")"));
  const auto other = read_a2a_card(replaced(good, R"("tags":["x"])", R"("tags":["y"])"));
  ASSERT_TRUE(one && two && other);
  EXPECT_EQ(one->parts, two->parts);
  MemoryStore store;
  DriftBaseline baseline(store, "p/card");
  EXPECT_FALSE(baseline.changed(one->parts));
  EXPECT_FALSE(baseline.changed(two->parts));
  EXPECT_EQ(baseline.changed(other->parts), "changed: skill route");
  EXPECT_FALSE(baseline.changed(other->parts));
}

TEST(Drift, ManyPartsAreOneAndWhatIsKeptStaysSmall) {
  MemoryStore store;
  Digests many;
  for (std::uint64_t i = 0; i < 2000; ++i) many["tool number " + std::to_string(i)] = i;
  DriftBaseline(store, "k").changed(many);
  EXPECT_LT(store.get("k")->size(), 200U);
  many.erase(many.begin());
  EXPECT_EQ(DriftBaseline(store, "k").changed(many),
            "there were 2000, there are 1999, too many to say which changed");
  store.put("k", "what an older version kept");
  EXPECT_FALSE(DriftBaseline(store, "k").changed(many));
}

// --- lists

RegistrySettings registry_of(const std::string& keys) {
  Reading reading(keys);
  RegistrySettings settings = read_registry(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  return settings;
}
const Wall now = Wall(std::chrono::seconds(1'790'000'000));

TEST(RegistryJudge, EveryShapeOfAList) {
  for (const auto& [keys, body] : std::initializer_list<std::pair<std::string, std::string>>{
           {"agents: [triage, data]", R"([{"name":"triage"},{"name":"data"}])"},
           {"agents: [triage, data]", R"(["triage","data","other"])"},
           {"agents: [triage, data]\n    list: /agents",
            R"({"agents":{"triage":{},"data":{"class":"Data"}}})"},
           {"agents: [triage, data]\n    list: /x/0\n    name_at: /spec/id",
            R"({"x":[[{"spec":{"id":"triage"}},{"spec":{"id":"data"}}]]})"},
           {"min: 2", R"([{"name":"a"},{"name":"b"}])"},
           {"exact: 0", "[]"},
           {"min: 1", R"([{"name":"latest"}])"},
           {"each: {/status: active}", R"([{"name":"a","status":"active"}])"},
           {"agents: [a]\n    each: {/status: active}",
            R"([{"name":"a","status":"active"},{"name":"b","status":"off"}])"},
           {"heartbeat: {at: /seen, max_age: 60s}", R"([{"name":"a","seen":1789999970}])"}}) {
    const RegistryFound found = judge_registry(registry_of(keys), body, now);
    EXPECT_FALSE(found.failure) << body << ": " << found.failure->detail;
  }
}

TEST(RegistryJudge, WhatIsWrongIsNamed) {
  for (const auto& [keys, body, told] :
       std::initializer_list<std::tuple<std::string, std::string, std::string>>{
           {"", "[]", "assertion 0 agents, wanted at least 1"},
           {"exact: 2", R"(["a"])", "assertion 1 agents, wanted 2"},
           {"agents: [triage, data]", R"(["data"])", "assertion lacks triage"},
           {"agents: [a]", R"({"detail":"no"})", "assertion lacks a"},
           {"list: /agents", R"({"detail":"no"})",
            "protocol wanted a list of agents at /agents, got {\"detail\":\"no\"}"},
           {"", "<html><title>Oops</title>", "protocol wanted JSON, got an HTML page \"Oops\""},
           {"each: {/status: active}", R"([{"name":"a","status":"off"}])",
            "assertion not as wanted: a (/status: wanted \"active\", got \"off\")"},
           {"heartbeat: {at: /seen, max_age: 60s}", R"([{"name":"a","seen":1789999000},{"name":"b"}])",
            "heartbeat_lost silent: a for 1000 s, b (no time at /seen)"},
           {"agents: [a, c]", R"([{"name":"a","class":"MockAgent"}])",
            "assertion lacks c; no agents but mocks: a (/class MockAgent)"}}) {
    const RegistryFound found = judge_registry(registry_of(keys), body, now);
    ASSERT_TRUE(found.failure) << told;
    EXPECT_EQ(std::string(name(found.failure->reason)) + " " + found.failure->detail, told);
  }
}

TEST(RegistryJudge, AMockIsAWordOfItsOwn) {
  for (const std::string agent : {"mock", "triage_mock", "MockTriage", "TriageStub", "test-agent",
                                  "Test agent", "FAKE", "mocked", "dummyAgent", "agent.test"})
    EXPECT_TRUE(judge_registry(registry_of(""), "[\"" + agent + "\"]", now).failure) << agent;
  for (const std::string agent : {"latest", "contest", "attestation", "Hammock", "stubborn", "LatestNews",
                                  "protest_watch", "Testimony"})
    EXPECT_FALSE(judge_registry(registry_of(""), "[\"" + agent + "\"]", now).failure) << agent;
  EXPECT_TRUE(judge_registry(registry_of("forbid: {pattern: demo, in: [/kind]}"),
                             R"([{"name":"a","kind":"demo"}])", now)
                  .failure);
  EXPECT_FALSE(judge_registry(registry_of("forbid: {pattern: ''}"), R"(["mock"])", now).failure);
}

std::optional<Failure> fault_of_card(const std::string& text) {
  const auto card = read_a2a_card(text);
  return card ? std::nullopt : std::optional(card.error());
}

TEST(RegistryFuzz, HoldsTogetherWhateverComes) {
  std::mt19937 dice(3);
  const RegistrySettings settings =
      registry_of("agents: [a]\n    list: /agents\n    each: {/status: active}\n    heartbeat: {at: /seen}");
  const std::string list =
      R"({"agents":[{"name":"a","class":"Agent","status":"active","seen":"2026-09-21T14:13:20Z"}]})";
  const std::string card = new_card("http://a/");
  std::size_t failed = 0, good = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = round % 2 == 0 ? card : list;
    for (std::size_t changes = dice() % 4; changes > 0; --changes) {
      const std::size_t at = dice() % text.size();
      if (dice() % 3 == 0)
        text.erase(at, dice() % 20);
      else if (dice() % 2 == 0)
        text.insert(at, list.substr(dice() % 40, dice() % 20));
      else
        text[at] = static_cast<char>(dice());
      if (text.empty()) text = " ";
    }
    const auto failure = round % 2 == 0 ? fault_of_card(text) : judge_registry(settings, text, now).failure;
    ASSERT_TRUE(!failure || !failure->detail.empty());
    ++(failure ? failed : good);
  }
  EXPECT_GT(failed, 5000U);
  EXPECT_GT(good, 1000U);
}

// --- over HTTP

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}
const std::string not_found = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

class Catalogue : public testing::Test {
 protected:
  Catalogue()
      : peer_(loop_.io, [this](test::Connection& c) -> asio::awaitable<void> {
          requests_.push_back(co_await c.read_http());
          co_await c.write(answer_(requests_.back()));
        }) {}
  Seen look(const ProbeType& type, const std::string& path, const std::string& keys = "") {
    requests_.clear();
    return run_once(loop_, type, "url: '" + peer_.url(path) + "'" + (keys.empty() ? "" : "\n    " + keys));
  }
  static std::string said(const Seen& seen) {
    return std::string(name(seen.result.verdict)) + " " + std::string(seen.reason()) + " " +
           seen.result.detail;
  }

  Loop loop_;
  std::vector<std::string> requests_;
  std::function<std::string(const std::string& request)> answer_;
  test::Peer peer_;
};

TEST_F(Catalogue, ACardOfEachVersionAndWhereItLeads) {
  answer_ = [this](const std::string& request) {
    return ok(request.contains("A2A-Version: 1.0") ? new_card(peer_.url("/rpc"))
                                                   : old_card(peer_.url("/rpc")));
  };
  const Seen seen = look(a2a, "/base/?x=1", "skills: [route]\n    versions: ['1.0', '0.3']");
  EXPECT_EQ(said(seen),
            "pass  Triage 2.1, a card of 1.0 with 2 skills; Triage 2.1, a card of 0.3 with 2 skills");
  EXPECT_THAT(requests_.front(), StartsWith("GET /base/.well-known/agent-card.json HTTP/1.1\r\n"));
  EXPECT_THAT(said(look(a2a, "/", "skills: [route, plan]")),
              HasSubstr("fail assertion the card lacks the skill plan; it has sort, route"));
  answer_ = [this](const std::string&) { return ok(old_card(peer_.url("/rpc"))); };
  EXPECT_THAT(said(look(a2a, "/", "drift: false")), StartsWith("pass"));
  EXPECT_THAT(said(look(a2a, "/", "versions: '1.0'")), HasSubstr("asked for a card of 1.0, got one of 0.3"));
}

TEST_F(Catalogue, TheOldPlaceOfACard) {
  answer_ = [this](const std::string& request) {
    return request.contains("agent-card.json") ? not_found : ok(old_card(peer_.url("/")));
  };
  EXPECT_THAT(said(look(a2a, "/")), StartsWith("pass"));
  answer_ = [](const std::string&) { return not_found; };
  EXPECT_THAT(said(look(a2a, "/")), AllOf(StartsWith("fail status"), HasSubstr("agent-card.json")));
  EXPECT_EQ(requests_.size(), 2U);
  look(a2a, "/own.json");
  EXPECT_THAT(requests_, ElementsAre(StartsWith("GET /own.json ")));
}

TEST_F(Catalogue, ACardSendsUsNowhereElse) {
  test::Peer elsewhere(loop_.io, test::answer(not_found));
  std::string url = "http://localhost:" + std::to_string(elsewhere.port()) + "/rpc";
  answer_ = [&](const std::string&) { return ok(new_card(url)); };
  const Seen seen = look(a2a, "/");
  EXPECT_THAT(said(seen),
              AllOf(StartsWith("warn contract_drift"), HasSubstr("sends its readers to http://localhost")));
  loop_.io.restart(), loop_.io.run_for(20ms);
  EXPECT_EQ(elsewhere.accepted(), 0U);
  EXPECT_THAT(said(look(a2a, "/", "hosts: localhost")), StartsWith("pass"));
  url = "http://127.0.0.1:1/rpc";
  EXPECT_THAT(said(look(a2a, "/", "drift: false")),
              AllOf(StartsWith("fail connect_refused"), HasSubstr("the place the card names")));
  EXPECT_THAT(said(look(a2a, "/", "connect: false\n    drift: false")), StartsWith("pass"));
}

TEST_F(Catalogue, AChangedCardIsToldOnce) {
  std::string card = new_card(peer_.url("/"));
  answer_ = [&](const std::string&) { return ok(card); };
  EXPECT_THAT(said(look(a2a, "/")), StartsWith("pass"));
  card = replaced(card, "2.1", "2.2");
  EXPECT_THAT(said(look(a2a, "/")),
              HasSubstr("warn contract_drift the agent card is not as it was: changed: version"));
  EXPECT_THAT(said(look(a2a, "/")), StartsWith("pass"));
}

TEST_F(Catalogue, AListIsAskedForAndASecretGivenBackIsMasked) {
  const std::string key = "key-that-nobody-may-see";
  answer_ = [&](const std::string&) { return ok("[\"triage\",\"mock-" + key + "\"]"); };
  const Seen seen = look(registry, "/agents", "agents: [triage]\n    headers: {X-Key: " + key + "}");
  EXPECT_EQ(said(seen), "fail synthetic no agents but mocks: mock-<secret>");
  EXPECT_THAT(requests_.front(), HasSubstr("X-Key: " + key));
  for (const Frame& frame : seen.evidence.frames()) EXPECT_THAT(frame.text, Not(HasSubstr(key)));
  answer_ = [](const std::string&) { return ok(R"(["triage"])"); };
  EXPECT_EQ(said(look(registry, "/agents")), "pass  1 agents");
  answer_ = [](const std::string&) { return std::string("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"); };
  EXPECT_THAT(said(look(registry, "/agents")), StartsWith("fail auth"));
}

TEST(RegistrySettings, MistakesAreTold) {
  for (const auto& [keys, words] : std::initializer_list<std::pair<std::string, std::string>>{
           {"list: agents", "no JSON pointer"},
           {"name_at: id", "no JSON pointer"},
           {"forbid: {pattern: '('}", "forbid.pattern"},
           {"forbid: {in: class}", "no JSON pointer"},
           {"each: {status: 1}", "no JSON pointer"},
           {"heartbeat: {max_age: 1m}", "required"}}) {
    Reading reading(keys);
    read_registry(reading.fields());
    EXPECT_THAT(reading.text(), HasSubstr(words)) << keys;
  }
}

}  // namespace
}  // namespace answerback::probes
