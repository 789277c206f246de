#include "probes/a2a/a2a.h"

#include <algorithm>

#include "model/redactor.h"
#include "model/text.h"
#include "net/http_stream.h"
#include "probes/a2a/card.h"
#include "probes/shared/endpoint.h"
#include "probes/shared/expect/expect.h"

namespace answerback::probes {
namespace {

constexpr std::string_view card_paths[] = {"/.well-known/agent-card.json", "/.well-known/agent.json"};

struct A2aSettings {
  Endpoint endpoint;
  std::vector<std::string> versions;  // of the header; more than one: all of them are asked for
  std::vector<std::string> skills, hosts;
  bool connect = true, drift = true;
  Slow slow;
  CertificateBounds certificate;
};

class A2aProbe final : public Probe {
  using Card = std::expected<A2aCard, Failure>;
  using Done = std::expected<void, Failure>;

 public:
  A2aProbe(A2aSettings settings, Services& services, const std::string& owner)
      : settings_(std::move(settings)),
        services_(services),
        transport_{services.dns, services.tls, services.proxies},
        owner_(owner) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    auto token = co_await token_for(run, services_, settings_.endpoint);
    if (!token) co_return ProbeResult::fail(std::move(token).error());
    Redactor redactor;
    if (!token->empty()) redactor.add(token->reveal());
    for (const Secret& secret : settings_.endpoint.secrets) redactor.add(secret.reveal());
    auto result = co_await look(run, *token, redactor, began);
    result.detail = redactor.taken_out_of(std::move(result.detail));
    co_return result;
  }

 private:
  asio::awaitable<ProbeResult> look(Run& run, const Secret& token, const Redactor& redactor, Steady began) {
    std::string detail, drift, elsewhere;
    for (const std::string& version : settings_.versions) {
      Card card = co_await fetch_card(run, token, redactor, version);
      if (!card) co_return ProbeResult::fail(std::move(card).error());
      if (auto failure = lacks(*card)) co_return ProbeResult::fail(*std::move(failure));
      if (Done reached = co_await reach(run, *card, elsewhere); !reached)
        co_return ProbeResult::fail(std::move(reached).error());
      detail += (detail.empty() ? "" : "; ") + told(*card);
      if (!settings_.drift) continue;
      DriftBaseline baseline(services_.store, owner_ + "/card " + version);
      if (auto changed = baseline.changed(card->parts)) drift = *std::move(changed);
    }
    run.phases.end(run.clock.now());
    std::optional<ProbeResult> certificate;
    if (const auto end = certificate_end(run.evidence))
      certificate = judge(settings_.certificate, *end, run.clock.wall());
    ProbeResult result =
        worst(std::move(detail), judge(settings_.slow, run.clock.now() - began), std::move(certificate));
    if (result.verdict != Verdict::pass) co_return result;
    if (!drift.empty())
      co_return ProbeResult::warn(Reason::contract_drift, "the agent card is not as it was: " + drift);
    if (!elsewhere.empty())
      co_return ProbeResult::warn(Reason::contract_drift, "the agent card sends its readers to " + elsewhere +
                                                              ", not to " +
                                                              settings_.endpoint.url.authority() +
                                                              "; where that is right, name it in hosts");
    co_return result;
  }

  // Where there is none at its place, the old one is looked at. "auto" asks for 1.0 and takes either.
  asio::awaitable<Card> fetch_card(Run& run, const Secret& token, const Redactor& redactor,
                                   const std::string& version) const {
    net::Headers protocol{{"Accept", "application/json"}};
    if (version != "0.3") protocol.emplace_back("A2A-Version", "1.0");
    net::HttpRequest request = request_to(settings_.endpoint, "GET", protocol, token);
    const bool is_whole = request.url.target.contains(".json");
    std::optional<Failure> first;
    for (const std::string_view path : card_paths) {
      if (!is_whole) request.url.target = base() + std::string(path);
      run.frame("sent", "GET " + without_query(request.url));
      auto response = co_await net::fetch(run, transport_, request);
      if (!response) co_return std::unexpected(std::move(response).error());
      const std::string body = redactor.taken_out_of(std::move(response->body));
      run.frame("received", head_evidence(*response) + "\n\n" + body);
      if (auto failure = judge(Expect{}, *response)) {
        failure->detail += ", to GET " + without_query(request.url);
        if (!first) first = std::move(failure);
        if (is_whole || response->status != 404) break;
        continue;
      }
      Card card = read_a2a_card(body);
      if (card && version != "auto" && card->old != (version == "0.3"))
        co_return std::unexpected(
            Failure{Reason::protocol,
                    "asked for a card of " + version + ", got one of " + (card->old ? "0.3" : "1.0")});
      co_return card;
    }
    co_return std::unexpected(*std::move(first));
  }

  std::string base() const {
    std::string path = settings_.endpoint.url.target.substr(0, settings_.endpoint.url.target.find('?'));
    while (path.ends_with('/')) path.pop_back();
    return path;
  }

  std::optional<Failure> lacks(const A2aCard& card) const {
    std::string missing, there;
    for (const std::string& skill : settings_.skills)
      if (std::ranges::count(card.skills, skill) == 0) missing += (missing.empty() ? "" : ", ") + skill;
    if (missing.empty()) return std::nullopt;
    for (std::size_t i = 0; i < card.skills.size() && i < 8; ++i)
      there += (i == 0 ? "" : ", ") + one_line(card.skills[i], 60);
    if (card.skills.size() > 8) there += " and " + std::to_string(card.skills.size() - 8) + " more";
    return Failure{Reason::assertion,
                   "the card lacks the skill " + missing + "; it has " + (there.empty() ? "none" : there)};
  }

  // The first place it names that is ours to look at: a card must not send us anywhere. Nothing is said
  // there, and so nothing of ours is told.
  asio::awaitable<Done> reach(Run& run, const A2aCard& card, std::string& elsewhere) const {
    const auto ours = [&](const A2aInterface& each) {
      return each.url.host == settings_.endpoint.url.host ||
             std::ranges::count(settings_.hosts, each.url.host) > 0;
    };
    const auto place = std::ranges::find_if(card.interfaces, ours);
    if (place == card.interfaces.end()) {
      if (!card.interfaces.empty()) elsewhere = one_line(card.interfaces.front().url.text(), 200);
      co_return Done();
    }
    if (!settings_.connect) co_return Done();
    auto stream = co_await net::HttpStream::connect(run, transport_, place->url, settings_.endpoint.tls);
    if (stream) co_return Done();
    Failure failure = std::move(stream).error();
    failure.detail =
        "the place the card names, " + one_line(without_query(place->url), 120) + ": " + failure.detail;
    co_return std::unexpected(std::move(failure));
  }

  static std::string told(const A2aCard& card) {
    return card.name + " " + card.version + ", a card of " + (card.old ? "0.3" : "1.0") + " with " +
           std::to_string(card.skills.size()) + " skills";
  }

  A2aSettings settings_;
  Services& services_;
  net::Transport transport_;
  std::string owner_;
};

A2aSettings read_a2a(config::Fields& fields) {
  A2aSettings settings;
  settings.endpoint = read_endpoint(
      fields,
      "of the agent; its card is at /.well-known/agent-card.json below it, unless it names a .json itself");
  settings.versions = fields.texts(
      "versions", "of the card that must be given when asked for: 1.0, 0.3; left out: 1.0, and 0.3 will do");
  for (const std::string& version : settings.versions)
    if (version != "1.0" && version != "0.3")
      fields.error("versions", "1.0 or 0.3, not " + one_line(version, 40));
  if (settings.versions.empty()) settings.versions = {"auto"};
  settings.skills = fields.texts("skills", "ids of skills that must be on it");
  settings.connect = fields.flag("connect", true, "the place it names for messages must take a connection");
  settings.hosts = fields.texts("hosts", "hosts it may send its readers to, beside that of the url");
  settings.drift = fields.flag("drift", true, "warn once where the card has changed, its signatures apart");
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  config::Fields certificate = fields.child("certificate", "bounds on the certificate's age");
  settings.certificate = read_certificate(certificate);
  return settings;
}

std::unique_ptr<Probe> make_a2a(config::Fields& fields, Services& services) {
  return std::make_unique<A2aProbe>(read_a2a(fields), services, fields.owner());
}

constexpr Reason a2a_reasons[] = {Reason::auth, Reason::forbidden, Reason::rate_limited,
                                  Reason::contract_drift};

}  // namespace

constinit const ProbeType a2a{
    .name = "a2a",
    .summary = "an A2A agent card is as it must be, with the expected skills, and leads somewhere",
    .make = make_a2a,
    .reasons = a2a_reasons,
};

}  // namespace answerback::probes
