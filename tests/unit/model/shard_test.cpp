#include "model/shard.h"

#include <gmock/gmock.h>

#include <cmath>

#include "unit/model/plans.h"

namespace answerback {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> thousand_names(const std::string& prefix, const std::string& suffix = "") {
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back(prefix + std::to_string(i) + suffix);
  return names;
}

TEST(Shard, IsWrittenInSeveralWays) {
  for (const auto& [text, index, of] :
       std::initializer_list<std::tuple<std::string_view, unsigned, unsigned>>{
           {"0/1", 0, 1},
           {"2/3", 2, 3},
           {"answerback-1/3", 1, 3},
           {"answerback-shard-12/20", 12, 20},
           {"hostname/3", 2, 3},
       }) {
    const auto shard = parse_shard(text, "chat-watch-2");
    ASSERT_TRUE(shard) << text << shard.error();
    EXPECT_EQ(*shard, (Shard{index, of})) << text;
  }
  EXPECT_EQ(name(Shard{1, 3}), "1/3");
}

TEST(Shard, MistakesAreTold) {
  for (const auto& [text, told] : std::initializer_list<std::pair<std::string_view, std::string>>{
           {"1", "no shard: 1"},
           {"", "no shard"},
           {"1/0", "number of shards from 1 to 1000"},
           {"1/1001", "number of shards"},
           {"0/x", "number of shards"},

           {"3/3", "of 3 shards the last is 2, not 3"},
           {"answerback-3/3", "the last is 2"},
           {"answerback/3", "no ordinal at the end of \"answerback\""},
           {"hostname/3", "no ordinal at the end of \"laptop\""},
           {"99999999999/3", "no ordinal"},
           {"/3", "no ordinal"},
       }) {
    const auto shard = parse_shard(text, "laptop");
    ASSERT_FALSE(shard) << text;
    EXPECT_THAT(shard.error(), HasSubstr(told)) << text;
  }
}

TEST(ShardOf, IsTheSameInEveryBuild) {
  EXPECT_THAT((std::vector{shard_of("postgres", 3), shard_of("auth", 3), shard_of("websocket", 3),
                           shard_of("llm", 3), shard_of("agent", 3)}),
              ElementsAre(1, 1, 2, 0, 1));
}

TEST(ShardOf, SpreadsNamesEvenly) {
  for (const auto& names :
       {thousand_names("probe"), thousand_names(""), thousand_names("api-", "-eu.example.com")})
    for (const std::uint32_t of : {2U, 3U, 7U, 16U}) {
      std::vector<int> counts(of);
      for (const std::string& name : names) ++counts.at(shard_of(name, of));
      const double fair = 1000.0 / of;
      double chi_square = 0;
      for (const int count : counts) chi_square += (count - fair) * (count - fair) / fair;
      EXPECT_LT(chi_square, of + 4.5 * std::sqrt(2.0 * of)) << of << " shards of " << names[0];
    }
}

TEST(ShardOf, OneShardMoreMovesOnlyWhatItGets) {
  for (std::uint32_t of = 1; of < 12; ++of) {
    int moved = 0;
    for (const std::string& name : thousand_names("probe")) {
      const std::uint32_t before = shard_of(name, of), after = shard_of(name, of + 1);
      if (before == after) continue;
      ++moved;
      ASSERT_EQ(after, of) << name << " went from one old shard to another";
    }
    EXPECT_NEAR(moved, 1000.0 / (of + 1), 70) << of;
  }
}

TEST(PartOf, EveryProbeIsInOnePartExactly) {
  std::mt19937_64 random(7);
  const Plan whole = test::random_plan(random, 200, 0.05);
  for (const std::uint32_t of : {1U, 2U, 5U}) {
    std::vector<std::string> seen, all;
    for (const ProbeInfo& each : whole.probes) all.push_back(each.name);
    for (std::uint32_t index = 0; index < of; ++index) {
      const Plan part = part_of(whole, {index, of});
      for (const ProbeInfo& each : part.probes) {
        seen.push_back(each.name);
        const ProbeInfo& before = *whole.probe(each.name);
        for (const ProbeId id : each.depends_on) {
          ASSERT_LT(id, part.probes.size());
          EXPECT_TRUE(std::ranges::any_of(before.depends_on, [&](ProbeId was) {
            return whole.probes[was].name == part.probes[id].name;
          }));
        }
      }
    }
    EXPECT_THAT(seen, testing::UnorderedElementsAreArray(all)) << of;
  }
}

TEST(PartOf, KeepsWhatCanBeSaidOfItsOwnProbesAlone) {
  Plan whole = test::plan_of({{"p0", {}}, {"p1", {0}}, {"p2", {0, 1}}, {"p3", {2}}});
  const auto home = [&](ProbeId id) { return shard_of(whole.probes[id].name, 2); };
  for (int i = 4;
       std::ranges::all_of(std::vector<ProbeId>{0, 1, 2, 3}, [&](ProbeId id) { return home(id) == home(0); });
       ++i)
    whole.probes[3].name = "p" + std::to_string(i);
  const Shard shard{home(0), 2};
  std::vector<ProbeId> here, elsewhere;
  for (ProbeId id = 0; id < 4; ++id) (home(id) == shard.index ? here : elsewhere).push_back(id);
  whole.capabilities = {{.name = "all", .value = 2, .needs = {0, 1, 2, 3}, .impact = "i"},
                        {.name = "none", .value = 1, .needs = elsewhere, .impact = "i"}};
  whole.groups = {{.name = "all", .needs = {0, 1, 2, 3}}, {.name = "none", .needs = elsewhere}};
  whole.comparisons = {{.name = "split", .failing = here[0], .working = elsewhere[0]}};
  whole.probes[here[0]].claims = {elsewhere[0]};

  const Plan part = part_of(whole, shard);
  ASSERT_EQ(part.probes.size(), here.size());
  EXPECT_THAT(part.probes[0].claims, IsEmpty());
  ASSERT_EQ(part.capabilities.size(), 1u);
  EXPECT_EQ(part.capabilities[0].needs.size(), here.size());
  ASSERT_EQ(part.groups.size(), 2u);
  EXPECT_EQ(part.groups[0].needs.size(), here.size());
  EXPECT_THAT(part.groups[1].needs, IsEmpty());
  EXPECT_THAT(part.comparisons, IsEmpty());
  ASSERT_TRUE(part.part);
  EXPECT_EQ(part.part->shard, shard);
  EXPECT_EQ(part.part->probes, 4u);
  EXPECT_THAT(part.part->members, ElementsAre(4u, elsewhere.size()));
}

}  // namespace
}  // namespace answerback
