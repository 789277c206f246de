#include "probes/agent/steps.h"

#include "probes/shared/platform/time.h"
#include "probes/shared/steps/conversation.h"
#include "probes/shared/steps/events.h"

namespace answerback::probes {
namespace {

class Line final : public AgentLine {
 public:
  Line(const ScriptedSettings& settings, std::span<const std::string> stages,
       std::unique_ptr<Conversation> conversation)
      : settings_(settings), stages_(stages), conversation_(std::move(conversation)) {}

  std::span<const std::string> forms() const override { return forms_; }
  asio::awaitable<std::expected<void, Failure>> ask(std::size_t, const std::string& question) override {
    StepMachine& machine = conversation_->machine();
    machine.set("question", {question, false});
    auto asked = co_await conversation_->play(settings_.script.steps.size());
    events_.emplace(settings_.script, stages_, [&](std::string_view name) { return machine.value(name); });
    co_return asked;
  }
  asio::awaitable<std::expected<std::optional<Arrival>, Failure>> next(Steady until) override {
    auto heard = co_await conversation_->next(until);
    if (!heard) co_return std::unexpected(std::move(heard).error());
    if (!*heard) co_return std::nullopt;
    co_return Arrival{events_->read(*(*heard)->message), (*heard)->at};
  }
  asio::awaitable<void> close() override { co_await conversation_->close(); }

  Steady last_call() const override { return conversation_->socket().last_call(); }
  std::string opened() const override {
    const std::size_t steps = settings_.script.ask;
    return "upgrade 101 in " + spoken(conversation_->socket().upgrade()) + ", " + std::to_string(steps) +
           (steps == 1 ? " step ok" : " steps ok");
  }
  std::string user_id() const override { return {}; }
  std::string degraded() const override { return {}; }
  std::optional<ProbeResult> warning() const override {
    if (!conversation_->socket().unselected()) return std::nullopt;
    return ProbeResult::warn(Reason::subprotocol, "subprotocols were offered and the server selected none");
  }

 private:
  const ScriptedSettings& settings_;
  std::span<const std::string> stages_;
  std::unique_ptr<Conversation> conversation_;
  std::optional<EventReader> events_;
  std::vector<std::string> forms_{"the question"};
};

class Dialect final : public AgentDialect {
 public:
  explicit Dialect(ScriptedSettings settings) : settings_(std::move(settings)) {}

  asio::awaitable<std::expected<std::unique_ptr<AgentLine>, Failure>> open(
      Run& run, Services& services, std::span<const std::string> stages) const override {
    auto conversation = co_await Conversation::open(run, services, settings_);
    if (!conversation) co_return std::unexpected(std::move(conversation).error());
    if (auto played = co_await (*conversation)->play(settings_.script.ask); !played) {
      co_await (*conversation)->close();
      co_return std::unexpected(std::move(played).error());
    }
    co_return std::make_unique<Line>(settings_, stages, *std::move(conversation));
  }
  std::vector<std::string> stages() const override { return settings_.script.stages(); }

 private:
  ScriptedSettings settings_;
};

std::unique_ptr<const AgentDialect> read_steps(config::Fields& fields) {
  return read_scripted_dialect(fields, nullptr);
}

}  // namespace

std::unique_ptr<const AgentDialect> read_scripted_dialect(config::Fields& fields, const StepsPreset* preset) {
  return std::make_unique<Dialect>(read_scripted(fields, preset, true));
}

constinit const AgentDialectRow steps_dialect{.name = "", .chain = usual_chain, .read = read_steps};

}  // namespace answerback::probes
