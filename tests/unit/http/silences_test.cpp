#include "http/silences_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "http/routes.h"
#include "model/text.h"
#include "support/snapshot_builder.h"

namespace answerback::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

const Silence moving{
    .name = "7", .probes = {"db"}, .until = test::noon + 2h, .author = "ada", .comment = "moving it"};

class SilencesApi : public testing::Test {
 protected:
  SilencesApi() {
    given.probe({.name = "db"});
    actions.silence = [this](Silence wanted) -> std::expected<Silence, std::string> {
      taken.push_back(wanted);
      wanted.name = "7";
      return wanted;
    };
    actions.unsilence = [](std::string id) -> std::expected<void, std::string> {
      if (id == "7") return {};
      return std::unexpected("there is none of that name");
    };
  }

  Response ask(std::string method, std::string path, std::string body = {},
               Pairs headers = {{"Content-Type", "application/json; charset=utf-8"}}) {
    const auto snapshot = std::make_shared<Snapshot>(*given.build());
    snapshot->silences = std::make_shared<const std::vector<Silence>>(silences);
    return handle(
        {.method = std::move(method),
         .path = std::move(path),
         .headers = std::move(headers),
         .body = std::move(body)},
        {.snapshot = snapshot, .beat_age = 100ms, .version = "1", .actions = actions, .now = test::noon});
  }
  Response post(std::string body, Pairs headers = {{"Content-Type", "application/json"}}) {
    return ask("POST", "/api/v1/silences", std::move(body), std::move(headers));
  }

  test::SnapshotBuilder given;
  Actions actions;
  std::vector<Silence> silences, taken;
};

constexpr const char* good =
    R"({"probes": ["db"], "author": "ada", "comment": "moving it", "ends": "2026-11-22T14:00:00Z"})";

TEST_F(SilencesApi, AreAskedForListedAndDeleted) {
  const Response created = post(good);
  EXPECT_EQ(created.status, 201);
  EXPECT_THAT(created.headers, testing::Contains(testing::Pair("Location", "/api/v1/silences/7")));
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].probes, std::vector<std::string>{"db"});
  EXPECT_EQ(taken[0].until, parse_time("2026-11-22T14:00:00Z"));
  EXPECT_EQ(created.body,
            R"({"id":"7","source":"api","in_force":true,"probes":["db"],"ends":"2026-11-22T14:00:00Z",)"
            R"("author":"ada","comment":"moving it"})");
  silences = {{.name = "nightly", .daily = DailyWindow{.from = 2h, .until = 4h, .days = 0x41}}, moving};
  EXPECT_EQ(ask("GET", "/api/v1/silences").body,
            R"([{"id":"nightly","source":"config","in_force":false,"all":true,"daily":"02:00-04:00",)"
            R"("days":["sun","sat"],"comment":""},)" +
                created.body + "]");
  EXPECT_EQ(ask("DELETE", "/api/v1/silences/7").status, 200);
  EXPECT_EQ(ask("DELETE", "/api/v1/silences/8").status, 404);
  EXPECT_EQ(ask("PUT", "/api/v1/silences").status, 405);
}

TEST_F(SilencesApi, RefuseWhatAPageOfAnotherSiteMayAsk) {
  for (const auto& [name, value] :
       {std::pair{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}}) {
    const Pairs headers{{"Content-Type", "application/json"}, {name, value}, {"Host", "here:9797"}};
    EXPECT_EQ(post(good, headers).status, 403);
    EXPECT_EQ(ask("DELETE", "/api/v1/silences/7", "", headers).status, 403);
  }
  EXPECT_EQ(post(good, {{"Content-Type", "text/plain"}}).status, 415) << "a form needs no leave to send that";
  EXPECT_EQ(post(good, {}).status, 415);
  EXPECT_THAT(taken, IsEmpty());
}

TEST_F(SilencesApi, SayWhatIsWrong) {
  const auto wrong = [&](const char* body) {
    const Response answer = post(body);
    EXPECT_EQ(answer.status, 400) << body;
    return answer.body;
  };
  EXPECT_THAT(wrong("{"), HasSubstr("no JSON"));
  EXPECT_THAT(wrong("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(wrong("{}"), HasSubstr("probes: required"));
  EXPECT_THAT(wrong(R"({"probes":["bd"],"author":"a","comment":"c","ends":"2026-11-22T14:00:00Z"})"),
              HasSubstr("no probe is named \"bd\"; there are: db"));
  EXPECT_THAT(wrong(R"({"probes":[7],"author":"a","comment":"c","ends":"2026-11-22T14:00:00Z"})"),
              HasSubstr("a name is a text"));
  EXPECT_THAT(
      wrong(R"({"probes":["db"],"all":true,"author":"a","comment":"c","ends":"2026-11-22T14:00:00Z"})"),
      HasSubstr("which?"));
  EXPECT_THAT(wrong(R"({"all":true,"comment":"c","ends":"2026-11-22T14:00:00Z"})"),
              HasSubstr("author: required"));
  EXPECT_THAT(wrong(R"({"all":true,"author":"a","comment":"","ends":"2026-11-22T14:00:00Z"})"),
              HasSubstr("comment: required"));
  EXPECT_THAT(wrong(R"({"all":true,"author":"a","comment":"c"})"), HasSubstr("ends: required"));
  EXPECT_THAT(wrong(R"({"all":true,"author":"a","comment":"c","ends":"tomorrow"})"),
              HasSubstr("ends: must be"));
  EXPECT_THAT(wrong(R"({"all":true,"author":"a","comment":"c","ends":"2026-11-22T14:00:00Z","end":1})"),
              HasSubstr("end: unknown key"));
  EXPECT_THAT(taken, IsEmpty());
}

TEST_F(SilencesApi, WithoutTheActionThereAreNone) {
  actions = {};
  EXPECT_EQ(post(good).status, 501);
  EXPECT_EQ(ask("DELETE", "/api/v1/silences/7").status, 501);
}

TEST(SilencesJson, AreReadBackAsTheyWereWritten) {
  const std::vector<Silence> all{
      moving,
      {.name = "9", .from = test::noon, .until = test::noon + 1h, .author = "a\"\n", .comment = "\xff<b>"}};
  auto back = read_silences(silences_json(all, test::noon));
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0], moving);
  EXPECT_EQ(back[1].from, test::noon);
  EXPECT_TRUE(back[1].probes.empty());
  EXPECT_THAT(read_silences("nonsense"), IsEmpty());
  EXPECT_THAT(read_silences(R"([1, {"all": true}, null])"), IsEmpty());
}

TEST(SilencesJson, AnythingMayCome) {
  Plan plan;
  plan.probes.emplace_back().name = "db";
  std::mt19937_64 random(5);
  const std::string seed = good;
  for (int i = 0; i < 20000; ++i) {
    std::string text = seed;
    for (std::uint64_t edits = 1 + random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text.erase(at, random() % 8); break;
        case 2: text.insert(at, 1, "{}[]\",:0\\u"[random() % 10]); break;
        default: text.insert(at, seed.substr(random() % seed.size(), random() % 12));
      }
      if (text.empty()) text = "{";
    }
    const auto parsed = parse_silence(text, plan);
    if (parsed) {
      EXPECT_TRUE(parsed->until);
      EXPECT_FALSE(parsed->author.empty());
      EXPECT_LE(parsed->comment.size(), 203U);
    }
    read_silences("[" + text + "]");
  }
  EXPECT_FALSE(parse_silence(std::string(60000, '['), plan));
}

}  // namespace
}  // namespace answerback::http
