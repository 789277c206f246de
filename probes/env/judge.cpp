#include <fnmatch.h>

#include <algorithm>
#include <ranges>

#include "model/text.h"
#include "probes/env/env.h"

namespace answerback::probes {
namespace {

constexpr std::string_view own_prefix = "self:";

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(x) == lower(y);
  });
}

std::optional<std::string> judge_variable(const EnvVariable& wanted, const EnvValues& values) {
  const auto found = values.find(wanted.name);
  if (found == values.end()) return wanted.name + " is not set";
  const std::string& value = found->second;
  if (value.empty() && wanted.min_length > 0) return wanted.name + " is empty";
  if (value.size() < wanted.min_length)
    return wanted.name + " has " + std::to_string(value.size()) + " bytes, needs " +
           std::to_string(wanted.min_length);
  if (wanted.matches && !wanted.matches->found_in(value))
    return wanted.name + " does not match " + wanted.matches->text();
  if (!wanted.one_of.empty() && std::ranges::count(wanted.one_of, value) == 0)
    return wanted.name + " is none of those allowed";
  return std::nullopt;
}

bool of_shape(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

void judge_forbidden(const std::string& forbidden, const EnvValues& values, std::vector<std::string>& wrong) {
  const std::size_t sign = forbidden.find('=');
  const std::string pattern = forbidden.substr(0, sign);
  for (const auto& [name, value] : values) {
    if (value.empty() || !of_shape(pattern, name)) continue;
    if (sign == std::string::npos)
      wrong.push_back(name + " is set, and must not be");
    else if (same_word(value, std::string_view(forbidden).substr(sign + 1)))
      wrong.push_back(name + " has the value that is forbidden");
  }
}

void judge_equal(const std::vector<std::string>& names, const EnvValues& values, const EnvValues& own,
                 std::vector<std::string>& wrong) {
  const std::string* first = nullptr;
  for (const std::string& name : names) {
    const bool is_own = name.starts_with(own_prefix);
    const EnvValues& where = is_own ? own : values;
    const auto found = where.find(is_own ? name.substr(own_prefix.size()) : name);
    if (found == where.end()) {
      wrong.push_back(name + " is not set, and must equal " +
                      (name == names.front() ? names.back() : names.front()));
    } else if (!first) {
      first = &found->second;
    } else if (*first != found->second) {
      wrong.push_back(name + " differs from " + names.front());
    }
  }
}

bool is_loopback(std::string_view host) {
  return same_word(host, "localhost") || host.ends_with(".localhost") || host.starts_with("127.") ||
         host == "::1" || host == "0.0.0.0" || host == "::";
}

// "user:pw@localhost:5432/db" -> "localhost"
std::string_view host_of(std::string_view authority) {
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != authority.npos) authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

}  // namespace

bool names_localhost(std::string_view value) {
  // Lists ("kafka-1:9092,localhost:9092") and key=value strings ("host=localhost dbname=chat") are of pieces.
  for (const auto piece : std::views::split(value, ',')) {
    std::string_view word(piece.begin(), piece.end());
    if (const auto scheme = word.find("://"); scheme != word.npos) word.remove_prefix(scheme + 3);
    if (is_loopback(word) || is_loopback(host_of(word))) return true;
  }
  for (const std::string_view key : {"host=", "hostaddr=", "server="})
    for (auto at = value.find(key); at != value.npos; at = value.find(key, at + 1)) {
      const std::string_view rest = value.substr(at + key.size());
      if (is_loopback(rest.substr(0, rest.find_first_of(" ;&,:'")))) return true;
    }
  return false;
}

std::vector<std::string> judge_variables(const EnvSettings& settings, const EnvValues& values,
                                         const EnvValues& own) {
  std::vector<std::string> wrong;
  for (const EnvVariable& wanted : settings.variables)
    if (auto lack = judge_variable(wanted, values)) wrong.push_back(*std::move(lack));
  for (const std::string& forbidden : settings.forbid) judge_forbidden(forbidden, values, wrong);
  for (const auto& [name, value] : values)
    if (std::ranges::any_of(settings.no_localhost, [&](const std::string& p) { return of_shape(p, name); }) &&
        names_localhost(value))
      wrong.push_back(name + " points at localhost");
  for (const auto& names : settings.equal) judge_equal(names, values, own, wrong);
  for (std::string& words : wrong) words = one_line(words, 200);
  return wrong;
}

std::optional<std::string> judge_file(const EnvFile& wanted, const EnvSeen& seen, Wall now) {
  if (!seen.error.empty()) return wanted.path + ": " + seen.error;
  if (seen.folder != wanted.folder) return wanted.path + (seen.folder ? " is a folder" : " is no folder");
  if (wanted.mounted && !seen.mounted) return wanted.path + " is not mounted";
  if (!wanted.folder && seen.size < wanted.min_bytes)
    return wanted.path + (seen.size == 0 ? " is empty"
                                         : " has " + std::to_string(seen.size) + " bytes, needs " +
                                               std::to_string(wanted.min_bytes));
  if (const auto age = std::chrono::duration_cast<Duration>(now - seen.written);
      wanted.max_age && age > *wanted.max_age)
    return wanted.path + " was last written " +
           config::print_duration(std::chrono::floor<std::chrono::seconds>(age)) +
           " ago, must be younger than " + config::print_duration(*wanted.max_age);
  return std::nullopt;
}

}  // namespace answerback::probes
