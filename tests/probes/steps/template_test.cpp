// What is filled in, and how messages are cut out of messages.

#include "probes/shared/steps/template.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "probes/shared/steps/frames.h"
#include "probes/shared/steps/message.h"

namespace answerback::probes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const StepScope scope{
    .constants = {{"event", R"("a \"b\"")"}, {"message", R"({"text":"{{question}}","n":1})"}},
    .names = {"question", "id", "deep"}};

StepValue value(std::string_view name) {
  if (name == "question") return {"say \"hi\"\n", false};
  if (name == "id") return {"7", true};
  if (name == "deep") return {R"({"a":[1,"x"]})", true};
  return {"?", false};
}

std::string text(std::string_view written) {
  const auto made = Template::of_text(written, scope);
  return made ? made->fill(value) : "error: " + made.error();
}
std::string json(std::string_view written) {
  const auto made = Template::of_json(boost::json::parse(written), scope);
  return made ? made->fill(value) : "error: " + made.error();
}

TEST(Template, PlainTextTakesValuesAsTheyAre) {
  EXPECT_EQ(text("nothing"), "nothing");
  EXPECT_EQ(text("<{{question}}>"), "<say \"hi\"\n>");
  EXPECT_EQ(text("{{ id }}{{id}}"), "77");
  EXPECT_EQ(text("42[\"chat\",{{question|json}}]"), R"(42["chat","say \"hi\"\n"])");
  EXPECT_EQ(text("{{question|base64url}}"), "c2F5ICJoaSIK");
  EXPECT_EQ(text("42[{{event|json}},{{message}}]"), R"(42["a \"b\"",{"text":"say \"hi\"\n","n":1}])");
  EXPECT_EQ(text("{\"a\":{\"b\":1}}"), "{\"a\":{\"b\":1}}") << "braces are braces";
}

TEST(Template, InJsonTheyAreEscaped) {
  EXPECT_EQ(json(R"({"a":"<{{question}}>"})"), R"({"a":"<say \"hi\"\n>"})");
  EXPECT_EQ(json(R"({"a":"{{question}}"})"), R"({"a":"say \"hi\"\n"})");
  EXPECT_EQ(json(R"({"{{id}}":null})"), R"({"7":null})");
}

TEST(Template, AStringThatIsNothingElseBecomesTheValue) {
  EXPECT_EQ(json(R"(["{{id}}","{{deep}}","n{{id}}"])"), R"([7,{"a":[1,"x"]},"n7"])");
  EXPECT_EQ(json(R"(["{{event}}","{{message}}"])"), R"(["a \"b\"",{"text":"say \"hi\"\n","n":1}])");
  EXPECT_EQ(json(R"(["{{id|base64url}}"])"), R"(["Nw"])");
}

TEST(Template, JsonInAJsonString) {
  const std::string made = json(R"({"data":"{{message|json}}","id":"<{{question|json}}>"})");
  const auto outer = boost::json::parse(made);
  EXPECT_EQ(outer.at("data").as_string(), R"({"text":"say \"hi\"\n","n":1})");
  EXPECT_EQ(outer.at("id").as_string(), R"(<"say \"hi\"\n">)");
}

TEST(Template, MistakesAreTold) {
  EXPECT_THAT(text("{{who}}"),
              AllOf(HasSubstr("{{who}}"), HasSubstr("known: event, message, deep, id, question")));
  EXPECT_THAT(text("{{id"), HasSubstr("without its }}"));
  EXPECT_THAT(text("{{id|rot13}}"), HasSubstr("|rot13"));
  EXPECT_THAT(json(R"({"a":["{{who}}"]})"), HasSubstr("{{who}}"));
}

TEST(Template, KnowsWhatItUses) {
  EXPECT_TRUE(Template::of_text("{{message}}", scope)->uses("question")) << "through a parameter";
  EXPECT_FALSE(Template::of_text("{{id}}", scope)->uses("question"));
}

// --- frames

std::vector<std::string> cut(Terminator terminator, std::initializer_list<std::string> messages) {
  FrameSplitter splitter(terminator);
  std::vector<std::string> all;
  for (const std::string& message : messages) {
    auto some = splitter.feed(message);
    if (!some) return {some.error().detail};
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

TEST(FrameSplitter, CutsAtItsCharacter) {
  using namespace std::string_literals;
  EXPECT_THAT(cut(Terminator::none, {"a\x1e"
                                     "b"}),
              ElementsAre("a\x1e"
                          "b"));
  EXPECT_THAT(cut(Terminator::record_separator, {"{}\x1e{\"type\":6}\x1e"}),
              ElementsAre("{}", "{\"type\":6}"));
  EXPECT_THAT(cut(Terminator::nul, {"\n"s, "A\n\nx\0\n"s, "\n\nB\n\n\0\r\n"s}),
              ElementsAre("A\n\nx", "B\n\n"));
  EXPECT_THAT(cut(Terminator::newline, {"a\r\n\nb\n"}), ElementsAre("a", "b"));
}

TEST(FrameSplitter, WhereverThePiecesAreCut) {
  const std::string whole("MESSAGE\n\none\0\n\nMESSAGE\n\ntwo\0\n", 29);
  for (std::size_t at = 0; at <= whole.size(); ++at)
    EXPECT_THAT(cut(Terminator::nul, {whole.substr(0, at), whole.substr(at)}),
                ElementsAre("MESSAGE\n\none", "MESSAGE\n\ntwo"))
        << "cut at " << at;
}

TEST(FrameSplitter, IsCapped) {
  EXPECT_THAT(cut(Terminator::record_separator, {std::string(3000, 'a') + "\x1e"}), testing::SizeIs(1));
  std::string many;
  for (int i = 0; i < 1100; ++i) many += "a\x1e";
  EXPECT_THAT(cut(Terminator::record_separator, {many}), ElementsAre(HasSubstr("more than 1000")));
  const std::string part(700'000, 'a');
  EXPECT_THAT(cut(Terminator::nul, {part, part}), ElementsAre(HasSubstr("over the cap")));
}

TEST(Framed, EndsWhatIsSent) {
  EXPECT_EQ(framed("{}", Terminator::record_separator), "{}\x1e");
  EXPECT_EQ(framed("\n", Terminator::nul), "\n") << "a heartbeat is bare";
  EXPECT_EQ(framed("a", Terminator::none), "a");
}

// --- where

TEST(Where, IsAPointerOrAGroup) {
  Incoming message(R"({"a":{"b":7,"c":"x","n":null}})");
  const auto find = [&](std::string_view where) {
    const auto found = Where::parse(where).value().find(message, message.text());
    return !found ? "nothing" : found->json ? "json " + found->text : found->text;
  };
  EXPECT_EQ(find("/a/b"), "json 7");
  EXPECT_EQ(find("/a/c"), "x");
  EXPECT_EQ(find("/a/n"), "nothing");
  EXPECT_EQ(find("/a/z"), "nothing");
  EXPECT_EQ(find("\"c\":\"([^\"]*)"), "x");
  EXPECT_EQ(find("zz(.)"), "nothing");
  for (const char* wrong : {"/a~2", "no group", "(a)(b)", "("}) EXPECT_FALSE(Where::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace answerback::probes
