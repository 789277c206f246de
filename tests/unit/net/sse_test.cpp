#include "net/sse.h"

#include <gmock/gmock.h>

#include <random>
#include <vector>

namespace answerback::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string shown(const SseEvent& e) { return e.type + "|" + e.data + "|" + e.id; }

struct Reading {
  std::vector<std::string> events;
  SseReader::State state = SseReader::State::more;
};

Reading read(const std::vector<std::string>& pieces, SseReader reader = SseReader()) {
  Reading reading;
  for (const std::string& piece : pieces) {
    reading.state = reader.feed(piece, [&](const SseEvent& event) {
      reading.events.push_back(shown(event));
      return true;
    });
    if (reading.state != SseReader::State::more) break;
  }
  return reading;
}
std::vector<std::string> events(const std::string& stream) { return read({stream}).events; }

TEST(Sse, AnEventIsItsFieldsUpToAnEmptyLine) {
  EXPECT_THAT(events("event: add\ndata: 73857293\nid: 7\n\n"), ElementsAre("add|73857293|7"));
  EXPECT_THAT(events("data: a\n\ndata: b\n\n"), ElementsAre("|a|", "|b|"));
}

TEST(Sse, AllThreeLineEndsCount) {
  EXPECT_THAT(events("data: a\r\n\r\ndata: b\r\rdata: c\n\n"), ElementsAre("|a|", "|b|", "|c|"));
  EXPECT_THAT(events("data: a\r\n\ndata: b\n\r\n"), ElementsAre("|a|", "|b|"));
}

TEST(Sse, SeveralDataLinesAreJoinedByLineFeeds) {
  EXPECT_THAT(events("data: {\ndata:   \"a\": 1\ndata: }\n\n"), ElementsAre("|{\n  \"a\": 1\n}|"));
  EXPECT_THAT(events("data\ndata\n\n"), ElementsAre("|\n|"));
}

TEST(Sse, OneSpaceAfterTheColonIsLeftOut) {
  EXPECT_THAT(events("data:a\n\ndata:  a\n\ndata:\ta\n\n"), ElementsAre("|a|", "| a|", "|\ta|"));
}

TEST(Sse, EmptyDataIsAnEventAndNoDataIsNone) {
  EXPECT_THAT(events("id: 1\ndata:\n\n"), ElementsAre("||1"));
  EXPECT_THAT(events("event: ping\nid: 2\n\n"), IsEmpty());
  EXPECT_THAT(events("event: lost\n\ndata: x\n\n"), ElementsAre("|x|"));
}

TEST(Sse, TheIdStaysUntilTheNextOne) {
  EXPECT_THAT(events("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n"), ElementsAre("|a|1", "|b|1", "|c|"));
  EXPECT_THAT(events(std::string("id: 1\nid: 2\0003\ndata: a\n\n", 24)), ElementsAre("|a|1"));
}

TEST(Sse, CommentsRetryAndUnknownFieldsSayNothing) {
  EXPECT_THAT(events(": keep-alive\n\n:\n\nretry: 10\nfoo: bar\nData: no\ndata: a\n: more\n\n"),
              ElementsAre("|a|"));
}

TEST(Sse, AByteOrderMarkIsSkippedOnceAtTheBeginning) {
  EXPECT_THAT(events("\xEF\xBB\xBF"
                     "data: a\n\n\xEF\xBB\xBF"
                     "data: b\n\n"),
              ElementsAre("|a|"));
}

TEST(Sse, AnUnfinishedEventCountsForNothing) {
  EXPECT_THAT(events("data: a\n\ndata: b\n"), ElementsAre("|a|"));
}

TEST(Sse, WhereThePiecesAreCutMakesNoDifference) {
  const std::string stream =
      "\xEF\xBB\xBF: hello\r\n\r\nevent: x\r\ndata: \xC3\xA4\r\ndata: {\"a\": 1}\rid: 9\r\r\ndata\n\ndata: "
      "end\r\n\r\n";
  const std::vector<std::string> whole = events(stream);
  ASSERT_THAT(whole, ElementsAre("x|\xC3\xA4\n{\"a\": 1}|9", "||9", "|end|9"));
  std::vector<std::string> bytes;
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EXPECT_EQ(read({stream.substr(0, cut), stream.substr(cut)}).events, whole) << cut;
    if (cut < stream.size()) bytes.push_back(stream.substr(cut, 1));
  }
  EXPECT_EQ(read(bytes).events, whole);
}

TEST(Sse, RandomStreamsReadTheSameInRandomPieces) {
  std::mt19937 random(20261122);
  const std::vector<std::string> words = {"data", "event", "id",           ":",   " ", "\n", "\r", "\r\n",
                                          "\n\n", "x",     "\xEF\xBB\xBF", "\xFF"};
  for (int round = 0; round < 3000; ++round) {
    std::string stream;
    for (unsigned i = random() % 40; i > 0; --i) stream += words[random() % words.size()];
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = 1 + random() % 5;
      pieces.push_back(stream.substr(at, size));
      at += size;
    }
    ASSERT_EQ(read(pieces).events, events(stream)) << testing::PrintToString(stream);
  }
}

TEST(Sse, AnEventOverTheCapIsRefused) {
  EXPECT_EQ(read({"data: " + std::string(100, 'a')}, SseReader(50)).state, SseReader::State::too_large);
  const std::vector<std::string> lines(20, "data: aaaa\n");
  EXPECT_EQ(read(lines, SseReader(50)).state, SseReader::State::too_large);
  EXPECT_EQ(read({std::string(100, 'x')}, SseReader(50)).state, SseReader::State::too_large);
  EXPECT_EQ(read(std::vector<std::string>(20, "data: aaaa\n\n"), SseReader(50)).events.size(), 20u);
}

TEST(Sse, CommentsMayBeOfAnyLength) {
  const Reading reading =
      read({":" + std::string(100, 'a'), std::string(100, 'b') + "\ndata: x\n\n"}, SseReader(50));
  EXPECT_THAT(reading.events, ElementsAre("|x|"));
}

TEST(Sse, EmptyDataLinesCountToTheCap) {
  EXPECT_EQ(read(std::vector<std::string>(100, "data\n"), SseReader(50)).state, SseReader::State::too_large);
}

TEST(Sse, StopsWhenTold) {
  SseReader reader;
  int seen = 0;
  const auto state = reader.feed("data: a\n\ndata: b\n\n", [&](const SseEvent&) { return ++seen < 1; });
  EXPECT_EQ(state, SseReader::State::stopped);
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace answerback::net
