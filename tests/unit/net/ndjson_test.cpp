#include "net/ndjson.h"

#include <gmock/gmock.h>

#include <random>
#include <vector>

namespace answerback::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Reading {
  std::vector<std::string> lines;
  NdjsonReader::State state = NdjsonReader::State::more;
};

Reading read(const std::vector<std::string>& pieces, NdjsonReader reader = NdjsonReader()) {
  Reading reading;
  const auto keep = [&](std::string_view line) {
    reading.lines.emplace_back(line);
    return true;
  };
  for (const std::string& piece : pieces) {
    reading.state = reader.feed(piece, keep);
    if (reading.state != NdjsonReader::State::more) return reading;
  }
  reader.end(keep);
  return reading;
}

TEST(Ndjson, ALineIsWhatComesBeforeItsEnd) {
  EXPECT_THAT(read({"{\"a\":1}\n{\"b\":2}\n"}).lines, ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_THAT(read({"a\r\nb\r\n"}).lines, ElementsAre("a", "b"));
  EXPECT_THAT(read({"a\rb\n"}).lines, ElementsAre("a\rb"));
}

TEST(Ndjson, BlankLinesAreLeftOut) {
  EXPECT_THAT(read({"\n\na\n \t\r\n\nb\n"}).lines, ElementsAre("a", "b"));
  EXPECT_THAT(read({""}).lines, IsEmpty());
}

TEST(Ndjson, TheLastLineNeedsNoEnd) {
  EXPECT_THAT(read({"a\nb"}).lines, ElementsAre("a", "b"));
  EXPECT_THAT(read({"a\nb\r"}).lines, ElementsAre("a", "b"));
}

TEST(Ndjson, WhereThePiecesAreCutMakesNoDifference) {
  const std::string stream = "{\"a\": \"\xC3\xA4\"}\r\n\n{\"b\": 1}\n  \nlast\r";
  const std::vector<std::string> whole = read({stream}).lines;
  ASSERT_THAT(whole, ElementsAre("{\"a\": \"\xC3\xA4\"}", "{\"b\": 1}", "last"));
  std::vector<std::string> bytes;
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EXPECT_EQ(read({stream.substr(0, cut), stream.substr(cut)}).lines, whole) << cut;
    if (cut < stream.size()) bytes.push_back(stream.substr(cut, 1));
  }
  EXPECT_EQ(read(bytes).lines, whole);
}

TEST(Ndjson, RandomStreamsReadTheSameInRandomPieces) {
  std::mt19937 random(20261128);
  const std::vector<std::string> words = {"{", "}", "\"", "\n", "\r\n", "\r", " ", "x", std::string(1, '\0')};
  for (int round = 0; round < 3000; ++round) {
    std::string stream;
    for (unsigned i = random() % 40; i > 0; --i) stream += words[random() % words.size()];
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < stream.size(); at += pieces.back().size())
      pieces.push_back(stream.substr(at, 1 + random() % 5));
    ASSERT_EQ(read(pieces).lines, read({stream}).lines) << testing::PrintToString(stream);
  }
}

TEST(Ndjson, ALineOverTheCapIsRefused) {
  EXPECT_EQ(read({std::string(100, 'x')}, NdjsonReader(50)).state, NdjsonReader::State::too_large);
  EXPECT_EQ(read(std::vector<std::string>(20, "aaaa"), NdjsonReader(50)).state,
            NdjsonReader::State::too_large);
  EXPECT_EQ(read(std::vector<std::string>(20, "aaaa\n"), NdjsonReader(5)).lines.size(), 20u);
}

TEST(Ndjson, StopsWhenTold) {
  NdjsonReader reader;
  int seen = 0;
  EXPECT_EQ(reader.feed("a\nb\n", [&](std::string_view) { return ++seen < 1; }),
            NdjsonReader::State::stopped);
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace answerback::net
