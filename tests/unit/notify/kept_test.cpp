#include "notify/kept.h"

#include <gmock/gmock.h>

#include <stdlib.h>

#include <fstream>
#include <random>

#include "notify/kept_file.h"
#include "unit/notify/given.h"

namespace answerback::notify {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

Kept something() {
  Kept kept;
  Alert odd = some_alert("edge", Gravity::degraded);
  odd.starts_at += std::chrono::nanoseconds(123456789);
  odd.annotations["summary"] = "\"}\n\xe2\x80\xa6";
  kept.ledger = {{"db", some_alert()}, {"edge", odd}};
  kept.waiting = {{"chat", {firing(odd, "1"), resolved(odd, "2")}}, {"idle", {}}};
  return kept;
}

TEST(Kept, IsReadAsItWasWritten) {
  const auto again = parse_kept(print(something()));
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(print(*again), print(something()));
  EXPECT_EQ(again->ledger.at("edge").starts_at, something().ledger.at("edge").starts_at);
  EXPECT_EQ(again->ledger.at("edge").gravity, Gravity::degraded);
  EXPECT_TRUE(again->waiting.contains("idle"));
  ASSERT_EQ(again->waiting.at("chat").size(), 2u);
  EXPECT_TRUE(again->waiting.at("chat")[0].fires());
  EXPECT_EQ(again->waiting.at("chat")[1].ended, resolved().ended);
}

TEST(Kept, SaysWhyItCannotBeUsed) {
  EXPECT_THAT(parse_kept("").error(), HasSubstr("no JSON"));
  EXPECT_THAT(parse_kept("[]").error(), HasSubstr("not in the form"));
  EXPECT_THAT(parse_kept(R"({"version": 2})").error(), HasSubstr("version 2"));
  EXPECT_THAT(parse_kept(R"({"version": 1, "firing": 5})").error(), HasSubstr("not in the form"));
}

// Whatever became of the file: it is read, or it is not, and that is all.
TEST(KeptFuzz, NoFileIsTooBroken) {
  const std::string whole = print(something());
  for (std::size_t cut = 0; cut < whole.size(); ++cut) EXPECT_FALSE(parse_kept(whole.substr(0, cut)));
  std::mt19937 random(3);
  int read = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = whole;
    for (unsigned n = 1 + random() % 3; n > 0; --n) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text.erase(at, 1 + random() % 4); break;
        default: text.insert(at, 1, "0123{}[]\",:-e"[random() % 13]);
      }
    }
    if (const auto kept = parse_kept(text)) {
      ++read;
      EXPECT_TRUE(parse_kept(print(*kept)));
    }
  }
  EXPECT_GT(read, 100);
}

struct KeptFile : testing::Test {
  KeptFile() {
    std::string name = (fs::temp_directory_path() / "answerback-notify-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  ~KeptFile() override { fs::remove_all(folder); }
  void put(std::string_view text) const { std::ofstream(kept_file(folder)) << text; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }
  fs::path folder;
};

TEST_F(KeptFile, IsFoundAgain) {
  const fs::path file = kept_file(folder / "made" / "by us");
  EXPECT_THAT(find_kept(file).trouble, IsEmpty());
  ASSERT_TRUE(save(file, print(something())));
  ASSERT_TRUE(save(file, print(something())));
  const Found found = find_kept(file);
  EXPECT_THAT(found.trouble, IsEmpty());
  EXPECT_EQ(print(found.kept), print(something()));
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(KeptFile, OneThatCannotBeUsedIsSetAsideAndNeverDeleted) {
  put("half a fi");
  EXPECT_THAT(find_kept(kept_file(folder)).trouble, HasSubstr("notifications.json.unusable.1"));
  put(R"({"version": 2})");
  EXPECT_THAT(find_kept(kept_file(folder)).trouble, HasSubstr("notifications.json.unusable.2"));
  EXPECT_EQ(files(), 2u);
  EXPECT_THAT(find_kept(kept_file(folder)).trouble, IsEmpty());
}

TEST_F(KeptFile, ASaveThatFailsLeavesTheOldOne) {
  const fs::path file = kept_file(folder);
  ASSERT_TRUE(save(file, "{}"));
  fs::create_directory(file.string() + ".new");  // so that it cannot be written
  const auto saved = save(file, print(something()));
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.error(), HasSubstr("cannot open"));
  std::ifstream in(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "{}");
}

}  // namespace
}  // namespace answerback::notify
