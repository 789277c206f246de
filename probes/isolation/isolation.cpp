#include "probes/isolation/isolation.h"

#include <algorithm>
#include <utility>

#include "probe/random.h"
#include "probe/within.h"
#include "probes/agent/chain.h"
#include "probes/isolation/watch.h"
#include "probes/shared/platform/session.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

constexpr Duration pong_within = 5s;
constexpr Duration look_up = 50ms;  // how often one whose own run is over looks whether the other's is

// One of the two, in one run.
struct User {
  Session session;
  Challenge challenge;
  Belongings mine;
  Inbox inbox = {};
  std::optional<Chain> chain = {};
  std::optional<Failure> failure = {};  // of the socket
  bool alive = false;                   // answered the last ping
  bool over = false;                    // nothing more is expected of the own run
};

Challenge ask_with_marker(Random& random, Belongings& mine) {
  Challenge challenge = draw_challenge(ChallengeKind::arithmetic, random);
  mine.marker = draw_challenge(ChallengeKind::nonce, random).nonce;
  mine.product = challenge.product;
  challenge.question += " My reference is " + mine.marker + ".";
  return challenge;
}

std::string why_no_answer(const User& user, Steady now) {
  if (user.failure) return std::string(name(user.failure->reason)) + ": " + user.failure->detail;
  const Chain& chain = *user.chain;
  if (chain.state() == Chain::State::failed)
    return std::string(name(chain.failure().reason)) + ": " + chain.failure().detail;
  if (chain.state() != Chain::State::ended) {
    const Failure silence = chain.silence(now);
    return std::string(name(silence.reason)) + ": " + silence.detail;
  }
  if (const auto missing = chain.incomplete())
    return std::string(name(missing->reason)) + ": " + missing->detail;
  return answers(chain.answer(), user.challenge) ? "" : "the answer is not right";
}

// The user's socket is the server's end: it did not answer.
std::string unproved(const User& user, std::string_view ping) {
  std::string text = "the socket of " + user.mine.who + " did not answer " + std::string(ping) +
                     ", so that silence there proves nothing";
  return user.failure ? text + ": " + user.failure->detail : text;
}

class IsolationProbe final : public Probe {
 public:
  IsolationProbe(IsolationSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    auto first = co_await open(run, 0);
    if (!first) co_return ProbeResult::fail(std::move(first).error());
    auto second = co_await open(run, 1);
    if (!second) {
      co_await first->session.close();
      co_return ProbeResult::fail(std::move(second).error());
    }
    ProbeResult result = co_await watch(run, *first, *second);
    if (result.verdict == Verdict::pass) run.enter(Phase::close);
    co_await both(first->session.close(), second->session.close());
    co_return result;
  }

 private:
  asio::awaitable<std::expected<User, Failure>> open(Run& run, std::size_t which) {
    const SessionSettings& settings = settings_.users[which];
    auto session = co_await Session::open(run, services_, settings, settings_.stages.names);
    if (!session) {
      session.error().detail = settings.credentials + ": " + session.error().detail;
      co_return std::unexpected(std::move(session).error());
    }
    User user{.session = *std::move(session), .challenge = {}, .mine = {}};
    user.mine.who = settings.credentials;
    user.mine.user_id = user.session.seen().user_id;
    user.challenge = ask_with_marker(services_.random, user.mine);
    co_return std::move(user);
  }

  asio::awaitable<ProbeResult> watch(Run& run, User& one, User& other) {
    if (!one.mine.user_id.empty() && one.mine.user_id == other.mine.user_id)
      co_return ProbeResult::unknown(Reason::no_evidence,
                                     "both are user " + one.mine.user_id + " to the server");
    run.enter(Phase::ping);
    co_await both(prove_alive(run, one), prove_alive(run, other));
    if (one.alive && other.alive) {
      run.enter(Phase::chain);
      co_await both(converse(run, one, other), converse(run, other, one));
      run.enter(Phase::ping);
      co_await both(prove_alive(run, one), prove_alive(run, other));
    }
    run.enter(Phase::answer);
    co_return judge(run, one, other);
  }

  static void hear(User& user, const Session::Arrival& arrival) {
    user.inbox.take(arrival.event, arrival.text, user.challenge, user.mine);
    if (user.chain) user.chain->take(arrival.event, arrival.at);
  }

  // Everything sent to the user before the pong has come when the pong has.
  asio::awaitable<void> prove_alive(Run& run, User& user) {
    user.alive = false;
    if (user.failure) co_return;
    if (auto sent = co_await user.session.send(R"({"type":"ping"})"); !sent) {
      user.failure = std::move(sent).error();
      co_return;
    }
    const Steady until = std::min(user.session.last_call(), run.clock.now() + pong_within);
    while (!user.alive) {
      auto arrival = co_await user.session.next(until);
      if (!arrival) user.failure = std::move(arrival).error();
      if (!arrival || !*arrival) co_return;
      hear(user, **arrival);
      user.alive = (*arrival)->event.kind == EventKind::pong;
    }
  }

  // Asks, and listens until both have what they asked for, or one has nothing more to hope for.
  asio::awaitable<void> converse(Run& run, User& user, const User& other) {
    const std::string request = request_text(settings_.request, user.challenge.question);
    if (auto sent = co_await user.session.send(request); !sent) {
      user.failure = std::move(sent).error();
      user.over = true;
      co_return;
    }
    user.chain.emplace(settings_.stages.names, ChainLimits{}, ChainIdentity{user.mine.user_id, {}},
                       run.clock.now(), settings_.stages.optional);
    // Time is left for the second ping.
    const Duration left = user.session.last_call() - run.clock.now();
    const Steady last_call = user.session.last_call() - std::min<Duration>(pong_within, left / 4);
    while (run.clock.now() < last_call && !(user.over && other.over)) {
      const Steady until = std::min(last_call, run.clock.now() + look_up);
      auto arrival = co_await user.session.next(until);
      if (!arrival) user.failure = std::move(arrival).error();
      if (!arrival) break;
      if (*arrival) hear(user, **arrival);
      const bool silent = run.clock.now() >= user.chain->wait().until;
      user.over =
          user.chain->state() == Chain::State::failed || silent ||
          (user.chain->state() == Chain::State::ended && answers(user.chain->answer(), user.challenge));
    }
    user.over = true;
  }

  static ProbeResult judge(Run& run, const User& one, const User& other) {
    for (const auto& [mine, theirs] : {std::pair(&one, &other), std::pair(&other, &one)}) {
      if (const auto breach = mine->inbox.breach(mine->mine, theirs->mine)) {
        run.frame("breach", breach->frame);
        return ProbeResult::fail(Reason::isolation_breach, breach->what);
      }
    }
    for (const User* user : {&one, &other}) {
      if (!user->chain && !user->failure && user->alive) continue;  // the other did not answer
      if (!user->chain) return ProbeResult::unknown(Reason::no_evidence, unproved(*user, "the ping"));
      if (const std::string why = why_no_answer(*user, run.clock.now()); !why.empty())
        return ProbeResult::unknown(Reason::no_evidence, user->mine.who +
                                                             " got no answer of their own, so that "
                                                             "nothing was there to leak (" +
                                                             why + ")");
      if (!user->alive) return ProbeResult::unknown(Reason::no_evidence, unproved(*user, "the last ping"));
    }
    return ProbeResult::pass(one.mine.who + " and " + other.mine.who +
                             " each got their own answer, and among " + std::to_string(one.inbox.frames()) +
                             " and " + std::to_string(other.inbox.frames()) + " frames none of the other's");
  }

  IsolationSettings settings_;
  Services& services_;
};

std::unique_ptr<Probe> make(config::Fields& fields, Services& services) {
  return std::make_unique<IsolationProbe>(read_isolation(fields), services);
}

constexpr Reason own_reasons[] = {Reason::isolation_breach, Reason::auth,       Reason::rate_limited,
                                  Reason::upgrade_refused,  Reason::no_welcome, Reason::closed,
                                  Reason::no_evidence};

}  // namespace

IsolationSettings read_isolation(config::Fields& fields) {
  IsolationSettings settings;
  const SessionSettings session = read_session(fields, Welcome::Rule::platform, Users::by_caller);
  settings.users = {session, session};
  const std::vector<std::string> names =
      fields.texts("credentials", "two of `credentials`, each another user");
  if (!fields.describes() && (names.size() != 2 || names[0] == names[1]))
    fields.error("credentials", "wants two users: credentials: [one, other]");
  for (std::size_t i = 0; i < settings.users.size() && i < names.size(); ++i)
    settings.users[i].credentials = settings.users[i].who = names[i];
  settings.request = fields.text("request", "start_agent", "type of the message that asks");
  settings.stages = read_stages(fields, usual_chain);
  return settings;
}

constinit const ProbeType isolation{
    .name = "isolation",
    .summary = "two users ask at the same time, and neither sees anything of the other's",
    .make = make,
    .reasons = own_reasons,
};

}  // namespace answerback::probes
