#include "probes/redis/redis.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "model/text.h"
#include "net/any_stream.h"
#include "probes/redis/wire.h"

namespace answerback::probes {
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
using Answer = std::expected<RedisReply, Failure>;
using Done = std::expected<void, Failure>;

constexpr std::string_view key_lives = "60000";  // ms: what we could not delete is gone by itself
constexpr int keys_tried = 64;                   // until one belongs to this node of a cluster

std::unexpected<Failure> unlike(std::string_view doing, std::string_view wanted, const RedisReply& got) {
  const bool nothing = got.kind == RedisReply::Kind::null;
  return std::unexpected(Failure{Reason::assertion, std::string(doing) + " wanted " + std::string(wanted) +
                                                        ", got " +
                                                        (nothing ? "nothing" : one_line(got.text, 120))});
}

std::string percent(double share) { return std::to_string(static_cast<int>(share * 100)) + " %"; }

std::optional<double> number(const std::optional<std::string>& text) {
  double value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(value) : std::nullopt;
}

// One connection, one command at a time.
class Conversation {
 public:
  Conversation(Run& run, const RedisSettings& settings, std::unique_ptr<net::AnyStream> stream)
      : run_(run), settings_(settings), stream_(std::move(stream)) {}

  // An error reply is a failure.
  asio::awaitable<Answer> ask(std::vector<std::string> words, std::string_view shown = {}) {
    const std::string doing = words.front();
    run_.frame("sent", shown.empty() ? joined(words) : std::string(shown));
    std::string bytes = redis_command(words);
    for (std::size_t sent = 0; sent < bytes.size();) {
      const auto [error, count] = co_await stream_->async_write_some(
          asio::buffer(bytes.data() + sent, bytes.size() - sent), as_result);
      run_.evidence.sent(count);
      if (error) co_return std::unexpected(failed(error, "sending " + doing));
      sent += count;
    }
    auto reply = co_await read(doing);
    if (!reply) co_return reply;
    reply->text = masked(std::move(reply->text));
    run_.frame("received", reply->text);
    elsewhere_ = false;
    if (reply->kind == RedisReply::Kind::error) {
      elsewhere_ = reply->text.starts_with("MOVED ") || reply->text.starts_with("ASK ");
      co_return std::unexpected(redis_failure(reply->text, doing));
    }
    co_return reply;
  }

  // The last command was good, but its key belongs to another node of a cluster.
  bool elsewhere() const { return elsewhere_; }

 private:
  asio::awaitable<Answer> read(const std::string& doing) {
    char piece[4096];
    for (;;) {
      auto reply = read_redis_reply(unread_);
      if (!reply) {
        reply.error().detail = masked(std::move(reply.error().detail));
        co_return std::unexpected(std::move(reply).error());
      }
      if (*reply) {
        unread_.erase(0, (*reply)->size);
        co_return std::move((*reply)->reply);
      }
      const auto [error, count] = co_await stream_->async_read_some(asio::buffer(piece), as_result);
      run_.evidence.received(count);
      unread_.append(piece, count);
      if (error) co_return std::unexpected(failed(error, "waiting for the answer to " + doing));
    }
  }

  Failure failed(const boost::system::error_code& error, const std::string& doing) const {
    return settings_.tls ? net::tls_failure(error, doing) : net::socket_failure(error, doing);
  }

  static std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
  }

  // A server that does not know AUTH repeats what it was given.
  std::string masked(std::string text) const {
    if (settings_.password.empty()) return text;
    constexpr std::string_view mask = "<secret>";
    for (std::size_t at = 0; (at = text.find(settings_.password, at)) != std::string::npos; at += mask.size())
      text.replace(at, settings_.password.size(), mask);
    return text;
  }

  Run& run_;
  const RedisSettings& settings_;
  std::unique_ptr<net::AnyStream> stream_;
  std::string unread_;
  bool elsewhere_ = false;
};

class RedisProbe final : public Probe {
 public:
  RedisProbe(RedisSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    auto socket = co_await net::connect(run, services_.dns, settings_.address.host, settings_.address.port);
    if (!socket) co_return ProbeResult::fail(std::move(socket).error());
    std::unique_ptr<net::AnyStream> stream;
    if (settings_.tls) {
      auto secured = co_await services_.tls.handshake(run, *std::move(socket), settings_.tls_settings,
                                                      settings_.address.host);
      if (!secured) co_return ProbeResult::fail(std::move(secured).error());
      stream = net::any_stream(*std::move(secured));
    } else {
      stream = net::any_stream(*std::move(socket));
    }
    Conversation talk(run, settings_, std::move(stream));
    auto ready = co_await sign_in(run, talk);
    if (ready) ready = co_await use(run, talk);
    if (!ready) co_return ProbeResult::fail(std::move(ready).error());
    co_return co_await look(run, talk, began);
  }

 private:
  asio::awaitable<Done> sign_in(Run& run, Conversation& talk) const {
    if (settings_.password.empty() && settings_.database == 0) co_return Done();
    run.enter(Phase::sign_in);
    if (!settings_.password.empty()) {
      std::vector<std::string> words = {"AUTH"};
      if (!settings_.user.empty()) words.push_back(settings_.user);
      words.push_back(settings_.password);
      if (auto reply = co_await talk.ask(std::move(words), "AUTH <secret>"); !reply)
        co_return std::unexpected(std::move(reply).error());
    }
    if (settings_.database != 0)
      if (auto reply = co_await talk.ask({"SELECT", std::to_string(settings_.database)}); !reply) {
        Failure failure = std::move(reply).error();
        if (failure.reason == Reason::protocol) failure.reason = Reason::no_database;
        co_return std::unexpected(std::move(failure));
      }
    co_return Done();
  }

  asio::awaitable<Done> use(Run& run, Conversation& talk) const {
    run.enter(Phase::ping, Reason::query_timeout);
    auto pong = co_await talk.ask({"PING"});
    if (!pong) co_return std::unexpected(std::move(pong).error());
    if (pong->text != "PONG") co_return unlike("PING", "PONG", *pong);
    if (!settings_.write) co_return Done();

    run.enter(Phase::query);
    const std::string value = trace_id(run.id), first_key = "answerback:canary:" + value;
    std::string key = first_key;
    auto set = co_await talk.ask({"SET", key, value, "PX", std::string(key_lives)});
    for (int tried = 1; talk.elsewhere(); ++tried) {
      if (tried == keys_tried)
        co_return std::unexpected(Failure{
            Reason::read_only, "none of " + std::to_string(keys_tried) +
                                   " keys belongs to this node of the cluster: is it a replica? The last " +
                                   set.error().detail});
      key = first_key + ":" + std::to_string(tried);
      set = co_await talk.ask({"SET", key, value, "PX", std::string(key_lives)});
    }
    if (!set) co_return std::unexpected(std::move(set).error());
    if (set->text != "OK") co_return unlike("SET", "OK", *set);
    auto got = co_await talk.ask({"GET", key});
    if (!got) co_return std::unexpected(std::move(got).error());
    if (got->text != value) co_return unlike("GET", "what was just written, " + value, *got);
    auto deleted = co_await talk.ask({"DEL", key});
    if (!deleted) co_return std::unexpected(std::move(deleted).error());
    if (deleted->text != "1") co_return unlike("DEL", "1", *deleted);
    co_return Done();
  }

  asio::awaitable<ProbeResult> look(Run& run, Conversation& talk, Steady began) const {
    std::string detail = settings_.write ? "PONG; a key written, read and deleted" : "PONG";
    if (settings_.role != "any") {
      run.enter(Phase::role);
      auto info = co_await talk.ask({"INFO", "replication"});
      if (!info) co_return ProbeResult::fail(std::move(info).error());
      const auto said = redis_info(info->text, "role");
      if (!said)  // what watches over Redis has no role, and speaks its protocol
        co_return ProbeResult::fail(Reason::assertion,
                                    "it is no Redis server (a Sentinel?), wanted a " + settings_.role);
      const std::string role = *said == "master" ? "primary" : "replica";
      if (role != settings_.role)
        co_return ProbeResult::fail(Reason::read_only, "it is a " + role + ", wanted a " + settings_.role);
      if (role == "replica" && redis_info(info->text, "master_link_status") == "down")
        co_return ProbeResult::fail(Reason::not_ready, "a replica that has lost its primary");
      detail += ", " + role;
    }
    std::optional<ProbeResult> full;
    if (settings_.memory_warn || settings_.memory_fail) {
      run.enter(Phase::pressure);
      auto info = co_await talk.ask({"INFO", "memory"});
      if (!info) co_return ProbeResult::fail(std::move(info).error());
      full = judge_memory(info->text);
    }
    if (full && full->verdict == Verdict::fail) co_return *std::move(full);
    std::optional<ProbeResult> certificate;
    if (const auto end = certificate_end(run.evidence))
      certificate = judge(settings_.certificate, *end, run.clock.wall());
    ProbeResult result =
        worst(std::move(detail), judge(settings_.slow, run.clock.now() - began), std::move(certificate));
    if (result.verdict == Verdict::pass && full) co_return *std::move(full);
    co_return result;
  }

  std::optional<ProbeResult> judge_memory(std::string_view info) const {
    const auto used = number(redis_info(info, "used_memory")), most = number(redis_info(info, "maxmemory"));
    if (!used || !most || *most <= 0) return std::nullopt;  // no limit of its own
    const double share = *used / *most;
    const std::string detail =
        "memory is " + percent(share) + " full (" + redis_info(info, "maxmemory_policy").value_or("") + ")";
    if (settings_.memory_fail && share >= *settings_.memory_fail)
      return ProbeResult::fail(Reason::overloaded, detail);
    if (settings_.memory_warn && share >= *settings_.memory_warn)
      return ProbeResult::warn(Reason::overloaded, detail);
    return std::nullopt;
  }

  RedisSettings settings_;
  Services& services_;
};

std::unique_ptr<Probe> make(config::Fields& fields, Services& services) {
  return std::make_unique<RedisProbe>(read_redis(fields), services);
}

std::optional<double> read_share(config::Fields& fields, std::string_view key, std::string_view doc) {
  const double share = fields.number(key, 0, 0, 1, doc);
  return share > 0 ? std::optional(share) : std::nullopt;
}

constexpr Reason own_reasons[] = {Reason::auth,      Reason::forbidden,   Reason::not_ready,
                                  Reason::read_only, Reason::overloaded,  Reason::too_many_connections,
                                  Reason::assertion, Reason::no_database, Reason::query_timeout,
                                  Reason::slow};

}  // namespace

RedisSettings read_redis(config::Fields& fields) {
  RedisSettings settings;
  settings.address = fields.required_parsed<net::HostPort>("address", "host:port", net::parse_host_port);
  settings.user = fields.text("user", "", "of an access control list; left out: the default user");
  settings.password = fields.secret("password", "sent with AUTH").reveal();
  settings.database = fields.integer("database", 0, 0, 1'000'000, "number of the logical database");
  settings.tls = fields.flag("tls", false, "speak TLS from the first byte");
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  settings.tls_settings = read_tls(tls);
  settings.write = fields.flag(
      "write", false, "write, read and delete a key of our own (answerback:canary:…, gone after a minute)");
  settings.role = fields.one_of("role", "any", {"any", "primary", "replica"}, "what it must be");
  config::Fields memory =
      fields.child("memory", "bounds on used_memory as a share of maxmemory, where that is set");
  settings.memory_warn = read_share(memory, "warn", "warn at this share, like 0.9; 0: never");
  settings.memory_fail = read_share(memory, "fail", "fail at this share; 0: never");
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  config::Fields certificate = fields.child("certificate", "bounds on the certificate's age");
  settings.certificate = read_certificate(certificate);
  if (!settings.user.empty() && settings.password.empty())
    fields.error("user", "has no effect without a password");
  if (!settings.tls && (fields.has("tls_config") || fields.has("certificate")))
    fields.error(fields.has("tls_config") ? "tls_config" : "certificate", "has no effect without tls: true");
  return settings;
}

constinit const ProbeType redis{
    .name = "redis",
    .summary = "Redis signs us in and answers; where asked a key is written, read and deleted",
    .make = make,
    .reasons = own_reasons,
};

}  // namespace answerback::probes
