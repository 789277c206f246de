#pragma once
// The fields of one probe as a configuration file gives them.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "config/config.h"

namespace answerback {

class Reading {
 public:
  explicit Reading(const std::string& keys) {
    char folder[] = "/tmp/answerback-reading-XXXXXX";
    const std::filesystem::path path = mkdtemp(folder);
    std::ofstream(path / "config.yaml")
        << "service: test\nprobes:\n  - name: p\n    type: any\n    " << keys << "\n";
    config_ = config::load(
        path / "config.yaml", [](const std::string&) { return std::nullopt; }, {"any"}, diagnostics_);
    std::filesystem::remove_all(path);
    if (config_.probes.size() != 1) throw std::runtime_error("no probe read: " + diagnostics_.text());
  }

  config::Fields& fields() { return config_.probes[0].fields; }
  bool ok() const { return diagnostics_.ok(); }
  std::string text() const { return diagnostics_.text(); }
  std::vector<Secret> secrets() const { return config_.secrets(); }
  std::string print() const { return config_.print(); }

 private:
  config::Diagnostics diagnostics_;  // first: the fields report to it
  config::Config config_;
};

}  // namespace answerback
