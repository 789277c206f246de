#include "probes/agent/platform.h"

#include <utility>

#include "probes/shared/platform/session.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

// Platforms take up to half a minute for the dialogue before a message counts; an agent's deadline may be
// minutes.
constexpr Duration welcome_within = 30s;

class Line final : public AgentLine {
 public:
  Line(const PlatformDialect& settings, Session session)
      : settings_(settings), session_(std::move(session)) {}

  std::span<const std::string> forms() const override { return settings_.forms; }
  asio::awaitable<std::expected<void, Failure>> ask(std::size_t form, const std::string& question) override {
    unheard_ = request_text(settings_.forms[form], question);
    co_return co_await session_.send(unheard_);
  }
  asio::awaitable<std::expected<void, Failure>> knock() override {
    co_return co_await session_.send(R"({"type":"ping"})");
  }
  asio::awaitable<std::expected<bool, Failure>> babble() override {
    auto sent = co_await session_.send(request_text("note_to_nobody", "Is anybody there?"));
    if (!sent) co_return std::unexpected(std::move(sent).error());
    co_return true;
  }
  asio::awaitable<std::expected<std::optional<Arrival>, Failure>> next(Steady until) override {
    auto arrival = co_await session_.next(until);
    if (!arrival) co_return std::unexpected(std::move(arrival).error());
    if (!*arrival) co_return std::nullopt;
    if (auto again = co_await ask_again((*arrival)->event); !again)
      co_return std::unexpected(std::move(again).error());
    co_return Arrival{std::move((*arrival)->event), (*arrival)->at};
  }
  asio::awaitable<void> close() override { co_await session_.close(); }

  Steady last_call() const override { return session_.last_call(); }
  std::string opened() const override {
    const Session::Seen& seen = session_.seen();
    std::string text = "upgrade 101 in " + spoken(seen.upgrade);
    if (settings_.session.welcome.rule != Welcome::Rule::none) text += ", welcome ok";
    return text + (seen.pongs > 0   ? ", ping ok"
                   : seen.pings > 0 ? ", pinged by the server"
                                    : ", ping unanswered");
  }
  std::string user_id() const override { return session_.seen().user_id; }
  std::string degraded() const override { return session_.seen().degraded; }
  std::optional<ProbeResult> warning() const override { return session_.warning(); }

 private:
  // Who welcomes first and then wants the handshake has dropped what was asked in between, without a word.
  asio::awaitable<std::expected<void, Failure>> ask_again(const AgentEvent& event) {
    if (event.kind == EventKind::stage || event.kind == EventKind::agent_error) unheard_.clear();
    if (event.kind != EventKind::handshake_complete || unheard_.empty())
      co_return std::expected<void, Failure>();
    co_return co_await session_.send(std::exchange(unheard_, {}));
  }

  const PlatformDialect& settings_;
  Session session_;
  std::string unheard_;  // the request, until something has come of it
};

class Dialect final : public AgentDialect {
 public:
  explicit Dialect(PlatformDialect settings) : settings_(std::move(settings)) {}

  asio::awaitable<std::expected<std::unique_ptr<AgentLine>, Failure>> open(
      Run& run, Services& services, std::span<const std::string> stages) const override {
    auto session = co_await Session::open(run, services, settings_.session, stages);
    if (!session) co_return std::unexpected(std::move(session).error());
    co_return std::make_unique<Line>(settings_, *std::move(session));
  }

 private:
  PlatformDialect settings_;
};

}  // namespace

PlatformDialect read_platform(config::Fields& fields) {
  PlatformDialect settings{.session = read_session(fields, Welcome::Rule::platform), .forms = {}};
  settings.session.welcome_within = welcome_within;
  settings.forms.push_back(fields.text("request", "start_agent", "type of the message that asks"));
  settings.forms.emplace_back(settings.forms.front() == "user_message" ? "chat" : "user_message");
  return settings;
}

std::unique_ptr<const AgentDialect> read_platform_dialect(config::Fields& fields) {
  return std::make_unique<Dialect>(read_platform(fields));
}

}  // namespace answerback::probes
