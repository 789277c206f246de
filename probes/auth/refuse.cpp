#include <algorithm>
#include <utility>

#include "probe/within.h"
#include "probes/auth/inquiry.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

constexpr double surely_over = 600;             // seconds after its end a token has expired on any clock
constexpr Duration forgery_patience = 5s;       // with one forgery
constexpr Duration shortest_listening = 500ms;  // to a WebSocket that says nothing

// Where forgeries are shown: over HTTP, or at a WebSocket that welcomed the good token. One that says nothing
// to a good token either would tell nothing.
struct Gate {
  const Door* door = nullptr;
  const net::WebSocketRequest* socket = nullptr;
  Greeting welcomed = {};

  std::string place() const { return (door ? door->request.url : socket->url).place(); }
};

std::vector<Gate> gates_of(const Inquiry& inquiry) {
  const AuthSettings& settings = inquiry.settings;
  std::vector<Gate> gates;
  if (const auto& door = settings.guarded ? settings.guarded : settings.validate)
    gates.push_back({.door = &*door});
  for (std::size_t i = 0; i < inquiry.greetings.size(); ++i)
    if (inquiry.greetings[i].kind == Greeting::Kind::welcomed)
      gates.push_back({.socket = &settings.sockets[i], .welcomed = inquiry.greetings[i]});
  return gates;
}

// Where we cannot sign an expired token, one of theirs is kept until it is one.
void age_a_token(Inquiry& inquiry) {
  Original& original = inquiry.original;
  auto& oldest = inquiry.memory.oldest;
  if (!original.secret.empty() || !original.seen.expires) return;
  if (!oldest) oldest = {original.token, *original.seen.expires};
  if (auth_seconds(inquiry.run.clock.wall()) > oldest->expires + surely_over)
    original.outlived = oldest->token;
  inquiry.talk.masks.add(oldest->token);
}

asio::awaitable<Access> access_with(Inquiry& inquiry, const Gate& gate, const std::string& token) {
  if (gate.socket) {
    inquiry.run.phases.note(gate.place());
    const Duration listening = std::max(3 * gate.welcomed.after, shortest_listening);
    const Greeting greeting =
        co_await knock_at_socket(inquiry.run, inquiry.services, *gate.socket, Secret(token), listening);
    co_return judge_greeting(greeting, gate.welcomed);
  }
  const AuthAnswer answer =
      co_await inquiry.talk.ask(knock(*gate.door, token.empty() ? std::nullopt : std::optional(token)), true);
  if (answer) co_return judge_access(gate.door->expect, *answer);
  co_return Access{
      .kind = Access::Kind::unclear, .reason = answer.error().reason, .words = answer.error().detail};
}

// Each has its share of the time that is left: silence to one is no verdict on the whole.
asio::awaitable<std::vector<Tried>> try_each(Inquiry& inquiry, const Gate& gate, std::size_t& left) {
  Run& run = inquiry.run;
  std::vector<Tried> tried;
  for (const Forgery each : inquiry.settings.refuse) {
    const Steady now = run.clock.now();
    const Duration share = (run.deadline - now) / static_cast<int>(left-- + 1);
    const auto token = forge(each, inquiry.original, run.clock.wall(), inquiry.services.random);
    if (!token) continue;
    run.enter(phase_of(each));
    if (!token->empty()) inquiry.talk.masks.add(*token);
    auto access = co_await within(run.clock, now + std::min<Duration>(share, forgery_patience),
                                  access_with(inquiry, gate, *token));
    tried.push_back({each, access ? *std::move(access)
                                  : Access{.kind = Access::Kind::unclear,
                                           .reason = Reason::read_timeout,
                                           .words = "no answer in time"}});
  }
  co_return tried;
}

}  // namespace

asio::awaitable<Outcome> try_forgeries(Inquiry& inquiry) {
  AuthMemory& memory = inquiry.memory;
  age_a_token(inquiry);
  const std::vector<Gate> gates = gates_of(inquiry);
  if (gates.empty() || inquiry.settings.refuse.empty()) co_return std::nullopt;
  if (memory.until_negative-- > 0) {
    if (memory.doubt) inquiry.doubts.push_back(*memory.doubt);
    co_return std::nullopt;
  }
  memory.until_negative = 0;  // until they have all been refused
  memory.doubt = std::nullopt;
  std::size_t left = gates.size() * inquiry.settings.refuse.size(), refused = 0;
  for (const Gate& gate : gates) {
    const std::vector<Tried> tried = co_await try_each(inquiry, gate, left);
    auto verdict = judge_forgeries(gate.place(), tried);
    if (!verdict) {
      refused += tried.size();
      continue;
    }
    const auto accepted =
        std::ranges::find(tried, Access::Kind::accepted, [](const Tried& each) { return each.access.kind; });
    if (accepted != tried.end()) {
      inquiry.run.enter(phase_of(accepted->forgery));
      co_return verdict;
    }
    if (!memory.doubt) memory.doubt = std::move(verdict);
  }
  if (!memory.doubt || memory.doubt->reason == Reason::rate_limited)
    memory.until_negative = inquiry.settings.negative_every - 1;
  if (memory.doubt)
    inquiry.doubts.push_back(*memory.doubt);
  else
    inquiry.say(std::to_string(refused) + " forgeries refused");
  co_return std::nullopt;
}

}  // namespace answerback::probes
