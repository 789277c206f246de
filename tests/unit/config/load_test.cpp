#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/text.h"
#include "unit/config/harness.h"

namespace answerback::config::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const std::filesystem::path good = std::filesystem::path(CONFIG_TESTS) / "good";
const Variables variables = {{"JWT_SECRET", "hunter2"}, {"TOKEN", "hunter2"}, {"COUNT", "4"}};

Config load_good(const std::string& name, Loaded& loaded) {
  load_all(good / name, variables, loaded);
  EXPECT_EQ(loaded.diagnostics.text(), "");
  return loaded.config;
}

TEST(Load, TheExampleOfTheDesign) {
  Loaded loaded;
  const Config config = load_good("design.yaml", loaded);
  EXPECT_EQ(config.plan.service, "chat");
  EXPECT_EQ(config.listen, "0.0.0.0:9797");
  EXPECT_EQ(config.state_dir, "/var/lib/answerback");
  EXPECT_EQ(config.source, (good / "design.yaml").string());
  ASSERT_EQ(config.plan.probes.size(), 4U);
  ASSERT_EQ(config.probes.size(), 4U);
  const ProbeInfo& agent = config.plan.probes[3];
  EXPECT_EQ(agent.name, "agent");
  EXPECT_EQ(agent.interval, 60s);
  EXPECT_EQ(agent.timeout, 120s);
  EXPECT_EQ(agent.stale, 300s);
  EXPECT_TRUE(agent.critical);
  EXPECT_THAT(agent.depends_on, ElementsAre(2U, 0U));
  EXPECT_EQ(config.plan.probes[0].interval, 5s);
  EXPECT_EQ(config.plan.probes[0].timeout, 5s);
  EXPECT_EQ(config.plan.probes[0].thresholds.fall, 3);
  ASSERT_EQ(config.plan.capabilities.size(), 2U);
  EXPECT_EQ(config.plan.capabilities[1].name, "sign-in and live connection");
  EXPECT_EQ(config.plan.capabilities[1].value, 40);
  EXPECT_THAT(config.plan.capabilities[1].needs, ElementsAre(1U, 2U, 0U));
  EXPECT_EQ(config.plan.capabilities[0].impact, "Users get no AI responses");
  ASSERT_EQ(config.plan.groups.size(), 1U);
  EXPECT_EQ(config.plan.groups[0].name, "readiness");
  EXPECT_THAT(config.plan.groups[0].needs, ElementsAre(0U, 2U));
  ASSERT_EQ(config.credentials.size(), 1U);
  EXPECT_EQ(config.credentials[0].first, "canary");
}

TEST(Load, AnEmptyMappingHasDefaults) {
  const Written written("{}");
  EXPECT_EQ(written.text(), "");
  const Config& config = written.loaded.config;
  EXPECT_EQ(config.plan.service, "answerback");
  EXPECT_EQ(config.listen, "0.0.0.0:9797");
  EXPECT_EQ(config.state_dir, "");
  EXPECT_THAT(config.plan.probes, IsEmpty());
}

TEST(Load, MergeKeysAndAnchors) {
  Loaded loaded;
  Config config = load_good("anchors.yaml", loaded);
  ASSERT_EQ(config.plan.probes.size(), 3U);
  EXPECT_EQ(config.plan.probes[1].name, "b");
  EXPECT_EQ(config.plan.probes[1].timeout, 300ms);
  EXPECT_EQ(config.plan.probes[1].interval, 1s);
  EXPECT_THAT(config.plan.probes[2].labels, ElementsAre(Pair("team", "core")));
  EXPECT_EQ(config.probes[2].fields.required_text("url", ""), "http://c");
}

TEST(Load, EverythingAndIncludes) {
  Loaded loaded;
  Config config = load_good("everything.yaml", loaded);
  ASSERT_EQ(config.plan.probes.size(), 2U);
  const ProbeInfo& probe = config.plan.probes[0];
  EXPECT_EQ(config.plan.service, "yes");
  EXPECT_EQ(probe.interval, 100ms);
  EXPECT_EQ(probe.stale, 60s);
  EXPECT_FALSE(probe.critical);
  EXPECT_EQ(probe.thresholds.fall, 1);
  EXPECT_EQ(probe.thresholds.rise, 2);
  EXPECT_THAT(probe.depends_on, ElementsAre(1U));
  EXPECT_THAT(probe.labels, ElementsAre(Pair("_x1", ""), Pair("team", "core")));
  EXPECT_EQ(probe.runbook_url, "https://wiki/a");
  EXPECT_EQ(config.plan.probes[1].interval, 100ms) << "defaults of the main file hold for included probes";
  EXPECT_THAT(config.plan.capabilities[0].needs, ElementsAre(1U, 0U));
  ASSERT_EQ(config.plan.groups.size(), 2U);
  EXPECT_EQ(config.plan.groups[1].name, "startup");
  ASSERT_EQ(config.credentials.size(), 1U);
  EXPECT_THAT(config.text, HasSubstr("service: \"yes\""));
  EXPECT_THAT(config.text, HasSubstr("name: included"));

  Fields fields = config.probes[0].fields;
  EXPECT_EQ(fields.required_text("url", ""), "http://user:hunter2@host/x?q=${literal}");
  EXPECT_EQ(fields.integer("redirects", 0, 0, 10, ""), 4) << "typed by what was filled in";
  EXPECT_EQ(fields.text("body", "", ""), "two\nlines\n");
  EXPECT_THAT(fields.texts("tags", ""), ElementsAre("one", "no", "it's"));
  EXPECT_THAT(fields.text_map("notes", ""), ElementsAre(Pair("first", "1"), Pair("key with spaces", "b: c")));
  EXPECT_EQ(fields.secret_map("headers", "").front().second.reveal(), "Bearer hunter2");
  EXPECT_EQ(fields.child("expect", "").json("json", ""),
            R"({"/a":[1,2.5,true,null,"5","text",""],"/b":{},"/t":"hunter2"})");
  EXPECT_THAT(fields.child("expect", "").integers("status", ""), ElementsAre(200, 204));
}

TEST(Load, WhatIsBetweenProbes) {
  Loaded loaded;
  load_all(std::filesystem::path(CONFIG_TESTS) / "good" / "relations.yaml", {}, loaded);
  ASSERT_TRUE(loaded.diagnostics.ok()) << loaded.diagnostics.text();
  const Plan& plan = loaded.config.plan;
  const ProbeInfo &agent = plan.probes.at(0), &ready = plan.probes.at(1), &edge = plan.probes.at(2);
  EXPECT_EQ(agent.recheck, 1s) << "of the defaults, no error although the interval is shorter";
  EXPECT_EQ(agent.startup_grace, 30s);
  EXPECT_EQ(agent.flapping, (FlapRule{.falls = 5, .within = 30s})) << "60 intervals";
  EXPECT_EQ(ready.recheck, 2s);
  EXPECT_EQ(ready.startup_grace, 1min);
  EXPECT_EQ(ready.flapping.falls, 0);
  EXPECT_THAT(ready.claims, ElementsAre(0U, 2U));
  EXPECT_EQ(edge.flapping, (FlapRule{.falls = 3, .within = 2min}));

  ASSERT_EQ(plan.comparisons.size(), 3U) << "ready_lies is a matter of the probe that claims";
  EXPECT_EQ(plan.comparisons[0].reason, Reason::edge_path);
  EXPECT_EQ(plan.comparisons[0].failing, 2U);
  EXPECT_EQ(plan.comparisons[0].working, 1U);
  EXPECT_EQ(plan.comparisons[1].failing, 0U);
  EXPECT_THAT(plan.comparisons[1].fails_with, ElementsAre(Reason::auth));
  EXPECT_EQ(plan.comparisons[2].failing, 2U);
  EXPECT_THAT(plan.comparisons[2].fails_with, ElementsAre(Reason::status, Reason::assertion));

  ASSERT_EQ(plan.silences.size(), 2U);
  EXPECT_THAT(plan.silences[0].probes, ElementsAre("edge", "agent"));
  EXPECT_EQ(plan.silences[0].from, parse_time("2026-12-01T01:00:00Z"));
  EXPECT_EQ(plan.silences[0].comment, "to 17");
  EXPECT_TRUE(plan.silences[1].probes.empty());
  EXPECT_EQ(plan.silences[1].daily, (DailyWindow{.from = 22h, .until = 4h, .days = 0x41}));
}

TEST(Load, CommonKeysAreCheckedWhenTheTypeIsUnknown) {
  const Written written("probes: [{name: a, type: nope, interval: x, own: 1}]");
  EXPECT_THAT(written.text(), HasSubstr("probes[0].interval: not a duration"));
  EXPECT_THAT(written.text(), HasSubstr("unknown probe type"));
  EXPECT_THAT(written.text(), ::testing::Not(HasSubstr("own: unknown")));
}

TEST(Load, ErrorsComeInTheOrderOfTheFile) {
  const Written written("zzz: 1\nprobes: [{name: a, type: plain, fall: x}]\nyyy: 1\n");
  const std::string text = written.text();
  EXPECT_LT(text.find("zzz"), text.find("fall"));
  EXPECT_LT(text.find("fall"), text.find("yyy"));
}

}  // namespace
}  // namespace answerback::config::testing
