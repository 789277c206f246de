// How often the rules of agent_canary.h are wrong: transcripts as recorded from agents that think and from
// handlers that do not, and what comes of each.
//
// A false positive is a thinking agent called synthetic: there may be none. A false negative is a fake that
// is not called synthetic; those that even pass are counted apart.

#include <gmock/gmock.h>

#include <iostream>

#include "probes/agent/transcript.h"

namespace answerback::probes {
namespace {

// The pace of a real agent, and of handlers.
const std::string thinking = "40 s|310 t|1240 x tool=calc|1371 c tool=calc|2890 e a=$A",
                  quick = "12 s|15 t|19 x tool=calc|21 c tool=calc|22 e a=$A",
                  tenth = "3 s|103 t|204 x|304 c|404 e a=$A", second = "3 s|1003 t|2004 x|3004 c|4004 e a=$A",
                  claims = "3 s|60 t|75 x|90 c ms=1500|110 e ms=2000 a=$A",
                  burst = "3 s|3 t|3 x|3 c|4 e a=$A",
                  streamed = "40 s|310 t|900 stream_chunk content=$A|1240 x|1371 c|2890 e";

struct Recording {
  std::string what, pace, answer, outcome = "pass", earlier = {};
};

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string every_number() {
  std::string all;
  for (int i = 1000; i < 10'000; ++i) all += std::to_string(i) + " ";
  return all;
}

// What was asked is the product of 47 and 83: 3901.
const Recording genuine[] = {
    {"one word", thinking, "3901"},
    {"a sentence", thinking, "The product of 47 and 83 is 3901."},
    {"separated", thinking, "It comes to 3,901."},
    {"separated as in Germany", thinking, "Das Ergebnis ist 3.901."},
    {"separated as in France", thinking, "Le résultat est 3 901."},
    {"separated as in Switzerland", thinking, "Das Produkt ist 3'901."},
    {"bold", thinking, "**3901**"},
    {"heading and list", thinking, "## Result\n\n- factors: 47, 83\n- product: **3,901**\n\nAnything else?"},
    {"a code block", thinking, "```python\nprint(47 * 83)  # 3901\n```"},
    {"LaTeX", thinking, "$$47 \\times 83 = \\boxed{3{,}901}$$"},
    {"the steps", thinking, "47 × 83 = 47 × 80 + 47 × 3 = 3760 + 141 = 3901"},
    {"the steps, line by line", thinking,
     "Let me see.\n50 × 83 = 4150\n3 × 83 = 249\n4150 − 249 = 3901\nSo: 3901."},
    {"a check behind it", thinking, "3901. (Check: 3901 / 83 = 47.)"},
    {"an estimate before it", thinking, "Roughly 50 × 80 = 4000; exactly it is 3901."},
    {"a slip put right", thinking, "That is 3,911. Sorry, 3,901: I added a ten too many."},
    {"the question repeated", thinking, "What is the product of 47 and 83? It is 3901."},
    {"the question quoted whole", thinking, "You asked: \"What is the product of 47 and 83?\"\n\n> 3901"},
    {"JSON", thinking, "{\"answer\": 3901, \"unit\": null}"},
    {"in words", thinking, "Three thousand nine hundred and one."},
    {"in words and digits", thinking, "Three thousand nine hundred and one (3901)"},
    {"full width", thinking, "答えは３９０１です。"},
    {"Arabic digits", thinking, "الناتج هو ٣٩٠١"},
    {"decimals", thinking, "3901.00"},
    {"very quick", quick, "3901"},
    {"by the clock, as it happens", tenth, "The product is 3901."},
    {"all at once, from a buffer", burst, "3901"},
    {"claims of a clock that is off", claims, "3901"},
    {"in pieces", streamed, "The_answer_is_3901."},
    {"chatty", thinking,
     "Great question! I used my calculator tool for this one: 47 times 83 equals 3,901. Is there "
     "anything else I can help you with today?"},
    {"says mock, but answers", thinking, "No mock-up needed: 3901."},
    {"speaks of an earlier answer", thinking, "Before, you had 1234; now it is 3901.", "pass", "It is 1234."},
    {"the same words as before, with a new number", thinking, "The result is 3901.", "pass",
     "The result is 2021."},
    {"a table", thinking, "| a | b | a·b |\n|---|---|---|\n| 47 | 83 | 3901 |"},
    // Those that think and are wrong are wrong, not made up.
    {"off by one", thinking, "The product of 47 and 83 is 3902.", "answer_wrong"},
    {"off by ten, with its steps", thinking, "3760 + 141 = 3911", "answer_wrong"},
    {"cannot", thinking, "I'm sorry, I can't do calculations.", "answer_wrong"},
    {"asks back", thinking, "Do you want the exact product or an estimate?", "answer_wrong"},
    {"two to choose from", thinking, "It is either 3901 or 3902.", "answer_wrong"},
    {"another language, wrong", thinking, "Das Produkt ist 3.801.", "answer_wrong"},
    {"an apology of the agent's own", thinking, "I could not reach the calculator, please ask again.",
     "answer_wrong"},
};

const Recording fake[] = {
    {"the fallback handler", tenth, "Agent processed your message: What is the product of 47 and 83?",
     "synthetic"},
    {"the fallback handler, at another pace", second,
     "Agent processed your message: What is the product of 47 and 83?", "synthetic"},
    {"the simulated model", thinking, "This is a simulated response to: What is the product of 47 and 83?",
     "synthetic"},
    {"the simulated model, cut", thinking, "This is a simulated response to: What is", "synthetic"},
    {"the mock", quick, "Mock response for user canary-1", "synthetic"},
    {"the mock, in brackets", quick, "[MOCK] done", "synthetic"},
    {"the dummy", quick, "This is a dummy response.", "synthetic"},
    {"the placeholder", quick, "This is a placeholder until the model is wired up.", "synthetic"},
    {"lorem ipsum", quick, "Lorem ipsum dolor sit amet", "synthetic"},
    {"a fallback that says so", quick, "Fallback response: please try again later", "synthetic"},
    {"canned, and right by chance", tenth, "Agent processed your message: 3901", "synthetic"},
    {"an echo", quick, "What is the product of 47 and 83?", "synthetic"},
    {"an echo, shouted", quick, "WHAT IS THE PRODUCT OF 47 AND 83?", "synthetic"},
    {"an echo on two lines", quick, "What is the product\nof 47 and   83?", "synthetic"},
    {"an echo within words", thinking,
     "I have received \"What is the product of 47 and 83?\" and will look into it.", "synthetic"},
    {"an echo, cut", thinking, "Working on: What is the product of 47 and 83", "synthetic"},
    {"the same as before", thinking, "I have completed your request.", "synthetic",
     "I have completed your request."},
    {"the same as before, in other case", thinking, "Done! ", "synthetic", "done!"},
    {"the same as before, a number", thinking, "1234", "synthetic", "1234"},
    {"ten a second", tenth, "I have completed your request.", "synthetic"},
    {"one a second", second, "Here is what I found.", "synthetic"},
    {"five a second", "0 s|200 t|401 x|600 c|800 e a=$A", "OK", "synthetic"},
    {"thirty a second", "0 s|33 t|66 x|99 c|133 e a=$A", "OK", "synthetic"},
    {"claims two seconds", claims, "Analysis complete.", "synthetic"},
    {"claims two seconds, wrong number", claims, "The product is 4000.", "synthetic"},
    {"a recording played back", "0 s timestamp=1760000000|30 t|50 x|70 c|90 e timestamp=1760000031 a=$A",
     "Your report is ready.", "synthetic"},
    {"a novel in no time", burst, repeated("All your systems are in good order. ", 200), "synthetic"},
    {"every number there is", quick, every_number(), "synthetic"},
    {"success, and nothing else", tenth, "success", "synthetic"},
    {"an empty object by the clock", tenth, "{}", "synthetic"},
    // Beyond these rules: refused, but not by this name; or not to be told from an agent that thinks.
    {"a first answer of one that never varies", thinking, "I have completed your request.", "answer_wrong"},
    {"a canned text nobody has listed", quick, "Thank you for your message!", "answer_wrong"},
    {"a wrong number at once", burst, "42", "answer_wrong"},
    {"a mock that multiplies", quick, "3901", "pass"},
};

struct Count {
  int of = 0, called_synthetic = 0, passed = 0;
};

Count count(std::span<const Recording> recordings) {
  Count count;
  for (const Recording& recording : recordings) {
    const Played played = play(recording.pace, five, Shape::data, recording.earlier, {}, recording.answer);
    EXPECT_EQ(played.outcome, recording.outcome) << recording.what << ": " << played.detail.substr(0, 300);
    ++count.of;
    count.called_synthetic += played.outcome == "synthetic";
    count.passed += played.outcome == "pass";
  }
  return count;
}

TEST(Transcripts, FalsePositivesAndFalseNegatives) {
  const Count real = count(genuine), made_up = count(fake);
  const int missed = made_up.of - made_up.called_synthetic;
  std::cout << "  " << real.of << " genuine: " << real.called_synthetic << " false positives\n  "
            << made_up.of << " fake: " << missed << " false negatives, of which " << made_up.passed
            << " pass\n";
  EXPECT_GE(real.of + made_up.of, 60);
  EXPECT_EQ(real.called_synthetic, 0);
  EXPECT_EQ(missed, 4);
  EXPECT_EQ(made_up.passed, 1);
}

}  // namespace
}  // namespace answerback::probes
