#include "http/health_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "http/json_text.h"
#include "http/kept.h"
#include "http/probe_json.h"
#include "support/snapshot_builder.h"

namespace answerback::http {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

class HealthJson : public testing::Test {
 protected:
  HealthJson() {
    const ProbeId db = given.probe({.name = "db",
                                    .health = Health::down,
                                    .reason = Reason::connect_refused,
                                    .phase = Phase::connect,
                                    .detail = "10.0.0.7:5432 refused",
                                    .type = "postgres"});
    const ProbeId agent = given.probe({.name = "agent",
                                       .health = Health::down,
                                       .reason = Reason::no_start,
                                       .phase = Phase::dispatch,
                                       .detail = "no event in 2 s",
                                       .depends_on = {db}});
    const ProbeId web = given.probe({.name = "web"});
    given.capability("answers", 60, {agent}, "Users get no AI responses");
    given.capability("pages", 40, {web}, "Users see nothing");
    given.group("pages", {web});
    given.plan.probes[db].runbook_url = "https://runbooks/db";
  }

  Context context() {
    return {.snapshot = given.build(), .beat_age = 100ms, .version = "1.2.3", .actions = actions};
  }
  json::value whole() { return json::parse(health(context()).body); }

  test::SnapshotBuilder given;
  Actions actions;
};

TEST_F(HealthJson, RootHasTheDraftsKeysAndOurs) {
  const Response response = health(context());
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.content_type, "application/health+json");
  const json::object body = json::parse(response.body).as_object();
  EXPECT_EQ(body.at("status"), "fail");
  EXPECT_EQ(body.at("version"), "1.2.3");
  EXPECT_EQ(body.at("serviceId"), "chat");
  EXPECT_EQ(body.at("description"), "health of chat");
  EXPECT_EQ(std::string(body.at("output").as_string()), given.build()->assessment->output);
  EXPECT_EQ(print(body.at("value")), R"({"working":40,"blocked":60,"unknown":0})");
  EXPECT_FALSE(body.contains("notes"));
}

TEST_F(HealthJson, TellsAParentWhoItIsAndOfHowMuchItSpeaks) {
  given.plan.part = ShardPart{.shard = {1, 3}, .probes = 9, .members = {4}};
  Context asked = context();
  asked.instance = "abc";
  const auto shard_in = [](const Response& response) {
    return print(json::parse(response.body).at_pointer("/shard"));
  };
  EXPECT_EQ(shard_in(health(asked)), R"({"index":1,"of":3,"own":3,"total":9})");
  EXPECT_EQ(shard_in(health(asked, given.plan.groups[0])), R"({"index":1,"of":3,"own":1,"total":4})");
  EXPECT_EQ(json::parse(health(asked).body).at_pointer("/instance"), "abc");
  EXPECT_FALSE(json::parse(health(asked).body).as_object().contains("looking"));
  asked.beat_age = 20s;
  EXPECT_EQ(json::parse(health(asked).body).at_pointer("/looking"), false);
  EXPECT_EQ(json::parse(health(asked, given.plan.groups[0]).body).at_pointer("/looking"), false);
}

TEST_F(HealthJson, ACheckTellsWhatFailedWhereAndSinceWhen) {
  const json::object check = whole().at_pointer("/checks/db/0").as_object();
  EXPECT_EQ(check.at("componentId"), "db");
  EXPECT_EQ(check.at("componentType"), "datastore");
  EXPECT_EQ(check.at("status"), "fail");
  EXPECT_EQ(check.at("health"), "down");
  EXPECT_EQ(check.at("reason"), "connect_refused");
  EXPECT_EQ(check.at("phase"), "connect");
  EXPECT_EQ(check.at("output"), "10.0.0.7:5432 refused");
  EXPECT_EQ(check.at("since"), "2026-11-22T11:58:30Z");
  EXPECT_EQ(check.at("time"), "2026-11-22T12:00:00Z");
  EXPECT_EQ(print(check.at("observedValue")), "250");
  EXPECT_EQ(check.at("observedUnit"), "ms");
  EXPECT_TRUE(check.at("last_pass").is_null());
  EXPECT_EQ(check.at("links").at("runbook"), "https://runbooks/db");
}

TEST_F(HealthJson, APassingCheckIsShort) {
  const json::object check = whole().at_pointer("/checks/web/0").as_object();
  EXPECT_EQ(check.at("status"), "pass");
  EXPECT_EQ(check.at("last_pass"), "2026-11-22T12:00:00Z");
  for (const char* key : {"output", "reason", "phase", "links"}) EXPECT_FALSE(check.contains(key)) << key;
}

TEST_F(HealthJson, CausesNameTheRootAndWhatItBlocks) {
  const json::value body = whole();
  ASSERT_EQ(body.at("causes").as_array().size(), 1U);
  const std::string cause = print(body.at_pointer("/causes/0"));
  const std::string_view expected =
      R"({"probe":"db","reason":"connect_refused","phase":"connect","since":"2026-11-22T11:58:30Z",)"
      R"("blocks":["agent"],"capabilities":["answers"],"value_blocked":60,"whys":[)";
  EXPECT_EQ(cause.substr(0, expected.size()), expected);
  EXPECT_EQ(
      print(body.at("capabilities")),
      R"([{"name":"answers","value":60,"state":"blocked","impact":"Users get no AI responses","blocked_by":["db"]},)"
      R"({"name":"pages","value":40,"state":"working","impact":"Users see nothing","blocked_by":[]}])");
}

TEST_F(HealthJson, EvidenceIsShortInTheListAndWholeAlone) {
  RunRecord run = *given.views[0].last;
  for (int i = 0; i < 14; ++i) run.frames.push_back({run.started, "received", "frame " + std::to_string(i)});
  given.views[0].last_not_ok = std::make_shared<const RunRecord>(run);
  const json::value listed = whole();
  const json::array& frames = listed.at_pointer("/checks/db/0/evidence/frames").as_array();
  ASSERT_EQ(frames.size(), 12U);
  EXPECT_EQ(frames.front(), "received: frame 2");
  EXPECT_EQ(frames.back(), "received: frame 13");
  EXPECT_EQ(print(listed.at_pointer("/checks/db/0/evidence/phases")),
            R"([{"phase":"connect","ms":50},{"phase":"connect","ms":200}])");
  const json::value alone = json::parse(health(context(), ProbeId{0}).body);
  EXPECT_EQ(alone.at_pointer("/checks/db/0/evidence/frames").as_array().size(), 14U);
}

TEST_F(HealthJson, AGroupAnswersForItsOwnProbes) {
  const Response response = health(context(), given.plan.groups[0]);
  EXPECT_EQ(response.status, 200);
  const json::object body = json::parse(response.body).as_object();
  EXPECT_EQ(body.at("status"), "pass");
  EXPECT_FALSE(body.contains("output"));
  EXPECT_EQ(body.at("checks").as_object().size(), 1U);
}

TEST_F(HealthJson, AFailingProbeAnswersWithItsReason) {
  const Response response = health(context(), ProbeId{1});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(json::parse(response.body).at("output"),
            "agent: down no_start at dispatch since 2026-11-22T11:58:30Z (no event in 2 s); because of db");
}

TEST_F(HealthJson, ACauseIsToldInTheWordsOfTheWhole) {
  EXPECT_EQ(json::parse(health(context(), ProbeId{0}).body).at("output"), whole().at("output"));
}

TEST_F(HealthJson, AGroupTellsThreeInFullAndNamesTheRest) {
  std::vector<ProbeId> needs{1, 0, 2};
  for (const char* name : {"slow", "gone", "new"})
    needs.push_back(given.probe({.name = name,
                                 .health = name == std::string_view("new") ? Health::unknown : Health::down,
                                 .reason = name == std::string_view("new") ? Reason::none : Reason::reset}));
  given.group("all", needs);
  const json::value body = json::parse(health(context(), given.plan.groups.back()).body);
  const std::string told(body.at("output").as_string());
  EXPECT_THAT(told, testing::StartsWith("agent: down no_start at dispatch since "));
  EXPECT_THAT(told, testing::HasSubstr("; because of db | db: down connect_refused at connect since "));
  EXPECT_THAT(told, testing::HasSubstr(" | slow: down reset at "));
  EXPECT_THAT(told, testing::EndsWith(" | gone: down | waiting for first results of new"));
}

TEST_F(HealthJson, DegradedWarnsWith200) {
  given = test::SnapshotBuilder();
  given.probe({.name = "web", .health = Health::degraded, .reason = Reason::slow, .detail = "2.1 s"});
  const Response response = health(context());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json::parse(response.body).at("status"), "warn");
}

TEST_F(HealthJson, BeforeTheFirstVerdictACheckFailsAndSaysSo) {
  given = test::SnapshotBuilder();
  given.probe({.name = "web", .health = Health::unknown});
  const Response response = health(context());
  EXPECT_EQ(response.status, 503);
  const json::object check = json::parse(response.body).at_pointer("/checks/web/0").as_object();
  EXPECT_EQ(check.at("status"), "fail");
  EXPECT_EQ(check.at("reason"), "no_evidence");
  EXPECT_EQ(check.at("output"), "no verdict yet");
}

TEST_F(HealthJson, BeforeTheFirstSnapshotItIsStarting) {
  const Response response =
      health({.snapshot = nullptr, .beat_age = 100ms, .version = "1.2.3", .actions = actions});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body,
            R"({"status":"fail","version":"1.2.3","looking":false,"output":"starting: no results yet"})");
}

TEST_F(HealthJson, WhileNotLookingItFailsAndShowsWhatWasLastSeen) {
  given = test::SnapshotBuilder();
  given.probe({.name = "web"});
  given.stalled("stalled for 3 s");
  const Response response = health(context());
  EXPECT_EQ(response.status, 503);
  const json::value body = json::parse(response.body);
  EXPECT_EQ(body.at("notes").at(0), "not looking: stalled for 3 s");
  EXPECT_EQ(body.at_pointer("/checks/web/0/status"), "pass");
  EXPECT_EQ(health(context(), ProbeId{0}).status, 503);
}

TEST_F(HealthJson, HostileTextsComeOutAsValidJson) {
  for (const std::string& text :
       {std::string("\xff\xfe\"\\\x1b[0m\r\n\0x", 12), std::string(100'000, '\x80')}) {
    given.views[0].facts.detail = text;
    RunRecord run = *given.views[0].last;
    run.frames.push_back({run.started, "received", text});
    given.views[0].last_not_ok = std::make_shared<const RunRecord>(run);
    json::error_code ec;
    const json::value body = json::parse(health(context()).body, ec);  // refuses invalid UTF-8
    EXPECT_FALSE(ec);
  }
}

TEST_F(HealthJson, ListsProbesWithTheirNames) {
  const json::value list = json::parse(probes_json(context()));
  ASSERT_EQ(list.as_array().size(), 3U);
  EXPECT_EQ(list.at(0).at("name"), "db");
  EXPECT_EQ(list.at(0).at("reason"), "connect_refused");
}

TEST_F(HealthJson, AListLeavesOutWhatIsNotWanted) {
  RunRecord run = *given.views[0].last_not_ok;
  run.frames = {{run.started, "received", "FATAL"}};
  given.views[0].last_not_ok = std::make_shared<const RunRecord>(run);
  EXPECT_THAT(probes_json(context()), testing::HasSubstr("FATAL"));
  EXPECT_THAT(probes_json(context(), {.evidence = false}), testing::Not(testing::HasSubstr("FATAL")));
  EXPECT_FALSE(json::parse(health(context(), false).body).as_object().contains("checks"));
  EXPECT_EQ(json::parse(health(context(), false).body).at("causes"),
            json::parse(health(context()).body).at("causes"));
}

TEST_F(HealthJson, AListTellsWhatIsDrawnOfAProbe) {
  RunRecord run = *given.views[0].last_not_ok;
  run.samples = {{Measure::stage_duration, 0.1204, "agent_started"}, {Measure::stages_reached, 0.5, ""}};
  given.views[0].tally.chain = {"agent_started", "agent_completed"};
  given.views[0].last_not_ok = std::make_shared<const RunRecord>(run);
  Chronicle chronicle;
  chronicle.days["db"] = {
      {.from = test::noon - 25h, .fail = 9},
      {.from = test::noon - 30min, .pass = 5, .fail = 2, .longest_seconds = 2, .mean_seconds = 0.5},
      {.from = test::noon, .pass = 1, .mean_seconds = 0.25}};
  Context now = context();
  now.chronicle = std::make_shared<const Chronicle>(chronicle);
  now.now = test::noon + 3min;

  const json::value db = json::parse(probes_json(now)).at(0);
  EXPECT_EQ(db.at("causes"), json::parse(R"(["db"])"));
  EXPECT_FALSE(db.at("next").as_string().empty());
  EXPECT_EQ(db.at("recent"), json::parse(R"({"ms": [250], "verdicts": "f"})"));
  EXPECT_EQ(
      db.at("stages"),
      json::parse(R"([{"stage": "agent_started", "ms": 120.4}, {"stage": "agent_completed", "ms": null}])"));
  const json::value& strip = db.at("strip");
  EXPECT_EQ(strip.at("from"), "2026-11-21T12:30:00Z") << "the last of the 48 parts is now's";
  for (const char* column : {"runs", "warn", "fail", "unknown", "mean_ms", "longest_ms"})
    EXPECT_EQ(strip.at(column).as_array().size(), 48U) << column;
  EXPECT_EQ(strip.at("runs").at(46), 7);
  EXPECT_EQ(strip.at("fail").at(46), 2);
  EXPECT_EQ(strip.at("mean_ms").at(46), 500);
  EXPECT_EQ(strip.at("mean_ms").at(47), 250);
  EXPECT_EQ(strip.at("fail").at(0), 0) << "yesterday's is not today's";
  EXPECT_TRUE(strip.at("mean_ms").at(0).is_null());
  EXPECT_FALSE(json::parse(probes_json(now, {.strip = false})).at(0).as_object().contains("strip"));
}

TEST_F(HealthJson, ListsIncidentsNewestFirst) {
  given.incidents = {{2, "db", Reason::status, test::noon, {}, "db", "db is \"down\""},
                     {1, "agent", Reason::stalled, test::noon - 1h, test::noon - 30min, "db", ""}};
  given.incidents[1].whys = {"users get no answer", "the database refuses"};
  given.incidents[1].value_blocked = 60;
  const std::string text = incidents_json(*given.chronicle());
  EXPECT_THAT(
      text,
      testing::StartsWith(
          R"([{"id":2,"probe":"db","reason":"status","since":"2026-11-22T12:00:00Z","ended":null,"cause":"db",)"
          R"("output":"db is \"down\"",)"));
  const json::value second = json::parse(text).at(1);
  EXPECT_EQ(second.at("id"), 1);
  EXPECT_EQ(second.at("ended"), "2026-11-22T11:30:00Z");
  EXPECT_EQ(second.at("whys"), json::parse(R"(["users get no answer","the database refuses"])"));
  EXPECT_EQ(second.at("value_blocked"), 60);
  EXPECT_EQ(second.at("timeline"), json::parse(R"([{"at":"2026-11-22T11:00:00Z","what":"agent is down"}])"));
  EXPECT_EQ(second.at("durable"), true);

  EXPECT_THAT(incidents_json(*given.chronicle(), {.timeline = false}),
              testing::Not(testing::HasSubstr("timeline")));
  const json::value brief = json::parse(incidents_json(*given.chronicle(), {.story = false})).at(1);
  for (const char* told : {"output", "whys", "blocks", "impacts"})
    EXPECT_FALSE(brief.as_object().contains(told)) << told;
  EXPECT_EQ(brief.at("cause"), "db");
  EXPECT_EQ(brief.at("value_blocked"), 60);
  EXPECT_EQ(json::parse(incidents_json(*given.chronicle(), {.ended = 0})).as_array().size(), 1U)
      << "open ones stay";
}

TEST(JsonText, WritesNumbersAsPeopleDo) {
  EXPECT_EQ(print(json::parse(R"([2.5E2, 0.001, 33.3, 1e21, -4, true, null, {}, [], "a\nb"])")),
            R"([250,0.001,33.3,1000000000000000000000,-4,true,null,{},[],"a\nb"])");
}

TEST_F(HealthJson, OneProbeIsToldWhole) {
  RunRecord run = *given.views[0].last_not_ok;
  run.frames.assign(20, {run.started, "received", "frame"});
  run.samples = {{Measure::connections_used, 99, {}}, {Measure::stage_duration, 0.5, "thinking"}};
  given.views[0].last = given.views[0].last_not_ok = std::make_shared<const RunRecord>(run);
  given.plan.probes[0].interval = 5s;
  given.plan.probes[0].labels = {{"team", "data"}};
  Context asked = context();
  const auto chronicle = std::make_shared<Chronicle>();
  chronicle->days["db"] = {
      {.from = test::noon - 1h, .pass = 3, .fail = 2, .longest_seconds = 0.5F, .mean_seconds = 0.25F}};
  asked.chronicle = chronicle;

  const json::object body = json::parse(probe_json(asked, 0)).as_object();
  EXPECT_EQ(body.at("name"), "db");
  EXPECT_EQ(body.at("reason"), "connect_refused");
  EXPECT_EQ(body.at("evidence").at("frames").as_array().size(), 20U) << "all of them, not the list's few";
  EXPECT_EQ(body.at("causes").as_array().size(), 1U);
  EXPECT_EQ(print(body.at("settings").at("interval_seconds")), "5");
  EXPECT_EQ(body.at("settings").at("labels").at("team"), "data");
  EXPECT_EQ(print(body.at("last_run").at("duration_seconds")), "0.25");
  EXPECT_EQ(body.at("last_run").at("verdict"), "fail");
  EXPECT_EQ(body.at("last_run").at("phases").as_array().size(), 2U);
  EXPECT_EQ(
      print(body.at("last_run").at("samples")),
      R"([{"measure":"connections_used","value":99},{"measure":"stage_duration","value":0.5,"label":"thinking"}])");
  EXPECT_EQ(print(body.at("counts").at("runs")),
            R"([{"verdict":"fail","reason":"connect_refused","count":1}])");
  EXPECT_EQ(
      print(body.at("day")),
      R"([{"from":"2026-11-22T11:00:00Z","pass":3,"warn":0,"fail":2,"unknown":0,"mean_seconds":0.25,"longest_seconds":0.5}])");

  const json::object healthy = json::parse(probe_json(asked, 2)).as_object();
  EXPECT_TRUE(healthy.at("day").as_array().empty());
  EXPECT_TRUE(healthy.at("causes").as_array().empty());
}

TEST_F(HealthJson, ACauseSaysWhyWhatItCostsAndWhoIsNotTold) {
  auto snapshot = std::make_shared<Snapshot>(*given.build());
  auto assessment = std::make_shared<Assessment>(*snapshot->assessment);
  assessment->causes.at(0).silenced_by = "nightly: upgrade";
  snapshot->assessment = assessment;
  const auto body =
      json::parse(health({.snapshot = snapshot, .beat_age = 100ms, .version = "1", .actions = actions}).body);
  const json::object& cause = body.at("causes").at(0).as_object();
  EXPECT_EQ(cause.at("probe"), "db");
  EXPECT_EQ(cause.at("value_blocked"), 60);
  EXPECT_EQ(cause.at("silenced_by"), "nightly: upgrade");
  ASSERT_EQ(cause.at("whys").as_array().size(), 3U);
  EXPECT_EQ(cause.at("whys").at(0), "Users get no AI responses (value blocked 60 %)");
  EXPECT_FALSE(body.as_object().contains("findings"));
  EXPECT_FALSE(whole().at("causes").at(0).as_object().contains("silenced_by"));
}

TEST_F(HealthJson, AFindingIsACauseWithItsNameAndAnEntryOfItsOwn) {
  given.plan.comparisons = {{.name = "layer", .reason = Reason::app_layer, .failing = 0, .working = 2}};
  given.views[0].facts.failing = Steady(1s);
  given.views[2].facts.good = Steady(2s);
  const json::value body = whole();
  EXPECT_EQ(body.at("causes").at(0).at("reason"), "app_layer");
  EXPECT_EQ(body.at("causes").at(0).at("output"), "while web works, up since 2026-11-22T11:58:30Z");
  const json::object& finding = body.at("findings").at(0).as_object();
  EXPECT_EQ(finding.at("name"), "layer");
  EXPECT_EQ(finding.at("probe"), "db");
  EXPECT_EQ(finding.at("with"), "web");
  EXPECT_EQ(finding.at("reason"), "app_layer");
  EXPECT_EQ(finding.at("phase"), "connect");
  EXPECT_EQ(print(finding.at("blocks")), R"(["agent"])");
  EXPECT_EQ(body.at("checks").at("db").at(0).at("reason"), "connect_refused")
      << "what was seen stays what was seen";
}

TEST_F(HealthJson, WhatHealthAloneDoesNotSayIsMarked) {
  for (const Condition condition : {Condition::starting, Condition::stale, Condition::flapping}) {
    given.views[2].facts.condition = condition;
    EXPECT_EQ(whole().at("checks").at("web").at(0).at(name(condition)), true);
  }
  given.views[2].facts.condition = Condition::none;
  EXPECT_FALSE(whole().at("checks").at("web").at(0).as_object().contains("flapping"));
}

TEST_F(HealthJson, AnAnswerIsKeptForAsLongAsItWouldBeTheSame) {
  Kept kept;
  const Actions actions;
  auto snapshot = given.build();
  const auto asked = [&](bool checks, std::string_view version, bool stopping = false, bool details = true) {
    return kept
        .health({.snapshot = snapshot,
                 .beat_age = 0s,
                 .version = version,
                 .actions = actions,
                 .stopping = stopping,
                 .details = details},
                checks)
        .body;
  };
  const std::string first = asked(true, "1.2.3");
  EXPECT_EQ(first,
            health({.snapshot = snapshot, .beat_age = 0s, .version = "1.2.3", .actions = actions}).body);
  EXPECT_EQ(asked(true, "4"), first) << "the same snapshot is not looked at again";
  EXPECT_THAT(asked(false, "1.2.3"), testing::Not(testing::HasSubstr("\"checks\"")));
  EXPECT_EQ(asked(true, "4"), first) << "with checks and without are kept apart";
  EXPECT_THAT(asked(true, "1.2.3", true), testing::HasSubstr("stopping"));
  EXPECT_THAT(asked(true, "1.2.3", false, false), testing::HasSubstr("details are for the authorised"));
  EXPECT_EQ(asked(true, "1.2.3"), first);
  given.views[2].facts.health = Health::down;
  snapshot = given.build();
  EXPECT_NE(asked(true, "1.2.3"), first) << "another snapshot";
  snapshot = nullptr;
  EXPECT_THAT(asked(true, "1.2.3"), testing::HasSubstr("starting"));
}

}  // namespace
}  // namespace answerback::http
