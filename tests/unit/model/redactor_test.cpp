#include "model/redactor.h"

#include <gtest/gtest.h>

namespace answerback {
namespace {

TEST(Redactor, TakesASecretOutInEveryFormItMayComeBackIn) {
  Redactor redactor;
  redactor.add("geheim/pw+1");
  const auto shown = [&](std::string text) { return redactor.taken_out_of(std::move(text)); };
  EXPECT_EQ(shown("it said geheim/pw+1, twice: geheim/pw+1"), "it said <secret>, twice: <secret>");
  EXPECT_EQ(shown("/?p=geheim%2Fpw%2B1&q"), "/?p=<secret>&q");
  EXPECT_EQ(shown("/?p=geheim%2fpw%2b1&q"), "/?p=<secret>&q");
  EXPECT_EQ(shown("67656865696d2f70772b31"), "<secret>");
  EXPECT_EQ(shown("67656865696D2F70772B31"), "<secret>");
  EXPECT_EQ(shown("nothing of it"), "nothing of it");
}

TEST(Redactor, FindsItInBase64WhereverItStands) {
  Redactor redactor;
  redactor.add("hunter2-pass");
  // printf 'hunter2-pass' | base64, then with "u:", "us:" and "user:" before and "!" after it
  for (const char* text :
       {"aHVudGVyMi1wYXNz", "dTpodW50ZXIyLXBhc3M=", "dXM6aHVudGVyMi1wYXNz", "dXNlcjpodW50ZXIyLXBhc3Mh"}) {
    EXPECT_NE(redactor.taken_out_of(text).find("<secret>"), std::string::npos) << text;
  }
  Redactor odd;
  odd.add("~~~\077\077\077>>>");  // fn5+Pz8/Pj4+, and as of URLs
  EXPECT_EQ(odd.taken_out_of("fn5-Pz8_Pj4-"), "<secret>");
}

TEST(Redactor, LeavesMediaTypes) {
  Redactor redactor;
  for (const char* type : {"application/json", "text/event-stream", "application/health+json"})
    redactor.add(type);
  redactor.add("application/7f3a");
  EXPECT_EQ(redactor.taken_out_of("text/event-stream, application/json"),
            "text/event-stream, application/json");
  EXPECT_EQ(redactor.taken_out_of("application/7f3a"), "<secret>");
}

TEST(Redactor, TakesItOutOfAllThatARunQuotes) {
  Redactor redactor;
  redactor.add("hunter2-pass");
  RunRecord run;
  run.result = ProbeResult::fail(Reason::assertion, "got hunter2-pass");
  run.frames = {{Steady{}, "received", "x-key: hunter2-pass"}};
  take_out(redactor, run);
  EXPECT_EQ(run.result.detail, "got <secret>");
  EXPECT_EQ(run.frames[0].text, "x-key: <secret>");
}

TEST(Redactor, LearnsTokensAndForgetsTheOldest) {
  Redactor redactor;
  redactor.add("hunter2-pass");
  redactor.learn("token-of-today");
  EXPECT_EQ(redactor.taken_out_of("token-of-today, hunter2-pass, dG9rZW4tb2YtdG9kYXk"),
            "<secret>, <secret>, <secret>k");
  for (std::size_t i = 1; i < Redactor::learnt; ++i) redactor.learn("another-token-" + std::to_string(i));
  EXPECT_EQ(redactor.taken_out_of("token-of-today"), "<secret>");
  redactor.learn("one-more-than-is-kept");
  EXPECT_EQ(redactor.taken_out_of("token-of-today, hunter2-pass"), "token-of-today, <secret>");
}

TEST(Redactor, TakesOutWhatACutHasLeftOfOne) {
  Redactor redactor;
  redactor.learn("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl");
  EXPECT_EQ(redactor.taken_out_of("got eyJhbGciOiJIUzI1NiJ9.eyJzdW…"), "got <secret>…");
  EXPECT_EQ(redactor.taken_out_of("got eyJhbGciOiJIUzI1NiJ9.eyJpc3…"), "got eyJhbGciOiJIUzI1NiJ9.eyJpc3…");
  EXPECT_EQ(redactor.taken_out_of("got eyJhbGciOiJ…"), "got eyJhbGciOiJ…") << "which every token begins with";
  EXPECT_EQ(redactor.taken_out_of("…"), "…");
}

TEST(Redactor, LeavesWhatIsTooShortToBeASecret) {
  Redactor redactor;
  redactor.add("");
  redactor.add("chat");
  EXPECT_EQ(redactor.taken_out_of("a chat"), "a chat");
}

}  // namespace
}  // namespace answerback
