// The dialogue with an MCP server and what is made of it: tables, splits and mutations. No socket.

#include "probes/mcp/dialogue.h"

#include <gmock/gmock.h>

#include <map>
#include <random>

#include "net/sse.h"
#include "probes/mcp/judge.h"
#include "probes/reading.h"

namespace answerback::probes {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string no_method = R"("error":{"code":-32601,"message":"Method not found"})";
const std::string discovered =
    R"("result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},)"
    R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"peer","version":"1.2"}}})";
const std::string initialized =
    R"("result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"peer","version":"1.2"}})";
const std::string two_tools = R"("result":{"tools":[{"name":"echo","inputSchema":{"type":"object"}},)"
                              R"({"name":"add","inputSchema":{"type":"object"}}]})";
const std::string said_hi = R"("result":{"content":[{"type":"text","text":"hi"}]})";

using Answers = std::map<std::string, std::vector<std::string>>;  // by method; the last is given again

std::string around(std::string_view answer, const json::value& id) {
  return R"({"jsonrpc":"2.0","id":)" + json::serialize(id) + "," + std::string(answer) + "}";
}

struct Played {
  std::string asked;  // methods, in order
  std::optional<Failure> failure;
  std::vector<json::object> sent;
  std::vector<McpOut> outs;
};

// To its end, to a failure, or until it waits for an answer there is none of.
Played play(McpDialogue& dialogue, Answers answers) {
  Played played;
  for (std::size_t turns = 0; turns < 200; ++turns) {
    const auto out = dialogue.next();
    if (!out) return played;
    played.asked += (played.asked.empty() ? "" : " ") + out->method;
    played.outs.push_back(*out);
    played.sent.push_back(*object_in(out->text));
    auto& list = answers[out->method];
    if (!out->answered || list.empty()) continue;
    auto took = dialogue.take(around(list.front(), played.sent.back()["id"]));
    if (list.size() > 1) list.erase(list.begin());
    if (!took) {
      played.failure = took.error();
      return played;
    }
  }
  return played;
}

Answers stateless() {
  return {{"server/discover", {discovered}}, {"tools/list", {two_tools}}, {"tools/call", {said_hi}}};
}
Answers with_sessions() {
  return {{"server/discover", {no_method}},
          {"initialize", {initialized}},
          {"tools/list", {two_tools}},
          {"tools/call", {said_hi}}};
}

TEST(McpDialogue, EachEraFromItsFirstWordToACall) {
  for (const auto& [version, first, answers, asked] :
       std::initializer_list<std::tuple<std::string, bool, Answers, std::string>>{
           {"", false, stateless(), "server/discover tools/list tools/call"},
           {"2026-07-28", false, stateless(), "server/discover tools/list tools/call"},
           {"", false, with_sessions(),
            "server/discover initialize notifications/initialized tools/list tools/call"},
           {"", true, with_sessions(), "initialize notifications/initialized tools/list tools/call"},
           {"2025-11-25", false, with_sessions(),
            "initialize notifications/initialized tools/list tools/call"}}) {
    McpDialogue dialogue(
        {.version = version, .sessions_first = first, .tool = "echo", .arguments = {{"m", "hi"}}});
    const Played played = play(dialogue, answers);
    EXPECT_EQ(played.asked, asked);
    EXPECT_FALSE(played.failure) << played.failure->detail;
    ASSERT_TRUE(dialogue.over());
    EXPECT_EQ(dialogue.server(), "peer 1.2");
    EXPECT_EQ(dialogue.version(), dialogue.sessions() ? "2025-11-25" : "2026-07-28");
    EXPECT_EQ(json::serialize(played.sent.back().at("params").at("arguments")), R"({"m":"hi"})");
  }
}

TEST(McpDialogue, TheStatelessEraBringsAllWithEachRequest) {
  McpDialogue dialogue(
      {.tool = "echo", .arguments = {{"region", "süd"}, {"n", 3}, {"plain", "x"}}, .kept = {"echo"}});
  const std::string tools =
      R"("result":{"tools":[{"name":"echo","inputSchema":{"properties":{"region":{"x-mcp-header":"Region"},)"
      R"("n":{"x-mcp-header":"N"},"plain":{"x-mcp-header":"a\r\nb"}}}}]})";
  const Played played = play(dialogue, {{"server/discover", {discovered}}, {"tools/list", {tools}}});
  for (json::object message : played.sent) {
    const json::object& meta = message["params"].at("_meta").as_object();
    EXPECT_EQ(meta.at("io.modelcontextprotocol/protocolVersion"), "2026-07-28");
    EXPECT_EQ(meta.at("io.modelcontextprotocol/clientInfo").at("name"), "answerback");
    EXPECT_TRUE(meta.at("io.modelcontextprotocol/clientCapabilities").is_object());
  }
  using Header = std::pair<std::string, std::string>;
  EXPECT_THAT(played.outs.front().headers, ElementsAre(Header{"MCP-Protocol-Version", "2026-07-28"},
                                                       Header{"Mcp-Method", "server/discover"}));
  EXPECT_THAT(played.outs.back().headers,
              ElementsAre(Header{"MCP-Protocol-Version", "2026-07-28"}, Header{"Mcp-Method", "tools/call"},
                          Header{"Mcp-Name", "echo"}, Header{"Mcp-Param-Region", "=?base64?c8O8ZA==?="},
                          Header{"Mcp-Param-N", "3"}));
  McpDialogue older({.version = "2025-06-18"});
  EXPECT_THAT(older.next()->headers, testing::IsEmpty());
}

TEST(McpDialogue, ATextIsAHeaderOnlyIfItIsPlain) {
  for (const auto& [text, header] : std::initializer_list<std::pair<std::string, std::string>>{
           {"echo", "echo"},
           {"a b", "a b"},
           {" a", "=?base64?IGE=?="},
           {"\r\n", "=?base64?DQo=?="},
           {"abc\x7f", "=?base64?YWJjfw==?="},
           {"=?base64?x?=", "=?base64?PT9iYXNlNjQ/eD89?="}})
    EXPECT_EQ(mcp_header_value(text), header) << text;
}

TEST(McpDialogue, WhatTheServerDoesWrongIsNamed) {
  const auto error = [](int code, const std::string& data = "{}") {
    return R"("error":{"code":)" + std::to_string(code) + R"(,"message":"m","data":)" + data + "}";
  };
  const auto with = [](Answers answers, const std::string& method, std::vector<std::string> list) {
    answers[method] = std::move(list);
    return answers;
  };
  const auto page = [](const std::string& tools, const std::string& cursor = "") {
    return R"("result":{"tools":[)" + tools + "]" +
           (cursor.empty() ? "" : R"(,"nextCursor":")" + cursor + "\"") + "}";
  };
  std::string crowd;
  for (int i = 0; i < 2001; ++i)
    crowd += (i == 0 ? "" : ",") + (R"({"name":"t)" + std::to_string(i) + R"(","inputSchema":{}})");
  for (const auto& [answers, reason, words] :
       std::initializer_list<std::tuple<Answers, std::string, std::string>>{
           {with(stateless(), "server/discover", {error(-32022, R"({"supported":["2027-01-01"]})")}),
            "protocol", "2027-01-01"},
           {with(stateless(), "server/discover", {error(-32020)}), "protocol", "error -32020: m"},
           {with(stateless(), "server/discover",
                 {R"("result":{"supportedVersions":["2027-01-01"],"capabilities":{}})"}),
            "protocol", "2027-01-01"},
           {with(stateless(), "server/discover", {R"("result":{})"}), "protocol", "without capabilities"},
           {with(stateless(), "tools/list", {error(-32601)}), "request_unrecognised",
            "tools/list was answered with error -32601"},
           {with(stateless(), "tools/list", {error(-32603)}), "upstream_error", "-32603"},
           {with(stateless(), "tools/list", {R"("result":{"tools":{}})"}), "protocol",
            "wanted a list of tools"},
           {with(stateless(), "tools/list", {page("{}")}), "protocol", "without a name"},
           {with(stateless(), "tools/list", {page(R"({"name":"a"})")}), "protocol", "a has no inputSchema"},
           {with(stateless(), "tools/list",
                 {page(R"({"name":"a","inputSchema":{}},{"name":"a","inputSchema":{}})")}),
            "protocol", "two tools are named a"},
           {with(stateless(), "tools/list", {page(crowd)}), "too_large", "more than 2000 tools"},
           {with(stateless(), "tools/list", {page("", "again")}), "protocol",
            "page 2 ends with a cursor that was given before"},
           {with(stateless(), "tools/call", {error(-32602)}), "bad_request", "tools/call"},
           {with(stateless(), "tools/call",
                 {R"("result":{"resultType":"input_required","inputRequests":{}})"}),
            "assertion", "input_required"},
           {with(with_sessions(), "initialize", {error(-32602)}), "bad_request",
            "before, server/discover was answered with error -32601"},
           {with(with_sessions(), "initialize",
                 {R"("result":{"protocolVersion":"2024-11-05","capabilities":{}})"}),
            "protocol", "2024-11-05"},
       }) {
    McpDialogue dialogue({.tool = "echo"});
    const Played played = play(dialogue, answers);
    ASSERT_TRUE(played.failure) << words;
    EXPECT_EQ(name(played.failure->reason), reason) << played.failure->detail;
    EXPECT_THAT(played.failure->detail, HasSubstr(words));
  }
  McpDialogue exact({.version = "2025-06-18"});
  EXPECT_EQ(name(play(exact, with_sessions()).failure->reason), "assertion");
}

TEST(McpDialogue, AnyRefusalOfDiscoverIsOfTheOlderEra) {
  for (const std::string answer : {R"("error":{"code":-32000,"message":"Server not initialized"})",
                                   R"("error":{"code":-32602,"message":"Invalid request parameters"})",
                                   R"("error":{"code":-32022,"data":{"supported":["2025-06-18"]}})"}) {
    Answers answers = with_sessions();
    answers["server/discover"] = {answer};
    McpDialogue dialogue({});
    EXPECT_FALSE(play(dialogue, answers).failure) << answer;
    EXPECT_TRUE(dialogue.over() && dialogue.sessions()) << answer;
  }
  for (const std::string body : {"", "Missing session", R"({"error":"Missing mcp-session-id header"})",
                                 R"({"jsonrpc":"2.0","error":{"code":-32000,"message":"no"},"id":null})"}) {
    McpDialogue dialogue({});
    dialogue.next();
    const auto refused = dialogue.refused(body);
    EXPECT_TRUE(refused && *refused && dialogue.sessions()) << body;
    EXPECT_EQ(dialogue.next()->method, "initialize") << body;
    EXPECT_FALSE(dialogue.refused(""));  // now a status speaks for itself
  }
}

TEST(McpDialogue, PagesAreReadToTheirEnd) {
  const auto page = [](int i, bool last) {
    const std::string n = std::to_string(i);
    return R"("result":{"tools":[{"name":"t)" + n + R"(","inputSchema":{}}])" +
           (last ? "" : R"(,"nextCursor":"c)" + n + "\"") + "}";
  };
  Answers three{{"server/discover", {discovered}},
                {"tools/list", {page(1, false), page(2, false), page(3, true)}}};
  McpDialogue dialogue({});
  const Played played = play(dialogue, three);
  EXPECT_EQ(dialogue.tools().digests().size(), 3U);
  EXPECT_EQ(json::value(played.sent.back()).at_pointer("/params/cursor"), "c2");
  Answers endless{{"server/discover", {discovered}}};
  for (int i = 0; i < 100; ++i) endless["tools/list"].push_back(page(i, false));
  McpDialogue never({});
  EXPECT_EQ(name(play(never, endless).failure->reason), "too_large");
}

TEST(McpDialogue, WhatItDoesNotOfferIsNotAskedFor) {
  McpDialogue none({.tool = "echo"});
  const std::string bare = R"("result":{"capabilities":{"prompts":{}}})";
  EXPECT_EQ(play(none, {{"server/discover", {bare}}}).asked, "server/discover");
  EXPECT_TRUE(none.over() && !none.offers_tools());
  McpDialogue other({.tool = "nope"});
  EXPECT_EQ(play(other, stateless()).asked, "server/discover tools/list");
  EXPECT_TRUE(other.over() && !other.result());
}

TEST(McpDialogue, RequestsOfTheServerAreAnsweredAndTheRestPassedOver) {
  McpDialogue dialogue({.sessions_first = true});
  dialogue.next();
  for (const std::string text :
       {R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})",
        R"({"jsonrpc":"2.0","id":"p","method":"ping"})",
        R"([{"jsonrpc":"2.0","id":7,"method":"roots/list"},{"jsonrpc":"2.0","method":"x"}])", R"({"odd":1})"})
    EXPECT_TRUE(dialogue.take(text));
  EXPECT_TRUE(dialogue.waiting());
  EXPECT_EQ(dialogue.aside(), R"({"jsonrpc":"2.0","id":"p","result":{}})");
  EXPECT_THAT(*dialogue.aside(), AllOf(HasSubstr(R"("id":7)"), HasSubstr("-32601")));
  EXPECT_FALSE(dialogue.aside());
  for (const auto& [text, reason] : std::initializer_list<std::pair<std::string, std::string>>{
           {R"({"jsonrpc":"2.0","id":99,"result":{}})", "misrouted"},
           {R"({"jsonrpc":"2.0","id":"1","result":{}})", "misrouted"},
           {"<html>", "protocol"},
           {"", "protocol"},
           {std::string(100'000, '['), "protocol"}}) {
    McpDialogue wrong({});
    wrong.next();
    const auto took = wrong.take(text);
    ASSERT_FALSE(took) << text.substr(0, 60);
    EXPECT_EQ(name(took.error().reason), reason) << text.substr(0, 60);
  }
}

TEST(McpDialogue, AFloodEnds) {
  McpDialogue dialogue({});
  dialogue.next();
  std::size_t taken = 0, asides = 0;
  std::expected<void, Failure> took;
  while (taken < 5000 && (took = dialogue.take(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"))) ++taken;
  EXPECT_FALSE(took);
  EXPECT_EQ(taken, McpDialogue::most_unasked - 1);
  while (dialogue.aside()) ++asides;
  EXPECT_EQ(asides, McpDialogue::most_asides);
}

// --- a stream of events, cut anywhere

TEST(McpDialogue, AStreamMayBeCutAnywhere) {
  const std::string stream =
      ": hello\n\nid: 0\ndata: \n\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\ndata: "
      "\"method\":\"notifications/x\"}\n\nevent: message\r\ndata: " +
      around(discovered, 1) + "\r\n\r\n";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    McpDialogue dialogue({});
    dialogue.next();
    net::SseReader reader;
    std::expected<void, Failure> took;
    const auto take = [&](const net::SseEvent& event) {
      if (!event.data.empty()) took = dialogue.take(event.data);
      return took && dialogue.waiting();
    };
    reader.feed(stream.substr(0, cut), take);
    EXPECT_EQ(dialogue.waiting(), cut < stream.size() - 1) << cut;
    if (dialogue.waiting()) reader.feed(stream.substr(cut), take);
    EXPECT_TRUE(took && !dialogue.waiting()) << cut;
    EXPECT_EQ(dialogue.server(), "peer 1.2") << cut;
  }
}

// --- mutations

TEST(McpFuzz, HoldsTogetherWhateverComesAndAlwaysDoesTheSame) {
  std::mt19937 dice(7);
  const auto below = [&](std::size_t n) { return dice() % n; };
  const std::vector<std::string> all{no_method, discovered, initialized, two_tools, said_hi};
  const auto right = [&](std::string_view method) {
    return method == "server/discover" ? all[below(2)]
           : method == "initialize"    ? initialized
           : method == "tools/list"    ? two_tools
                                       : said_hi;
  };
  std::size_t failed = 0, ended = 0, waiting = 0;
  for (int round = 0; round < 10'000; ++round) {
    McpDialogue one({.tool = "echo", .kept = {"echo"}}), two({.tool = "echo"});
    bool good = true;
    std::int64_t id = 0;
    for (std::size_t turn = 0; turn < 6 && good && !one.over(); ++turn) {
      while (const auto out = one.next()) {
        ASSERT_EQ(two.next()->text, out->text);
        if (out->answered) ++id;
      }
      if (one.over()) break;
      std::string text = around(below(10) == 0 ? all[below(all.size())] : right(one.asking()), id);
      if (below(20) == 0) text = R"({"jsonrpc":"2.0","id":5,"method":"ping"})";
      for (std::size_t changes = below(3) == 0 ? 1 + below(2) : 0; changes > 0; --changes) {
        const std::size_t at = below(text.size());
        if (below(3) == 0)
          text.erase(at, below(20));
        else if (below(2) == 0)
          text[at] = static_cast<char>(below(256));
        else
          text.insert(at, all[below(all.size())].substr(below(40), below(40)));
        if (text.empty()) text = "{";
      }
      const bool refused = below(10) == 0;
      const auto hand = [&](McpDialogue& dialogue) {
        return refused ? dialogue.refused(text).value_or(std::expected<void, Failure>())
                       : dialogue.take(text);
      };
      const auto took = hand(one), again = hand(two);  // or the worker and the daemon would part ways
      good = took.has_value();
      ASSERT_EQ(again.has_value(), good);
      ASSERT_EQ(two.asking(), one.asking());
      ASSERT_EQ(two.aside(), one.aside());
      ASSERT_TRUE(good || !took.error().detail.empty());
      ASSERT_LE(one.tools().digests().size(), McpTools::most_tools);
    }
    failed += !good;
    ended += one.over();
    waiting += good && !one.over();
  }
  EXPECT_GT(failed, 1000U);  // the dice reach everywhere
  EXPECT_GT(ended, 1000U);
  EXPECT_GT(waiting, 0U);
}

// --- what is made of it

McpSettings settings_of(const std::string& keys) {
  Reading reading("url: 'http://x/mcp'\n    " + keys);
  McpSettings settings = read_mcp_settings(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  return settings;
}

TEST(McpJudge, WhatIsThereIsHeldAgainstWhatIsWanted) {
  const std::string call = "call: {tool: echo, arguments: {m: hi}, expect: {/content/0/text: hi}}";
  for (const auto& [keys, answer, told] :
       std::initializer_list<std::tuple<std::string, std::string, std::string>>{
           {"tools: [echo, add]", said_hi, ""},
           {call, said_hi, ""},
           {"tools: [echo, fetch, sum]", said_hi, "assertion lacks the tools fetch, sum; it has add, echo"},
           {"schemas: {echo: {/inputSchema/type: object}}", said_hi, ""},
           {"schemas: {echo: {/inputSchema/properties/m: {exists: true}}}", said_hi,
            "assertion tool echo: /inputSchema/properties/m: wanted something there, found nothing; "
            "/inputSchema has the keys type"},
           {call, R"("result":{"content":[{"type":"text","text":"no disk"}],"isError":true})",
            "upstream_error tool echo says it failed: no disk"},
           {call, R"("result":{"content":[{"type":"text","text":"bye"}]})",
            "answer_wrong tool echo answered otherwise: /content/0/text: wanted \"hi\", got \"bye\""},
           {call, R"("result":{"toolResult":1})",
            "protocol tool echo answered without content: {\"toolResult\":1}"},
           {"call: {tool: gone}", said_hi, "assertion lacks the tool gone; it has add, echo"}}) {
    const McpSettings settings = settings_of(keys);
    McpDialogue dialogue(settings.plan);
    Answers answers = stateless();
    answers["tools/call"] = {answer};
    EXPECT_FALSE(play(dialogue, answers).failure);
    const auto failure = judge_mcp(settings, dialogue);
    EXPECT_EQ(failure ? std::string(name(failure->reason)) + " " + failure->detail : "", told) << keys;
  }
  const McpSettings settings = settings_of("tools: [echo]");
  McpDialogue bare(settings.plan);
  play(bare, {{"server/discover", {R"("result":{"capabilities":{}})"}}});
  EXPECT_EQ(judge_mcp(settings, bare)->detail, "lacks the tool echo; it says it offers no tools");
}

TEST(McpSettings, MistakesAreTold) {
  for (const auto& [keys, words] : std::initializer_list<std::pair<std::string, std::string>>{
           {"tools: [a]", "url or command is required"},
           {"url: 'http://x'\n    command: [x]", "not both"},
           {"url: 'ftp://x'", ".url"},
           {"url: 'http://x'\n    version: 2024-11-05", "2025-03-26"},
           {"url: 'http://x'\n    call: {arguments: {}}", "required: the tool"},
           {"url: 'http://x'\n    call: {tool: a, expect: {a: 1}}", "no JSON pointer"},
           {"url: 'http://x'\n    schemas: {a: {b: 1}}", "no JSON pointer"},
           {"url: 'http://x'\n    environment: {A: b}", "without command"},
           {"command: [x]\n    headers: {A: b}", "no effect with command"}}) {
    Reading reading(keys);
    read_mcp_settings(reading.fields());
    reading.fields().finish();
    EXPECT_THAT(reading.text(), HasSubstr(words)) << keys;
  }
}

}  // namespace
}  // namespace answerback::probes
