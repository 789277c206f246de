#include "probes/shared/health_body/health_body.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <utility>

#include "model/text.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr std::string_view health_format_names[] = {"health_json", "actuator", "microprofile", "aspnet",
                                                    "kubernetes"};

struct HealthWord {
  std::string_view word;
  Verdict verdict;
};

// Written without _, - and blanks.
constexpr HealthWord health_words[] = {
    {"pass", Verdict::pass},         {"passing", Verdict::pass},
    {"ok", Verdict::pass},           {"up", Verdict::pass},
    {"healthy", Verdict::pass},      {"ready", Verdict::pass},
    {"operational", Verdict::pass},  {"running", Verdict::pass},
    {"alive", Verdict::pass},        {"connected", Verdict::pass},
    {"warn", Verdict::warn},         {"warning", Verdict::warn},
    {"degraded", Verdict::warn},     {"willexpiresoon", Verdict::warn},
    {"fail", Verdict::fail},         {"failed", Verdict::fail},
    {"failing", Verdict::fail},      {"error", Verdict::fail},
    {"down", Verdict::fail},         {"unhealthy", Verdict::fail},
    {"outofservice", Verdict::fail}, {"notready", Verdict::fail},
    {"critical", Verdict::fail},     {"disconnected", Verdict::fail},
    {"notconnected", Verdict::fail}, {"unavailable", Verdict::fail},
    {"unknown", Verdict::unknown},   {"skipped", Verdict::unknown},
    {"starting", Verdict::unknown},  {"skippedoptional", Verdict::unknown},
    {"disabled", Verdict::unknown},  {"optionalunavailable", Verdict::unknown},
    {"excluded", Verdict::unknown},  {"notconfigured", Verdict::unknown},
};

std::string_view trimmed_body(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::string cut_line(std::string_view text) { return one_line(text, HealthBody::text_cap); }

// "[+]ping ok", "[-]etcd failed: reason withheld", "[+]etcd excluded: ok"
std::optional<HealthComponent> kubernetes_line(std::string_view line) {
  if (line.size() < 4 || (!line.starts_with("[+]") && !line.starts_with("[-]"))) return std::nullopt;
  const std::string_view rest = line.substr(3);
  const auto blank = rest.find(' ');
  HealthComponent part{.name = cut_line(rest.substr(0, blank)),
                       .word = line[1] == '+' ? "ok" : "failed",
                       .verdict = line[1] == '+' ? Verdict::pass : Verdict::fail,
                       .why = {},
                       .since = {}};
  if (rest.contains(" excluded:")) {
    part.word = "excluded";
    part.verdict = Verdict::unknown;
  }
  return part;
}

// A verbose answer ends in "readyz check passed"; the same word opens what follows no line at all.
std::optional<HealthBody> read_kubernetes(std::string_view text) {
  HealthBody body;
  body.format = HealthFormat::kubernetes;
  if (text == "ok") {
    body.word = text;
    body.verdict = Verdict::pass;
    return body;
  }
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trimmed_body(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (auto part = kubernetes_line(line)) {
      if (body.components.size() < HealthBody::components_kept) body.components.push_back(*std::move(part));
    } else if (line.ends_with(" check passed") || line.ends_with(" check failed")) {
      body.word = line.substr(line.rfind(' ') + 1);
      body.verdict = body.word == "passed" ? Verdict::pass : Verdict::fail;
    }
  }
  return body.word.empty() ? std::nullopt : std::optional(std::move(body));
}

std::optional<HealthBody> read_plain(std::string_view text) {
  for (const std::string_view word : {"Healthy", "Degraded", "Unhealthy"}) {
    if (text != word) continue;
    HealthBody body;
    body.format = HealthFormat::aspnet;
    body.word = word;
    body.verdict = *health_word(word);
    return body;
  }
  return read_kubernetes(text);
}

bool holds_kind(const json::object& root, std::string_view key, json::kind kind) {
  const json::value* value = root.if_contains(key);
  return value != nullptr && value->kind() == kind;
}

// The shape alone; nothing where several formats look like this.
std::optional<HealthFormat> health_shape(const json::object& root, std::string_view word) {
  using enum HealthFormat;
  if (holds_kind(root, "components", json::kind::object) || holds_kind(root, "groups", json::kind::array))
    return actuator;
  if (holds_kind(root, "entries", json::kind::object) || holds_kind(root, "results", json::kind::object))
    return aspnet;
  if (holds_kind(root, "checks", json::kind::array)) return microprofile;
  if (holds_kind(root, "checks", json::kind::object)) return health_json;
  const bool shouted = word == "UP" || word == "DOWN" || word == "OUT_OF_SERVICE" || word == "UNKNOWN";
  if (shouted && holds_kind(root, "details", json::kind::object)) return actuator;  // Spring Boot 2.0 and 2.1
  return std::nullopt;
}

HealthFormat guessed_format(std::string_view word) {
  if (word == "UP" || word == "DOWN" || word == "OUT_OF_SERVICE" || word == "UNKNOWN")
    return HealthFormat::actuator;
  if (word == "Healthy" || word == "Degraded" || word == "Unhealthy") return HealthFormat::aspnet;
  return HealthFormat::health_json;
}

void read_health_parts(const json::object& root, HealthBody& body) {
  switch (body.format) {
    case HealthFormat::health_json: return read_health_json(root, body);
    case HealthFormat::actuator: return read_actuator(root, body);
    case HealthFormat::microprofile: return read_microprofile(root, body);
    case HealthFormat::aspnet: return read_aspnet(root, body);
    case HealthFormat::kubernetes: return;
  }
}

std::unexpected<std::string> not_the_format_set(HealthFormat as, HealthFormat seen) {
  return std::unexpected("format is set to " + std::string(name(as)) + ", and this is " +
                         std::string(name(seen)));
}

}  // namespace

std::string_view name(HealthFormat format) { return health_format_names[std::to_underlying(format)]; }

std::optional<HealthFormat> health_format_named(std::string_view text) {
  const auto found = std::ranges::find(health_format_names, text);
  if (found == std::end(health_format_names)) return std::nullopt;
  return static_cast<HealthFormat>(found - std::begin(health_format_names));
}

std::optional<Verdict> health_word(std::string_view text) {
  constexpr std::size_t longest = 32;
  if (text.size() > longest) return std::nullopt;
  std::string word;
  for (const char c : text)
    if (c != '_' && c != '-' && c != ' ') word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto found = std::ranges::find(health_words, word, &HealthWord::word);
  return found == std::end(health_words) ? std::nullopt : std::optional(found->verdict);
}

std::expected<HealthBody, std::string> read_health_body(std::string_view text,
                                                        std::optional<HealthFormat> as) {
  if (auto plain = read_plain(trimmed_body(text))) {
    if (as && *as != plain->format) return not_the_format_set(*as, plain->format);
    return *std::move(plain);
  }
  boost::system::error_code broken;
  const json::value document = json::parse(trimmed_body(text), broken);
  if (broken) return std::unexpected("no health body: " + describe_body(text));
  if (const json::string* word = document.if_string()) {  // some serialise the plain word
    if (auto plain = read_plain(*word); plain && (!as || *as == plain->format)) return *std::move(plain);
  }
  const json::object* root = document.if_object();
  const json::value* status = root != nullptr ? root->if_contains("status") : nullptr;
  if (status == nullptr || !status->is_string())
    return std::unexpected("no health body, for it has no status: " + describe_body(text));
  HealthBody body;
  body.word = cut_line(status->get_string());
  const auto verdict = health_word(status->get_string());
  if (!verdict) return std::unexpected("its status says neither good nor bad: " + body.word);
  body.verdict = *verdict;
  const auto shape = health_shape(*root, body.word);
  if (as && shape && *as != *shape) return not_the_format_set(*as, *shape);
  body.format = as ? *as : shape ? *shape : guessed_format(body.word);
  read_health_parts(*root, body);
  return body;
}

std::string told(const HealthComponent& part) {
  return part.name + ' ' + part.word + (part.why.empty() ? "" : " (" + part.why + ')') +
         (part.since.empty() ? "" : " since " + part.since);
}

}  // namespace answerback::probes
