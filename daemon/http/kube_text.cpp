#include "http/kube_text.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::http {
namespace {

constexpr std::size_t name_cap = 256;  // of a name that somebody else made up

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> excluded(const Request& request) {
  std::vector<std::string> names;
  for (const auto& [key, value] : request.query) {
    if (key == "exclude" && !value.empty() && !has(names, value)) names.push_back(value);
  }
  return names;
}

// What is excluded and not there, as the warning names it: "a","b".
std::string unmatched(const std::vector<std::string>& names, const std::vector<NamedCheck>& checks) {
  std::string out;
  for (const std::string& name : names) {
    if (std::ranges::find(checks, name, &NamedCheck::name) != checks.end()) continue;
    out.append(out.empty() ? "\"" : ",\"").append(one_line(name, name_cap)).append("\"");
  }
  return out;
}

}  // namespace

Response kube_answer(std::string_view name, const std::vector<NamedCheck>& checks, const Request& request) {
  const std::vector<std::string> left_out = excluded(request);
  std::string lines, why;
  bool ok = true;
  for (const NamedCheck& check : checks) {
    if (has(left_out, check.name)) {
      lines += "[+]" + check.name + " excluded: ok\n";
    } else {
      lines += check.ok ? "[+]" + check.name + " ok\n" : "[-]" + check.name + " failed: reason withheld\n";
      ok = ok && check.ok;
      if (!check.ok && !check.why.empty()) why.append(why.empty() ? "why: " : "; ").append(check.why);
    }
  }
  if (const std::string names = unmatched(left_out, checks); !names.empty()) {
    lines += "warn: some health checks cannot be excluded: no matches for " + names + "\n";
  }
  if (!why.empty()) lines.append(why).append("\n");
  if (!access::is_trusted(request.standing)) lines.clear();
  Response response;
  response.status = ok ? 200 : 503;
  response.headers = {{"Cache-Control", "no-store"}};
  if (ok && !request.asks_for("verbose")) {
    response.body = "ok";
  } else {
    response.body = lines.append(name).append(ok ? " check passed\n" : " check failed\n");
  }
  return response;
}

}  // namespace answerback::http
