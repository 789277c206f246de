// Every provider: what it is asked, and what is made of its answers, wherever they are cut.

#include "probes/llm/wires.h"

#include <gmock/gmock.h>

#include <random>

#include "probes/llm/harness.h"
#include "probes/llm/llm.h"
#include "probes/llm/receive.h"
#include "probes/llm/settings.h"

namespace answerback::probes {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string configured(const Wire& wire, const std::string& base) {
  return wire.keys + "\n    model: demo-1\n    api_key: demo-key\n    base_url: '" + base + wire.base + "'";
}

struct Configured {
  explicit Configured(const Wire& wire, const std::string& more = "")
      : reading(configured(wire, "http://llm:1") + more), settings(read_llm(reading.fields())) {
    reading.fields().finish();
    EXPECT_TRUE(reading.ok()) << reading.text();
  }
  net::HttpRequest request(LlmAsk ask) { return *settings.provider->request(ask, "Hi", *settings.key.now()); }

  Reading reading;
  LlmSettings settings;
};

std::string line_of(const net::HttpRequest& request) {
  return request.method + " " + request.url.target + " HTTP/1.1";
}

// The pieces of a stream, read as they would come in.
std::expected<LlmAnswer, Failure> received(const LlmProvider& provider, const std::string& type,
                                           const std::vector<std::string>& pieces,
                                           const std::string& coding = "identity") {
  asio::io_context io;
  RealClock clock(io.get_executor());
  Phases phases;
  Evidence evidence;
  Run run{clock, clock.now() + std::chrono::hours(1), phases, evidence, RunId{{1}, {1}}};
  const LlmSecrets secrets;
  LlmReceiver receiver(run, provider, secrets);
  const net::BodySink sink = receiver.sink();
  net::HttpResponse head{.status = 200, .headers = {{"Content-Type", type}}, .body = {}, .url = {}};
  head.headers.emplace_back("Content-Encoding", coding);
  bool more = sink.on_head(head);
  for (const std::string& piece : pieces) more = more && sink.on_data(piece);
  return receiver.finish(std::move(head));
}

std::string shown(const std::expected<LlmAnswer, Failure>& answer) {
  if (!answer) return answer.error().detail;
  return answer->text + "|" + answer->refusal + "|" + answer->model + "|" +
         std::to_string(static_cast<int>(answer->finish)) + "|" +
         std::to_string(answer->usage.input.value_or(0)) + "|" +
         std::to_string(answer->usage.output.value_or(0)) + "|" + (answer->end ? "ended" : "open") + "|" +
         (answer->error ? answer->error->detail : "");
}

TEST(LlmWire, TheRequestIsAsDocumented) {
  for (const Wire& wire : wires()) {
    Configured configured(wire);
    const net::HttpRequest request = configured.request(LlmAsk::completion);
    EXPECT_EQ(line_of(request), wire.request_line) << wire.name;
    EXPECT_EQ(request.body, wire.request_body) << wire.name;
    const std::size_t colon = wire.key_header.find(": ");
    const std::string* key = net::find_header(request.headers, wire.key_header.substr(0, colon));
    ASSERT_NE(key, nullptr) << wire.name;
    EXPECT_EQ(*key, wire.key_header.substr(colon + 2)) << wire.name;
    EXPECT_EQ(line_of(configured.request(LlmAsk::model)), wire.model_line) << wire.name;
  }
}

TEST(LlmWire, NoKeyGoesToTheEdge) {
  for (const Wire& wire : wires()) {
    Configured configured(wire, "\n    headers: {X-Own: own-secret}");
    for (const auto& [name, value] : configured.request(LlmAsk::edge).headers)
      EXPECT_THAT(value, Not(testing::AnyOf(HasSubstr("demo-key"), HasSubstr("own-secret")))) << wire.name;
  }
}

TEST(LlmWire, TemperatureIsNeverSent) {
  for (const Wire& wire : wires())
    for (const char* more : {"", "\n    stream: false"})
      EXPECT_THAT(Configured(wire, more).request(LlmAsk::completion).body,
                  Not(testing::AnyOf(HasSubstr("temperature"), HasSubstr("top_p"), HasSubstr("top_k"))));
}

TEST(LlmWire, AnthropicsVersionsAreSent) {
  for (const Wire& wire : wires()) {
    if (!wire.name.starts_with("anthropic")) continue;
    const net::HttpRequest request = Configured(wire).request(LlmAsk::completion);
    EXPECT_EQ("anthropic " + *net::find_header(request.headers, "anthropic-version"), wire.name);
    const net::HttpRequest bearer = Configured(wire, "\n    key_header: bearer").request(LlmAsk::model);
    EXPECT_EQ(*net::find_header(bearer.headers, "authorization"), "Bearer demo-key");
    EXPECT_EQ(net::find_header(bearer.headers, "x-api-key"), nullptr);
  }
}

TEST(LlmWire, AStreamIsOneWhateverItsMediaType) {
  for (const Wire& wire : wires()) {
    if (wire.type != "text/event-stream") continue;
    Configured configured(wire);
    const std::string good = shown(received(*configured.settings.provider, wire.type, {wire.stream}));
    std::vector<std::string> bytes;
    for (const char c : wire.stream) bytes.emplace_back(1, c);
    for (const char* type : {"text/plain; charset=utf-8", ""}) {
      EXPECT_EQ(shown(received(*configured.settings.provider, type, {wire.stream})), good) << wire.name;
      EXPECT_EQ(shown(received(*configured.settings.provider, type, bytes)), good) << wire.name;
      EXPECT_EQ(shown(received(*configured.settings.provider, type, {": hi\n\n", wire.stream})), good);
    }
    EXPECT_THAT(shown(received(*configured.settings.provider, "application/json", {wire.stream})),
                HasSubstr("is not JSON"));
    EXPECT_THAT(shown(received(*configured.settings.provider, "text/plain", {"no"})),
                HasSubstr("is not JSON"));
  }
}

TEST(LlmWire, AnEncodedAnswerIsSaidToBeOne) {
  EXPECT_THAT(shown(received(*Configured(wires()[0]).settings.provider, wires()[0].type, {"\x1f\x8b"}, "br")),
              HasSubstr("the answer is encoded as br, though"));
}

TEST(LlmWire, TheWordsMayComeInParts) {
  for (const Wire& wire : wires()) {
    if (wire.name != "openai") continue;
    const std::string body =
        R"({"model":"demo-1","choices":[{"message":{"role":"assistant","content":[{"type":"thinking",)"
        R"("text":"hm"},{"type":"text","text":"Hello "},{"type":"text","text":"you!"}]},"finish_reason":"stop"}]})";
    const auto answer = received(*Configured(wire).settings.provider, "application/json", {body});
    EXPECT_THAT(shown(answer), testing::StartsWith("Hello you!|"));
  }
}

TEST(LlmWire, WhereAStreamIsCutMakesNoDifference) {
  for (const Wire& wire : wires()) {
    Configured configured(wire);
    const LlmProvider& provider = *configured.settings.provider;
    const std::string whole = shown(received(provider, wire.type, {wire.stream}));
    EXPECT_EQ(whole, "Hello you!||demo-1|1|12|5|ended|") << wire.name;
    std::vector<std::string> bytes;
    for (std::size_t cut = 0; cut < wire.stream.size(); ++cut) {
      bytes.push_back(wire.stream.substr(cut, 1));
      ASSERT_EQ(shown(received(provider, wire.type, {wire.stream.substr(0, cut), wire.stream.substr(cut)})),
                whole)
          << wire.name << " at " << cut;
    }
    EXPECT_EQ(shown(received(provider, wire.type, bytes)), whole) << wire.name;
  }
}

TEST(LlmWire, AStreamThatEndsEarlyNeverPasses) {
  for (const Wire& wire : wires()) {
    Configured configured(wire);
    // The last event is the one that says it is over, or says it once more.
    const std::size_t last = wire.stream.rfind("\n", wire.stream.size() - 3);
    for (std::size_t cut = 0; cut < last; ++cut) {
      const auto answer = received(*configured.settings.provider, wire.type, {wire.stream.substr(0, cut)});
      const bool said_it_is_over =
          answer && answer->finish != LlmFinish::unsaid && configured.settings.provider->finish_is_end();
      if (answer && !answer->error && !said_it_is_over) EXPECT_FALSE(answer->end) << wire.name << cut;
    }
  }
}

TEST(LlmWire, EveryEndingAndRefusalHasItsVerdict) {
  LlmRig rig;
  std::string bytes;
  test::Peer peer(rig.loop.io, [&](test::Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write(bytes);
  });
  const std::string url = "http://127.0.0.1:" + std::to_string(peer.port());
  const auto verdict = [&](const Wire& wire, std::string answer) {
    bytes = std::move(answer);
    rig.configure_with(configured(wire, url));
    return told(rig.run());
  };
  for (const Wire& wire : wires()) {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: " + wire.type + "\r\n\r\n";
    EXPECT_EQ(verdict(wire, head + wire.stream), "pass ") << wire.name;
    EXPECT_EQ(verdict(wire, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + wire.whole),
              "pass ")
        << wire.name;
    for (const Wire::Ending& ending : wire.endings)
      EXPECT_EQ(verdict(wire, head + ending.stream), ending.verdict) << wire.name << ": " << ending.what;
    for (const auto& [status, headers, body, wanted] : wire.refusals)
      EXPECT_EQ(verdict(wire, "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
                                  "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body),
                wanted)
          << wire.name << ": " << status << " " << body;
  }
}

TEST(LlmWire, AWholeAnswerSaysTheSame) {
  for (const Wire& wire : wires()) {
    Configured configured(wire, "\n    stream: false");
    EXPECT_EQ(shown(received(*configured.settings.provider, "application/json", {wire.whole})),
              "Hello you!||demo-1|1|12|5|ended|")
        << wire.name;
  }
}

TEST(LlmWire, TheModelIsThereOrItIsNot) {
  for (const Wire& wire : wires()) {
    Configured configured(wire);
    const LlmProvider& provider = *configured.settings.provider;
    EXPECT_FALSE(provider.model_missing(LlmAsk::model, wire.model_body)) << wire.name;
    EXPECT_TRUE(provider.model_missing(LlmAsk::model, "<html></html>")) << wire.name;
  }
}

// Whatever bytes come: an answer or a reason, and nothing beyond the caps.
TEST(LlmWire, MutatedStreamsNeverBreakUs) {
  std::mt19937 random(20261128);
  for (const Wire& wire : wires()) {
    Configured configured(wire);
    for (int round = 0; round < 400; ++round) {
      std::string stream = wire.stream;
      for (unsigned i = 1 + random() % 6; i > 0; --i) {
        const std::size_t at = random() % stream.size();
        switch (random() % 4) {
          case 0: stream[at] = static_cast<char>(random()); break;
          case 1: stream.erase(at, random() % 20); break;
          case 2: stream.insert(at, stream.substr(random() % stream.size(), random() % 50)); break;
          default: stream.insert(at, 1, "{}[]\",:\n\r"[random() % 9]); break;
        }
        if (stream.empty()) stream = "x";
      }
      std::vector<std::string> pieces;
      for (std::size_t at = 0; at < stream.size();) {
        pieces.push_back(stream.substr(at, 1 + random() % 40));
        at += pieces.back().size();
      }
      const LlmProvider& provider = *configured.settings.provider;
      ASSERT_EQ(shown(received(provider, wire.type, pieces)), shown(received(provider, wire.type, {stream})))
          << wire.name << round;
      (void)provider.read_whole(stream);
      (void)provider.read_error({.status = 400, .headers = {}, .body = stream, .url = {}});
      (void)provider.model_missing(LlmAsk::models, stream);
      (void)provider.counted(stream);
      (void)provider.read_load(stream);
    }
  }
}

}  // namespace
}  // namespace answerback::probes
