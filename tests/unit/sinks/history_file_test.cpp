// What is found in a state_dir, in every condition: never deleted, never misread.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "sinks/history_rows.h"
#include "sinks/state_file.h"
#include "sinks/state_lock.h"
#include "support/snapshot_builder.h"

namespace answerback::sinks {
namespace {

using test::noon;
using testing::HasSubstr;
using testing::SizeIs;
namespace fs = std::filesystem;

struct StateFileTest : testing::Test {
  StateFileTest() {
    std::string name = fs::temp_directory_path() / "answerback-test-XXXXXX";
    folder = ::mkdtemp(name.data());
    file = folder / "answerback.db";
  }
  ~StateFileTest() override { fs::remove_all(folder); }

  std::expected<StateFile, Unusable> open(std::span<const char* const> migrations = history_migrations()) {
    return open_state_file(file, migrations, noon);
  }
  void fill() {
    const auto it = open();
    ASSERT_TRUE(it) << it.error().why;
    write_values(*it->database, {{"llm/spent", "42"}});
    ASSERT_FALSE(it->database->broken());
  }
  std::string content(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }
  std::vector<fs::path> files() { return {fs::directory_iterator(folder), {}}; }

  // Set aside under a name of its own with every byte, and a new one begun that works.
  void expect_set_aside() {
    const std::string before = content(file);
    auto it = open();
    ASSERT_TRUE(it) << it.error().why;
    EXPECT_THAT(it->set_aside, HasSubstr("answerback.db.set-aside-2026-11-22T120000Z"));
    EXPECT_FALSE(it->why.empty());
    EXPECT_EQ(content(it->set_aside), before);
    EXPECT_TRUE(read_history(*it->database).values.empty());
    EXPECT_FALSE(it->database->broken());
  }

  fs::path folder, file;
};

TEST_F(StateFileTest, BeginsANewOneForOurEyesOnlyAndGoesOnWithIt) {
  fill();
  struct stat it{};
  ASSERT_EQ(::stat(file.c_str(), &it), 0);
  EXPECT_EQ(it.st_mode & 0777U, 0600U);
  const auto again = open();
  ASSERT_TRUE(again) << again.error().why;
  EXPECT_EQ(again->set_aside, "");
  EXPECT_EQ(read_history(*again->database).values.at("llm/spent"), "42");
}

TEST_F(StateFileTest, SetsAsideAnEmptyFile) {
  put("");
  expect_set_aside();
}

TEST_F(StateFileTest, SetsAsideWhatIsNoDatabase) {
  put(std::string(100, 'x') + std::string(9000, '\0'));
  expect_set_aside();
  put("x");
  const auto second = open();
  ASSERT_TRUE(second);
  EXPECT_THAT(second->set_aside, HasSubstr("Z-2")) << "what was set aside before stays";
}

TEST_F(StateFileTest, SetsAsideATruncatedFile) {
  fill();
  fs::resize_file(file, fs::file_size(file) / 2);
  expect_set_aside();
}

TEST_F(StateFileTest, SetsAsideACorruptFile) {
  fill();
  std::string bytes = content(file);
  for (std::size_t at = 4096; at < bytes.size(); at += 64) bytes[at] = static_cast<char>(bytes[at] ^ 0x5a);
  put(bytes);
  expect_set_aside();
}

TEST_F(StateFileTest, SetsAsideTheDatabaseOfAnotherProgram) {
  {
    const auto other = Database::open(file, Database::Mode::owned);
    (*other)->run("CREATE TABLE t (x); PRAGMA user_version=1");
  }
  expect_set_aside();
}

TEST_F(StateFileTest, AHundredDamagedFilesAreEitherReadOrSetAside) {
  fill();
  const std::string good = content(file);
  std::minstd_rand random(7);
  for (int round = 0; round < 100; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 8; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    if (round % 3 == 0) bytes.resize(random() % bytes.size());
    for (const auto& each : files()) fs::remove(each);
    put(bytes);
    const auto it = open();
    if (!it) {
      EXPECT_TRUE(it.error().refused) << it.error().why;  // the version was hit
      continue;
    }
    const auto kept = read_history(*it->database);
    if (!it->set_aside.empty()) EXPECT_EQ(content(it->set_aside), bytes);
  }
}

TEST_F(StateFileTest, RefusesANewerOneAndLeavesItAlone) {
  fill();
  {
    const auto it = open();
    it->database->run("PRAGMA user_version=99");
  }
  const std::string before = content(file);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().refused);
  EXPECT_THAT(refused.error().why, HasSubstr("is of version 99, written by a newer answerback"));
  EXPECT_EQ(content(file), before);
  EXPECT_THAT(files(), SizeIs(1));
}

TEST_F(StateFileTest, UpgradesAnOlderOneInPlace) {
  fill();
  std::vector<const char*> next(history_migrations().begin(), history_migrations().end());
  next.push_back("ALTER TABLE value ADD COLUMN by TEXT NOT NULL DEFAULT 'nobody'");
  {
    const auto it = open(next);
    ASSERT_TRUE(it) << it.error().why;
    EXPECT_EQ(it->set_aside, "");
    Statement rows(*it->database, "SELECT value, by FROM value");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.text(0) + " " + rows.text(1), "42 nobody");
  }
  EXPECT_TRUE(open(next)) << "once only";
  EXPECT_FALSE(open()) << "and the older program refuses it";
}

TEST_F(StateFileTest, AnUpgradeThatFailsChangesNothing) {
  fill();
  std::vector<const char*> next(history_migrations().begin(), history_migrations().end());
  next.push_back("DELETE FROM value; CREATE TABLE value (x)");
  ASSERT_FALSE(open(next));
  const auto it = open();
  ASSERT_TRUE(it) << it.error().why;
  EXPECT_EQ(read_history(*it->database).values.size(), 1U);
}

TEST_F(StateFileTest, RowsThatMakeNoSenseAreReadAsFarAsTheyDo) {
  const auto it = open();
  it->database->run(
      "INSERT INTO incident VALUES (-1, 'a', 'no_such', 'no_such', 'x', 'y', x'ff', 1, 2.5, 'z');"
      "INSERT INTO incident_line VALUES (-1, 'no_such', 0, 0, '', '');"
      "INSERT INTO probe VALUES ('a', 'purple', -5, 99999999999, 'x', NULL);"
      "INSERT INTO day_part VALUES ('a', 0, -1, 0, 0, 0, 'x', 0)");
  const KeptHistory kept = read_history(*it->database);
  EXPECT_FALSE(it->database->broken());
  EXPECT_EQ(kept.restored.probes.at("a").health, Health::unknown);
  EXPECT_EQ(kept.restored.probes.at("a").failures, 0);
  EXPECT_EQ(kept.chronicle.incidents.at(0)->incident.reason, Reason::internal);
}

TEST_F(StateFileTest, AFolderBelongsToOneAtATime) {
  const std::string own = folder / "made";
  auto first = StateLock::take(own);
  ASSERT_TRUE(first) << first.error().why;
  const auto second = StateLock::take(own);
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().taken);
  EXPECT_THAT(second.error().why,
              HasSubstr("is in use by another answerback (process " + std::to_string(::getpid())));
  first->reset();
  EXPECT_TRUE(StateLock::take(own));
  const auto nowhere = StateLock::take("/proc/nowhere");
  ASSERT_FALSE(nowhere);
  EXPECT_FALSE(nowhere.error().taken);
}

}  // namespace
}  // namespace answerback::sinks
