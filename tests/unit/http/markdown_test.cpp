#include "http/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace answerback::http {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Markdown, PlainWordsStayAsTheyAre) {
  for (const char* text : {"connect_refused at connect since 2026-11-22T03:12:09Z (10.0.0.7:5432)",
                           "value blocked 60 %: Users get no AI responses!",
                           "see user@example.com, a+b = c - d, 3. May", "snake_case_name"}) {
    EXPECT_EQ(plain(text), text);
  }
}

TEST(Markdown, PlainIsNeverMarkup) {
  EXPECT_EQ(plain("*b* `c` [l](u) <i> a|b ~s~ &lt; $x$ \\"),
            "\\*b\\* \\`c\\` \\[l\\](u) \\<i\\> a\\|b \\~s\\~ \\&lt; \\$x\\$ \\\\");
  EXPECT_EQ(plain("_x_ a_b"), "\\_x\\_ a_b");
  EXPECT_EQ(plain("# head"), "\\# head");
  EXPECT_EQ(plain("   - item"), "\\- item");
  EXPECT_EQ(plain("12. item"), "12\\. item");
  EXPECT_EQ(plain("---"), "\\---");
  EXPECT_EQ(plain("http://evil www.evil"), "http\\://evil www\\.evil");
  EXPECT_EQ(plain("@here and (@all)"), "@\u200Bhere and (@\u200Ball)");
  EXPECT_EQ(plain("a\nb\x1b[31m\xff"), "a\\\\nb\\\\x1b\\[31m\uFFFD");
  EXPECT_EQ(plain(""), "");
}

TEST(Markdown, CodeSpansAreLongerFencedThanWhatTheyHold) {
  EXPECT_EQ(code("a<b>|c"), "`a<b>|c`");
  EXPECT_EQ(code("a`b"), "`` a`b ``");
  EXPECT_EQ(code("```"), "```` ``` ````");
  EXPECT_EQ(code("a\n\n# b"), "`a\\n\\n# b`");
}

TEST(Markdown, NothingGetsOutOfAFence) {
  EXPECT_EQ(fenced("a\nb"), "```text\na\nb\n```\n");
  EXPECT_EQ(fenced("```\nout\n````"), "`````text\n```\nout\n````\n`````\n");
  EXPECT_EQ(fenced("a\r\n\x1b[2J"), "```text\na\\r\n\\x1b[2J\n```\n");
  EXPECT_EQ(fenced(""), "```text\n```\n");
}

// Whatever a peer says: one line of it stays one line, and its fence is the only line that could end the
// block.
TEST(Markdown, HoldsUnderAnyBytes) {
  std::mt19937 random(7);
  constexpr std::string_view favourites = "`~|<>*_\n\r\x1b#-\\@:/w.[]() a\xe2\x80\xa8";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t i = random() % 60; i > 0; --i) {
      text += random() % 8 == 0 ? static_cast<char>(random()) : favourites[random() % favourites.size()];
    }
    EXPECT_THAT(plain(text), Not(HasSubstr("\n")));
    EXPECT_THAT(code(text), Not(HasSubstr("\n")));
    const std::string block = fenced(text);
    const std::string fence = block.substr(0, block.find('t'));
    EXPECT_GE(fence.size(), 3U);
    const std::string inside = block.substr(fence.size() + 4, block.size() - 2 * fence.size() - 5);
    EXPECT_THAT(inside, Not(HasSubstr(fence))) << block;
    for (const char c : block) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << block;
    const std::string words = plain(text);
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == '\\') {
        ++i;  // this one is literal
      } else {
        EXPECT_EQ(std::string_view("`<>|*[]").find(words[i]), std::string_view::npos) << words;
      }
    }
  }
}

}  // namespace
}  // namespace answerback::http
