#include "config/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/harness.h"

namespace answerback::config::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Describing, RecordsEveryReadAndReturnsDefaults) {
  Fields f = Fields::describing();
  EXPECT_TRUE(f.describes());
  EXPECT_EQ(f.required_text("url", "where"), "");
  EXPECT_EQ(f.duration("slow", 3s, "warn above"), 3s);
  EXPECT_EQ(f.integer("count", 2, 1, 9, "how many"), 2);
  EXPECT_EQ(f.one_of("method", "GET", {"GET", "POST"}, "how"), "GET");
  EXPECT_TRUE(f.secret("key", "").empty());
  EXPECT_FALSE(f.has("url"));
  EXPECT_THAT(f.texts("chain", ""), IsEmpty());
  f.child("expect", "what must come back").flag("exact", false, "to the letter");
  ASSERT_EQ(f.children("steps", "in order").size(), 1U);
  f.children("steps", "in order")[0].required_text("send", "text");
  f.named_children("tools", "by name")[0].second.optional_text("path", "");
  f.error("url", "no effect");
  f.finish();

  std::vector<std::string> keys;
  for (const KeyDoc& doc : f.docs())
    keys.push_back(doc.key + "|" + doc.type + "|" + doc.fallback + (doc.required ? "|!" : ""));
  EXPECT_THAT(keys,
              ElementsAre("url|text||!", "slow|duration|3s", "count|integer, 1 to 9|2",
                          "method|one of: GET, POST|GET", "key|secret|", "chain|list of text|",
                          "expect|mapping|", "expect.exact|boolean|false", "steps|list of mappings|",
                          "steps[].send|text||!", "tools|mapping of mappings|", "tools.NAME.path|text|"));
  EXPECT_EQ(f.docs()[0].doc, "where");
}

TEST(Describing, ParsedTextIsNotParsed) {
  Fields f = Fields::describing();
  const auto parse = [](std::string_view) -> std::expected<int, std::string> {
    return std::unexpected("bad");
  };
  EXPECT_EQ((f.required_parsed<int>("x", "", parse)), 0);
}

struct Probe {
  explicit Probe(const std::string& keys)
      : written("probes: [{name: a, type: other, " + keys + "}]"),
        fields(written.loaded.config.probes[0].fields) {}
  std::string last() const {
    const auto& all = written.loaded.diagnostics.all();
    return all.size() < 2 ? ""
                          : all.back().path + ": " + all.back().message;  // the first is the unknown type
  }
  Written written;
  Fields fields;
};

TEST(Fields, ParsedReportsWhatTheParserSays) {
  Probe probe("x: abc");
  const auto parse = [](std::string_view) -> std::expected<int, std::string> {
    return std::unexpected("not a colour");
  };
  EXPECT_EQ((probe.fields.parsed<int>("x", "1", "", parse)), 0);
  EXPECT_EQ(probe.last(), "probes[0].x: not a colour");
}

TEST(Fields, KnowsWhoseItIsWithoutAsking) {
  Probe probe("x: 1");
  EXPECT_EQ(probe.fields.owner(), "a");
  EXPECT_EQ(Fields::describing().owner(), "");
}

TEST(Fields, WhatIsWrittenOtherwiseHasAnotherFingerprint) {
  const auto of = [](const std::string& more, const std::string& token = "a") {
    const Written file("service: x\nprobes:\n  - {name: a, type: plain" + more + "}\n", {{"TOKEN", token}});
    return file.loaded.config.probes.at(0).fields.fingerprint();
  };
  EXPECT_EQ(of(", x: {y: [1, 2]}"), of(", x: {y: [1, 2]}"));
  EXPECT_NE(of(", x: {y: [1, 2]}"), of(", x: {y: [1, 3]}"));
  EXPECT_NE(of(", x: {y: [1, 2]}"), of(", x: {z: [1, 2]}"));
  EXPECT_NE(of(", x: '${TOKEN}'"), of(", x: '${TOKEN}'", "b")) << "filled in otherwise";
}

TEST(Fields, HasMeansPresentAndNotNull) {
  Probe probe("x: , y: ~, z: \"\"");
  EXPECT_FALSE(probe.fields.has("x"));
  EXPECT_FALSE(probe.fields.has("y"));
  EXPECT_TRUE(probe.fields.has("z"));
  EXPECT_FALSE(probe.fields.has("w"));
}

TEST(Fields, ErrorsFindWhatIsInside) {
  Probe probe("list: [a, b], map: {k: v}");
  probe.fields.error("list[1]", "wrong");
  EXPECT_EQ(probe.last(), "probes[0].list[1]: wrong");
  EXPECT_EQ(probe.written.loaded.diagnostics.all().back().place.column, 43);
  probe.fields.error("list[7]", "wrong");
  EXPECT_EQ(probe.last(), "probes[0].list: wrong");
  probe.fields.error("map.k", "wrong");
  EXPECT_EQ(probe.last(), "probes[0].map.k: wrong");
  probe.fields.error("", "wrong");
  EXPECT_EQ(probe.last(), "probes[0]: wrong");
  probe.fields.error("none", "wrong");
  EXPECT_EQ(probe.last(), "probes[0].none: wrong");
}

TEST(Fields, ChildrenNeverOpenedAreOneUnknownKey) {
  Probe probe("sub: {a: 1, b: 2}, known: {c: 1}");
  probe.fields.child("known", "").integer("d", 1, 0, 5, "");
  probe.fields.finish();
  probe.fields.finish();
  std::vector<std::string> paths;
  for (const Diagnostic& d : probe.written.loaded.diagnostics.all())
    if (d.message.starts_with("unknown key")) paths.push_back(d.path);
  EXPECT_THAT(paths, ElementsAre("probes[0].sub", "probes[0].known.c"));
}

TEST(Fields, WhatIsRequiredInsideAWrongMappingIsSaidOnce) {
  Probe probe("sub: text");
  Fields sub = probe.fields.child("sub", "");
  sub.required_text("a", "");
  EXPECT_EQ(sub.path(), "probes[0].sub");
  EXPECT_EQ(probe.last(), "probes[0].sub: expected a mapping, found text");
}

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string> known = {"timeout", "interval", "name", "depends_on"};
  EXPECT_EQ(nearest("timout", known), "timeout");
  EXPECT_EQ(nearest("itnerval", known), "interval");
  EXPECT_EQ(nearest("dependson", known), "depends_on");
  EXPECT_EQ(nearest("nmae", known), "name");
  EXPECT_EQ(nearest("zzz", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), known), "");
}

}  // namespace
}  // namespace answerback::config::testing
