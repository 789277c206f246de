// libFuzzer: whatever bytes a configuration holds, loading it ends, and says what is wrong or prints.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace answerback::config;
  const int file = ::memfd_create("config", 0);
  if (file < 0) return 0;
  if (::write(file, data, size) == static_cast<ssize_t>(size)) {
    Diagnostics diagnostics;
    const Environment environment = [](const std::string& name) -> std::optional<std::string> {
      return name == "SET" ? std::optional<std::string>("value") : std::nullopt;
    };
    Config config = load("/proc/self/fd/" + std::to_string(file), environment, {"http"}, diagnostics);
    for (ProbeSpec& probe : config.probes) {
      probe.fields.text("url", "", "");
      probe.fields.secret_map("headers", "");
      probe.fields.child("expect", "").json("json", "");
      probe.fields.finish();
    }
    config.print();
    diagnostics.text();
  }
  ::close(file);
  return 0;
}
