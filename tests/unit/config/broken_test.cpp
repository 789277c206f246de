// Every broken/*.yaml gives exactly the message in the file beside it.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

#include "unit/config/harness.h"

namespace answerback::config::testing {
namespace {

const std::filesystem::path folder = std::filesystem::path(CONFIG_TESTS) / "broken";

std::string content(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path().stem().string());
  std::ranges::sort(found);
  return found;
}

class Broken : public ::testing::TestWithParam<std::string> {};

TEST_P(Broken, SaysWhatIsWrong) {
  Loaded loaded;
  load_all(folder / (GetParam() + ".yaml"), {{"SET", "filled-in"}, {"EMPTY", ""}, {"WORD", "hunter2-word"}},
           loaded);
  const std::string text = without(loaded.diagnostics.text(), folder.string() + "/");
  EXPECT_EQ(text, content(folder / (GetParam() + ".expected")));
  EXPECT_FALSE(loaded.diagnostics.ok());
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << "a planted secret is shown";
}

INSTANTIATE_TEST_SUITE_P(Files, Broken, ::testing::ValuesIn(names()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace answerback::config::testing
