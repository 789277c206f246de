// Scripts and messages nobody would write: reading and playing hold together whatever comes.

#include <gtest/gtest.h>

#include <random>

#include "probes/shared/steps/events.h"
#include "probes/shared/steps/presets.h"
#include "probes/steps/play.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  std::string of(std::initializer_list<const char*> list) { return list.begin()[below(list.size())]; }
  void change(std::string& text) {
    const std::size_t at = text.empty() ? 0 : below(text.size());
    switch (below(4)) {
      case 0:
        text.insert(at,
                    of({"{{", "}}", "|json", "\"", "\\", "[", "}", "{{n}}", "\x1e", "/", "~", "(", "\n"}));
        break;
      case 1: text.erase(at, 1 + below(6)); break;
      case 2: text.insert(at, text.substr(below(text.size() + 1), below(12))); break;
      default:
        if (!text.empty()) text[at] = static_cast<char>(below(256));
    }
  }

 private:
  std::mt19937 engine_;
};

StepScope scope() {
  StepScope scope{.names = {"token", "uuid", "n", "question", "run_id", "headers"}};
  for (const StepsPreset* preset : steps_presets())
    for (const PresetParameter& one : preset->parameters)
      if (!one.secret)
        scope.constants[std::string(one.name)] =
            one.fallback.empty() ? R"("given {{question}}")" : std::string(one.fallback);
  return scope;
}

const char* const messages[] = {R"(0{"sid":"E","pingInterval":25000})",
                                R"(42["reply",{"text":"12"}])",
                                R"({"type":"next","id":"1","payload":{"data":{"a":1}}})",
                                "MESSAGE\ndestination:/a\n\n{\"text\":\"3901\"}",
                                R"(["1","2","room","phx_reply",{"status":"ok","response":{}}])",
                                R"({"identifier":"{\"channel\":\"C\"}","message":{"a":null}})",
                                R"({"type":3,"invocationId":"1","result":"x"})",
                                "2",
                                ""};

TEST(StepsFuzz, AnyScriptIsReadOrRefusedAndAnyReadOnePlays) {
  std::size_t read = 0, refused = 0, arrived = 0, failed = 0, events = 0;
  for (unsigned seed = 0; seed < 1200; ++seed) {
    Dice dice(seed);
    const StepsPreset& preset = *steps_presets()[dice.below(steps_presets().size())];
    std::string text(preset.script);
    for (std::size_t changes = dice.below(4); changes > 0; --changes) dice.change(text);
    boost::system::error_code error;
    const boost::json::value data = boost::json::parse(text, error);
    if (error || !data.is_object()) continue;
    Script script{.scope = scope()};
    const auto each = [&](const char* list, auto add) {
      const boost::json::value* items = data.get_object().if_contains(list);
      if (!items || !items->is_array()) return;
      for (const boost::json::value& item : items->get_array()) {
        if (!item.is_object()) continue;
        const auto added = add(script, item.get_object());
        ++(added ? read : refused);
        if (!added) {
          ASSERT_FALSE(added.error().message.empty());
        }
      }
    };
    each("steps", add_step);
    each("events", add_event);
    ASSERT_LE(script.ask, script.steps.size());

    StepMachine machine(script, {});
    Steady now{1h};
    machine.set("question", {"what is \"2 x 3\"?\n", false});
    machine.go(script.steps.size(), now);
    const std::vector<std::string> stages{"answered", "response.done", "complete"};
    EventReader reader(script, stages, [&](std::string_view name) { return machine.value(name); });
    for (int i = 0; i < 30; ++i) {
      now += std::chrono::milliseconds(dice.below(4000));
      std::string message = messages[dice.below(std::size(messages))];
      if (dice.below(2) == 0) dice.change(message);
      machine.tick(now);
      const auto before = machine.failure();
      Incoming incoming(std::move(message));
      if (machine.take(incoming, now)) {
        ASSERT_TRUE(machine.arrived());
        const AgentEvent event = reader.read(incoming);
        ASSERT_LE(event.name.size(), 300U);
        ASSERT_LE(event.answer.size(), EventReader::text_cap);
        ++events;
      }
      ASSERT_LE(machine.outgoing().size(), 20U);
      ASSERT_LE(machine.position(), script.steps.size());
      if (before) {
        ASSERT_EQ(machine.failure()->detail, before->detail) << "a failure is the last word";
      }
    }
    arrived += machine.arrived();
    failed += machine.failure().has_value();
  }
  // The dice reach everywhere.
  EXPECT_GT(read, 3000U);
  EXPECT_GT(refused, 50U);
  EXPECT_GT(arrived, 0U);
  EXPECT_GT(failed, 300U);
  EXPECT_GT(events, 0U);
}

TEST(StepsFuzz, WhatIsFilledIntoJsonStaysJson) {
  const StepScope known{.names = {"a", "b"}};
  const auto template_ = Template::of_json(
      boost::json::parse(R"({"x":"<{{a}}>","{{a}}":["{{a}}","{{b}}",{"y":"{{a|json}}{{b|base64url}}"}]})"),
      known);
  Dice dice(3);
  for (int i = 0; i < 5000; ++i) {
    std::string text = "a\"b\\{{c}}\n";
    for (std::size_t changes = dice.below(5); changes > 0; --changes) dice.change(text);
    const std::string filled = template_->fill([&](std::string_view name) {
      return name == "a" ? StepValue{text, false} : StepValue{R"({"k":[1]})", true};
    });
    boost::system::error_code error;
    const auto parsed = boost::json::parse(filled, error, {}, {.allow_invalid_utf8 = true});
    ASSERT_FALSE(error) << filled;
    ASSERT_EQ(std::string_view(parsed.at("x").as_string()), "<" + text + ">");
    ASSERT_EQ(parsed.get_object().size(), 2U) << "no value brings structure with it";
  }
}

TEST(StepsFuzz, HoweverBytesComeTheMessagesAreTheSame) {
  Dice dice(11);
  std::size_t cut = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string bytes;
    for (std::size_t parts = dice.below(8); parts > 0; --parts)
      bytes += dice.of({"a", "{}", "\x1e", "\n", "\r\n", "MESSAGE\n\n"}) +
               (dice.below(2) ? std::string(1, '\0') : "");
    for (const Terminator terminator : {Terminator::nul, Terminator::record_separator, Terminator::newline}) {
      FrameSplitter whole(terminator), pieces(terminator);
      const auto wanted = whole.feed(bytes).value();
      std::vector<std::string> got;
      for (std::string_view rest = bytes; !rest.empty();) {
        const std::size_t length = 1 + dice.below(rest.size());
        for (std::string& one : pieces.feed(rest.substr(0, length)).value()) got.push_back(std::move(one));
        rest.remove_prefix(length);
      }
      ASSERT_EQ(got, wanted);
      cut += got.size();
    }
  }
  EXPECT_GT(cut, 10'000U);
}

}  // namespace
}  // namespace answerback::probes
