#include <ranges>

#include "probes/env/env.h"

namespace answerback::probes {
namespace {

std::expected<std::optional<Pattern>, std::string> parse_env_pattern(std::string_view text) {
  auto pattern = Pattern::parse(text);
  if (!pattern) return std::unexpected(pattern.error());
  return *std::move(pattern);
}

EnvVariable read_env_variable(const std::string& name, config::Fields fields) {
  EnvVariable variable{.name = name};
  variable.min_length = static_cast<std::size_t>(
      fields.integer("min_length", 1, 0, 1'000'000, "bytes its value must have; 0: it may be empty"));
  variable.matches = fields.parsed<std::optional<Pattern>>(
      "matches", "", "regular expression (RE2) to be found in its value", parse_env_pattern);
  variable.one_of = fields.texts("one_of", "the values it may have");
  return variable;
}

EnvFile read_env_file(config::Fields fields) {
  EnvFile file;
  file.path = fields.required_text("path", "read by the user the daemon runs as");
  file.folder = fields.flag("folder", false, "it is a folder");
  file.min_bytes = static_cast<std::size_t>(
      fields.integer("min_bytes", 1, 0, 1'000'000'000, "how large it must be; 0: it may be empty"));
  file.max_age = fields.optional_duration(
      "max_age", "how long ago it may have been written: rotated secrets, heartbeat files");
  file.mounted = fields.flag("mounted", false, "it, or a folder above it, must be a mount point");
  if (!file.path.empty() && !file.path.starts_with('/')) fields.error("path", "must begin with /");
  return file;
}

// "A = B" -> A, B
std::vector<std::string> names_between_signs(std::string_view text) {
  std::vector<std::string> names;
  for (const auto part : std::views::split(text, '=')) {
    std::string name(part.begin(), part.end());
    std::erase(name, ' ');
    if (!name.empty()) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

EnvSettings read_env(config::Fields& fields) {
  EnvSettings settings;
  settings.file =
      fields.text("file", "",
                  "whose variables: NAME=value lines, or /proc/PID/environ of a process of our user; "
                  "left out: those of answerback itself");
  for (const std::string& name : fields.texts("required", "variables that must be set and not empty"))
    settings.variables.push_back({.name = name});
  for (const auto& [name, variable] :
       fields.named_children("variables", "variables with more to them, by name"))
    settings.variables.push_back(read_env_variable(name, variable));
  settings.forbid = fields.texts(
      "forbid", "variables that must not be set (TESTING, MOCK_*), or not to a value (LLM=mock)");
  settings.no_localhost =
      fields.texts("no_localhost", "variables that must not point at this machine (DATABASE_URL, '*_URL')");
  const auto equal = fields.texts("equal",
                                  "variables whose values must be one, as in \"JWT_SECRET = AUTH_SECRET\"; "
                                  "self:NAME is answerback's own");
  for (std::size_t i = 0; i < equal.size(); ++i) {
    settings.equal.push_back(names_between_signs(equal[i]));
    if (settings.equal.back().size() < 2)
      fields.error("equal[" + std::to_string(i) + "]", "names one variable; write NAME = OTHER");
  }
  for (const config::Fields& file : fields.children("files", "files and secrets that must be there"))
    settings.files.push_back(read_env_file(file));
  return settings;
}

}  // namespace answerback::probes
