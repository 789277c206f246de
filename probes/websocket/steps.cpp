#include "probes/websocket/steps.h"

#include <algorithm>

#include "probes/shared/platform/time.h"
#include "probes/shared/steps/conversation.h"
#include "probes/websocket/bounds.h"

namespace answerback::probes {
namespace {

struct Settings {
  ScriptedSettings scripted = {};
  SocketBounds bounds = {};
};

class ScriptedProbe final : public Probe {
 public:
  ScriptedProbe(Settings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    auto opened = co_await Conversation::open(run, services_, settings_.scripted);
    if (!opened) co_return ProbeResult::fail(std::move(opened).error());
    Conversation& conversation = **opened;
    const std::size_t steps = settings_.scripted.script.steps.size();
    auto played = co_await conversation.play(steps);
    ProbeResult result = played ? judge(run, conversation, run.clock.now() - began)
                                : ProbeResult::fail(std::move(played).error());
    if (result.verdict == Verdict::pass) run.enter(Phase::close);
    co_await conversation.close();
    co_return result;
  }

 private:
  ProbeResult judge(Run& run, const Conversation& conversation, Duration took) const {
    const std::size_t steps = settings_.scripted.script.steps.size();
    ProbeResult result = probes::judge(settings_.bounds, run,
                                       "upgrade in " + spoken(conversation.socket().upgrade()) + ", " +
                                           std::to_string(steps) + (steps == 1 ? " step" : " steps") +
                                           " in " + spoken(took - conversation.socket().upgrade()),
                                       took);
    if (result.verdict == Verdict::fail || !conversation.socket().unselected()) return result;
    return ProbeResult::warn(Reason::subprotocol, "subprotocols were offered and the server selected none");
  }

  Settings settings_;
  Services& services_;
};

const StepsPreset* choose_preset(config::Fields& fields) {
  std::vector<std::string> names;
  for (const StepsPreset* preset : steps_presets()) names.emplace_back(preset->name);
  const std::string chosen =
      fields.one_of("preset", "", names,
                    "a protocol that opens with a dialogue; it replaces welcome and ping, as steps do");
  const auto found = std::ranges::find(steps_presets(), chosen, &StepsPreset::name);
  return found == steps_presets().end() ? nullptr : *found;
}

}  // namespace

bool is_scripted(config::Fields& fields) { return fields.has("steps") || fields.has("preset"); }

std::unique_ptr<Probe> make_scripted_websocket(config::Fields& fields, Services& services) {
  const StepsPreset* preset = choose_preset(fields);
  Settings settings{.scripted = read_scripted(fields, preset, false), .bounds = {}};
  settings.bounds = read_socket_bounds(fields, settings.scripted.session.request.tls);
  return std::make_unique<ScriptedProbe>(std::move(settings), services);
}

}  // namespace answerback::probes
