#include "unit/config/harness.h"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>

namespace answerback::config::testing {
namespace {

void read_http(Fields& f) {
  f.required_text("url", "where");
  f.one_of("method", "GET", {"GET", "POST", "HEAD"}, "how");
  f.secret_map("headers", "sent along");
  f.secret("api_key", "sent along");
  f.text("body", "", "sent along");
  f.integer("redirects", 0, 0, 10, "followed");
  f.number("ratio", 0.5, 0, 1, "of something");
  f.flag("fresh", true, "a new connection each time");
  f.texts("tags", "words");
  f.text_map("notes", "words by name");
  Fields expect = f.child("expect", "what must come back");
  expect.integers("status", "codes");
  expect.json("json", "what the body holds");
  expect.duration("within", std::chrono::seconds(1), "how fast");
  for (Fields& step : f.children("steps", "one after the other")) {
    step.required_text("send", "text");
    step.optional_duration("pause", "before it");
  }
  f.optional_text("credentials", "by name");
  if (!f.has("claims")) return;
  Fields claims = f.child("claims", "of another");
  claims.required_text("probe", "which");
  claims.json("json", "how");
}

}  // namespace

void load_all(const std::filesystem::path& path, const Variables& variables, Loaded& loaded) {
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  loaded.config = load(path, environment, {"http", "plain", "websocket"}, loaded.diagnostics);
  for (ProbeSpec& probe : loaded.config.probes) {
    if (probe.type == "http") read_http(probe.fields);
    if (probe.type == "http" || probe.type == "plain") probe.fields.finish();
  }
  for (auto& [name, fields] : loaded.config.credentials) {
    fields.secret("token", "a fixed one");
    Fields jwt = fields.child("jwt", "one made for each run");
    jwt.secret("secret", "signs it");
    fields.finish();
  }
}

std::filesystem::path fresh_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "answerback-config-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
  return name;
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string without(std::string text, const std::string& part) {
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
  return text;
}

Written::Written(const std::string& text, const Variables& variables) : folder_(fresh_folder()) {
  write(folder_ / "config.yaml", text);
  load_all(folder_ / "config.yaml", variables, loaded);
}

Written::~Written() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Written::text() const { return without(loaded.diagnostics.text(), folder_.string() + "/"); }

}  // namespace answerback::config::testing
