// Reading scripts and presets from a configuration: what is read, and every mistake at its place.

#include "probes/agent/settings.h"
#include "probes/reading.h"
#include "probes/shared/steps/settings.h"
#include "probes/steps/play.h"

namespace answerback::probes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string read(const std::string& keys, bool asks) {
  Reading reading("url: 'ws://api/ws'\n    " + keys);
  if (asks)
    read_agent(reading.fields());
  else
    read_scripted(reading.fields(), nullptr, false);
  reading.fields().finish();
  return reading.ok() ? "ok" : reading.text();
}

TEST(ReadSteps, ADialogueAsItIsWritten) {
  EXPECT_EQ(read(R"(steps:
      - reply: [{when: {text: "2"}, send: "3"}]
      - expect: {prefix: 0, json: {/sid: {exists: true}}}
        capture: {sid: /sid}
        within: 3s
      - send: {prefix: 40, json: {sid: "{{sid}}", uuid: "{{uuid}}", n: "{{n}}"}}
      - {send: "2", every: 25s}
      - until: {prefix: "40"}
      - silent_for: 200ms
      - close: [1000, 1005])",
                 false),
            "ok");
}

TEST(ReadSteps, AnAgentsDialogue) {
  Reading reading(R"(url: 'ws://api/ws'
    steps:
      - ask: {json: {text: "{{question}}"}}
    events:
      - {when: {json: {/t: delta}}, event: answering, piece: /d}
      - {when: {json: {/t: end}}, event: answered, answer: /text}
      - {when: {json: {/t: bad}}, error: /why})");
  const AgentSettings settings = read_agent(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  EXPECT_THAT(settings.stages.names, ElementsAre("answering", "answered"));
}

struct Mistake {
  const char *keys, *message;
};
void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.keys; }

class Mistakes : public testing::TestWithParam<Mistake> {};
TEST_P(Mistakes, AreToldAtTheirPlace) {
  EXPECT_THAT(read(GetParam().keys, std::string(GetParam().keys).contains("ask")),
              HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    ReadSteps, Mistakes,
    testing::Values(
        Mistake{"steps: [{sned: a}]", "steps[0].sned: unknown key (did you mean \"send\"?)"},
        Mistake{"steps: [{send: a, expect: b}]", "steps[0].expect: one step has one verb: send is another"},
        Mistake{"steps: [{}]", "steps[0]: a step is one of send"},
        Mistake{"steps: [{within: 1s}]", "a step is one of send, ask, expect"},
        Mistake{"steps: [{send: '{{sid}}'}, {expect: {}, capture: {sid: /sid}}]",
                "steps[0].send: nothing is known as {{sid}}"},
        Mistake{"steps: [{send: '{{token}}'}]", "nothing is known as {{token}}"},
        Mistake{"steps: [{send: {jsn: 1}}]", "steps[0].send: unknown key jsn"},
        Mistake{"steps: [{send: {prefix: a}}]", "wants either json or text"},
        Mistake{"steps: [{send: a, within: 1s}]", "steps[0].within: belongs to expect, until or close"},
        Mistake{"steps: [{send: a, every: 1ms}]", "steps[0].every: must be 100ms or more"},
        Mistake{"steps: [{expect: {}, within: 5}]", "steps[0].within:"},
        Mistake{"steps: [{expect: {json: {type: x}}}]", "no JSON pointer: type"},
        Mistake{"steps: [{expect: {matches: '('}}]", "matches: no regular expression"},
        Mistake{"steps: [{expect: {josn: {}}}]", "unknown key josn (known: prefix"},
        Mistake{"steps: [{expect: {}, capture: {n: /n}}]", "is the name of something else"},
        Mistake{"steps: [{expect: {}, capture: {a: b}}]", "neither a JSON pointer"},
        Mistake{"steps: [{expect: {}, capture: {'a b': /b}}]", "letters, digits"},
        Mistake{"steps: [{reply: [{when: a}]}]", "wants {when: matcher, send: …}"},
        Mistake{"steps: [{reply: [{when: {x: 1}, send: a}]}]", "steps[0].reply[0].when"},
        Mistake{"steps: [{fail: [{when: a, as: bad_luck}]}]", "must be one of auth, forbidden"},
        Mistake{"steps: [{close: 999}]", "wants close codes"},
        Mistake{"steps: [{close: any}, {send: a}]", "steps[1].send: nothing follows the server's close"},
        Mistake{"steps: [{silent_for: soon}]", "steps[0].silent_for"},
        Mistake{"steps: [{send: a}]\n    terminator: x", "terminator: must be one of"},
        Mistake{"steps: [{send: a}]\n    send_token: message", "a step of its own"},
        Mistake{"steps: [{ask: {json: {text: hello}}}]", "steps[0].ask: asks nothing"},
        Mistake{"steps: [{ask: '{{question}}'}, {ask: '{{question}}'}]", "there is one question"},
        Mistake{"steps: [{send: ask}]\n    challenge: none", "no step asks anything"},
        Mistake{"steps: [{ask: '{{question}}'}]\n    events: [{when: {}, evnt: a}]",
                "did you mean \"event\""},
        Mistake{"steps: [{ask: '{{question}}'}]\n    events: [{when: {}, answer: 'a'}]", "events[0].answer"},
        Mistake{"steps: [{ask: '{{question}}'}]\n    events: [{when: {}, event: a}]\n    chain: [b, a]",
                "chain[0]: none of `events`"},
        Mistake{"preset: socketio\n    steps: [{ask: a}]", "either this or that"},
        Mistake{"preset: socketio\n    with: {evnt: ask}", "did you mean \"event\""},
        Mistake{"preset: stomp\n    with: {destination: /ask}",
                "stomp needs it: destination at which the answer"},
        Mistake{"preset: socketio\n    with: {message: {ask: '{{nobody}}'}}",
                "nothing is known as {{nobody}}"}));

TEST(ReadSteps, WebSocketsAskNothing) {
  EXPECT_THAT(read("steps: [{ask: a}]", false), HasSubstr("steps[0].ask"));
  for (const StepsPreset* preset : steps_presets()) {
    Reading reading("url: 'ws://api/'\n    with: {topic: t, subscribe: s, identifier: {channel: C}}");
    const auto settings = read_scripted(reading.fields(), preset, false);
    EXPECT_TRUE(reading.ok()) << preset->name << reading.text();
    EXPECT_EQ(settings.script.ask, settings.script.steps.size()) << preset->name;
    EXPECT_GT(settings.script.steps.size(), 1U) << preset->name;
  }
}

TEST(ReadSteps, AllThatPresetsHaveIsDocumented) {
  config::Fields fields = config::Fields::describing();
  read_agent(fields);
  std::set<std::string> keys;
  for (const config::KeyDoc& doc : fields.docs()) {
    keys.insert(doc.key);
    EXPECT_FALSE(doc.doc.empty()) << doc.key;
  }
  for (const StepsPreset* preset : steps_presets())
    for (const PresetParameter& one : preset->parameters)
      EXPECT_TRUE(keys.contains("with." + std::string(one.name))) << preset->name << " " << one.name;
  EXPECT_THAT(keys, testing::IsSupersetOf(
                        {"steps[].ask", "steps[].until", "events[].answer", "terminator", "secrets"}));
}

TEST(ReadConnection, TheTokenGoesWhereItStands) {
  Reading reading(R"(url: 'wss://api/hub?x=1&access_token={{token}}'
    credentials: canary
    headers: {X-Key: "k {{token}}"}
    subprotocols: [phoenix, "base64url.bearer.phx.{{token|base64url}}"])");
  const SessionSettings settings = read_connection(reading.fields());
  EXPECT_TRUE(reading.ok()) << reading.text();
  EXPECT_EQ(settings.send_token, SendToken::none);
  EXPECT_TRUE(settings.uses_token);
  const net::WebSocketRequest request = with_token(settings, "a+b");
  EXPECT_EQ(request.url.target, "/hub?x=1&access_token=a%2Bb");
  EXPECT_EQ(*net::find_header(request.headers, "x-key"), "k a+b");
  EXPECT_THAT(request.subprotocols, ElementsAre("phoenix", "base64url.bearer.phx.YSti"));
  EXPECT_FALSE(net::find_header(request.headers, "authorization"));
  EXPECT_THAT(read("headers: {X: '{{token}}'}\n    steps: [{send: a}]", false), HasSubstr("none are named"));
}

}  // namespace
}  // namespace answerback::probes
