#include "probes/env/env.h"

#include <unistd.h>

#include <boost/json.hpp>

#include "model/text.h"
#include "net/workers.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr std::size_t shown_bytes = 600;

EnvValues own_environment() {
  EnvValues values;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text(*entry);
    if (const auto sign = text.find('='); sign != text.npos && sign > 0)
      values.emplace(text.substr(0, sign), text.substr(sign + 1));
  }
  return values;
}

std::size_t size_of(const EnvValues& values) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : values) bytes += name.size() + value.size();
  return bytes;
}

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  return bytes;
}

// What the worker found.
struct EnvLook {
  EnvValues values = {};
  std::string error = {};
  bool denied = false;
  std::vector<EnvSeen> seen = {};
};

EnvLook read_look(const json::value& said) {
  EnvLook look;
  const json::object& all = said.as_object();
  look.values = parse_env(from_hex(all.at("text").as_string()));
  look.error = json::value_to<std::string>(all.at("error"));
  look.denied = all.at("denied").as_bool();
  for (const json::value& each : all.at("seen").as_array()) {
    const json::object& path = each.as_object();
    EnvSeen seen{.error = json::value_to<std::string>(path.at("error"))};
    if (seen.error.empty()) {
      seen.folder = path.at("folder").as_bool();
      seen.mounted = path.at("mounted").as_bool();
      seen.size = path.at("size").to_number<std::uint64_t>();
      seen.written = held_wall(static_cast<double>(path.at("written").to_number<std::int64_t>()));
    }
    look.seen.push_back(std::move(seen));
  }
  return look;
}

class EnvProbe final : public Probe {
 public:
  EnvProbe(EnvSettings settings, net::Workers& workers) : settings_(std::move(settings)), workers_(workers) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const EnvValues own = own_environment();
    EnvLook look;
    if (!settings_.file.empty() || !settings_.files.empty()) {
      auto looked = co_await look_at_files(run);
      if (!looked) co_return ProbeResult::fail(std::move(looked).error());
      look = *std::move(looked);
    }
    run.enter(Phase::answer);
    if (look.denied)
      co_return ProbeResult::unknown(Reason::no_evidence,
                                     settings_.file + ": " + look.error +
                                         " (the environment of a process may be read by its own user only)");
    if (!look.error.empty())
      co_return ProbeResult::fail(Reason::assertion, settings_.file + ": " + look.error);
    const EnvValues& values = settings_.file.empty() ? own : look.values;
    run.evidence.received(size_of(values));
    co_return verdict(run, values, own, look.seen);
  }

 private:
  asio::awaitable<std::expected<EnvLook, Failure>> look_at_files(Run& run) {
    json::array paths;
    for (const EnvFile& file : settings_.files) paths.push_back(json::value(file.path));
    EnvLook look;
    const auto called =
        co_await workers_.call(run,
                               {.request = json::serialize(json::object{
                                    {"type", "env"}, {"read", settings_.file}, {"look", std::move(paths)}}),
                                .phase = Phase::processing},
                               [&](std::string_view line) {
                                 run.evidence.received(line.size());
                                 look = read_look(json::parse(line));
                                 return false;
                               });
    if (!called) co_return std::unexpected(called.error());
    co_return look;
  }

  ProbeResult verdict(Run& run, const EnvValues& values, const EnvValues& own,
                      const std::vector<EnvSeen>& seen) const {
    std::vector<std::string> wrong = judge_variables(settings_, values, own);
    for (std::size_t i = 0; i < std::min(seen.size(), settings_.files.size()); ++i)
      if (auto lack = judge_file(settings_.files[i], seen[i], run.clock.wall()))
        wrong.push_back(*std::move(lack));
    if (wrong.empty())
      return ProbeResult::pass(std::to_string(settings_.variables.size()) + " variables and " +
                               std::to_string(settings_.files.size()) + " files as wanted");
    std::string detail;
    for (const std::string& words : wrong) detail += (detail.empty() ? "" : "; ") + words;
    run.frame("lacking", detail);
    return ProbeResult::fail(Reason::assertion, clip(detail, shown_bytes));
  }

  EnvSettings settings_;
  net::Workers& workers_;
};

std::unique_ptr<Probe> make_env(config::Fields& fields, Services& services) {
  return std::make_unique<EnvProbe>(read_env(fields), services.workers);
}

constexpr Reason env_own_reasons[] = {Reason::assertion, Reason::worker_died, Reason::no_evidence};

}  // namespace

constinit const ProbeType env{
    .name = "env",
    .summary =
        "variables, secrets and files are there and whole, test switches are not; values are never shown",
    .make = make_env,
    .reasons = env_own_reasons,
};

}  // namespace answerback::probes
