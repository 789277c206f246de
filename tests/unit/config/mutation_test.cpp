// Whatever the file holds, loading ends with errors or a configuration, never with a crash.

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "unit/config/harness.h"

namespace answerback::config::testing {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

std::string mutated(std::string text, std::mt19937& random) {
  static constexpr std::string_view pieces = "{}[]:,-#&*!|>'\"%@`?~<$\n\t \r\\\0x0é\xFF";
  const auto below = [&](std::size_t bound) {
    return static_cast<std::size_t>(random()) % std::max<std::size_t>(bound, 1);
  };
  for (std::size_t n = 1 + below(4); n > 0; --n) {
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0: text.insert(at, 1, pieces[below(pieces.size())]); break;
      case 1: text.erase(at, 1 + below(8)); break;
      case 2: text[at] = pieces[below(pieces.size())]; break;
      case 3: text.insert(below(text.size()), text.substr(at, below(60))); break;
      default:
        text.resize(at);
        text += ' ';
        break;
    }
  }
  return text;
}

TEST(Mutation, AGoodFileSpoilt) {
  std::mt19937 random(42);
  const auto folder = fresh_folder();
  const std::filesystem::path good = std::filesystem::path(CONFIG_TESTS) / "good";
  for (const char* name : {"design.yaml", "everything.yaml", "anchors.yaml"}) {
    const std::string text = content(good / name);
    for (int i = 0; i < 1000; ++i) {
      write(folder / "config.yaml", mutated(text, random));
      Loaded loaded;
      load_all(folder / "config.yaml", {{"JWT_SECRET", "x"}}, loaded);
      if (loaded.diagnostics.ok()) {
        loaded.config.print();
      } else {
        ASSERT_FALSE(loaded.diagnostics.text().empty());
      }
    }
  }
  std::filesystem::remove_all(folder);
}

TEST(Mutation, RandomBytes) {
  std::mt19937 random(43);
  const auto folder = fresh_folder();
  for (int i = 0; i < 500; ++i) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(i % 2 == 0 ? random() % 256 : 32 + random() % 95);
    write(folder / "config.yaml", text);
    Loaded loaded;
    load_all(folder / "config.yaml", {}, loaded);
    loaded.diagnostics.text();
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace answerback::config::testing
