#include "platform/session.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "platform/agent.h"
#include "platform/routes.h"
#include "platform/sign_in.h"
#include "platform/wire.h"

namespace demo {
namespace {

namespace json = boost::json;

constexpr std::string_view jwt_protocol = "jwt-auth", jwt_prefix = "jwt.";

// What the client offers in Sec-WebSocket-Protocol.
struct Offer {
  bool any = false, jwt = false;
  std::string token;
};

Offer offer_of(std::string_view header) {
  Offer offer;
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    std::string_view one = header.substr(0, comma);
    header.remove_prefix(std::min(comma + 1, header.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    offer.any = true;
    if (one == jwt_protocol) offer.jwt = true;
    if (one.starts_with(jwt_prefix)) offer.token = decode_base64url(one.substr(jwt_prefix.size()));
  }
  return offer;
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string frame(json::object fields) {
  fields["timestamp"] = timestamp();
  return json::serialize(fields);
}

class Session final : public Outlet, public std::enable_shared_from_this<Session> {
 public:
  Session(CorePtr core, asio::ip::tcp::socket socket)
      : core_(std::move(core)),
        heartbeat_(socket.get_executor()),
        wire_(std::make_shared<Wire>(std::move(socket))) {}

  bool open() const override { return wire_->open(); }
  void text(std::string bytes) override { wire_->send(std::move(bytes)); }
  void binary(std::string bytes) override { wire_->send(std::move(bytes), true); }
  void turn_away(const std::string& code, const std::string& message) override {
    text(frame({{"type", "error_message"}, {"error_code", code}, {"message", message}}));
    wire_->close(1008, message);
  }
  void cut() override {
    heartbeat_.cancel();
    wire_->cut();
  }

  asio::awaitable<void> run(UpgradeRequest request);

 private:
  bool on(Fault fault) const { return core_->faults.on(fault); }
  asio::awaitable<std::string> first_message_token();
  asio::awaitable<void> until_closed();
  asio::awaitable<void> welcome();
  asio::awaitable<void> converse();
  void ping();
  void take(const std::string& message);
  void request(const std::string& type, const json::object& message);

  CorePtr core_;
  asio::steady_timer heartbeat_;
  std::shared_ptr<Wire> wire_;
  std::string user_;
  bool owes_pong_ = false, first_request_ = true;
};

asio::awaitable<void> Session::run(UpgradeRequest request) {
  namespace http = boost::beast::http;
  const Offer offer = offer_of(std::string(request[http::field::sec_websocket_protocol]));
  const std::string_view target(request.target().data(), request.target().size());
  const std::size_t mark = target.find('?');
  const std::string query(mark == std::string_view::npos ? "" : target.substr(mark + 1));
  const std::string authorization(request[http::field::authorization]);
  if (!co_await wire_->accept(request, std::string(offer.jwt ? jwt_protocol : ""))) co_return;
  request = {};

  if (on(Fault::closed_1011)) {
    wire_->close(1011, "Internal error");
    co_return co_await until_closed();
  }
  std::string token(bearer(authorization));
  if (token.empty()) token = offer.token;
  if (token.empty()) token = query_value(query, "token");
  if (token.empty() && offer.any && !offer.jwt) {
    wire_->close(1003, "No supported subprotocol");
    co_return co_await until_closed();
  }
  if (token.empty() && !on(Fault::open_socket)) token = co_await first_message_token();

  const std::string secret =
      core_->options.jwt_secret + (on(Fault::split_secret) ? "-of-another-service" : "");
  auto user = verify_token(token, core_->options.audience, secret);
  if (on(Fault::open_socket) && !user) user = "anybody";
  if (on(Fault::token_refused) && user) user = std::unexpected(Refusal::validation_failed);
  if (!user) {
    ++core_->counters.refused;
    core_->journal.note("socket refused: " + std::string(error_code(user.error())));
    turn_away(std::string(error_code(user.error())), std::string(explain(user.error())));
    co_return co_await until_closed();
  }
  user_ = *std::move(user);
  if (on(Fault::connection_limit)) {
    turn_away("CONNECTION_LIMIT", "Too many connections of this user");
    co_return co_await until_closed();
  }
  co_await converse();
}

asio::awaitable<std::string> Session::first_message_token() {
  heartbeat_.expires_after(core_->options.sign_in_wait);
  heartbeat_.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
    const auto self = weak.lock();
    if (self && !cancelled)
      self->turn_away(std::string(error_code(Refusal::no_token)), std::string(explain(Refusal::no_token)));
  });
  const auto message = co_await wire_->read(core_->options.max_message);
  heartbeat_.cancel();
  if (!message) co_return std::string();
  boost::system::error_code error;
  const json::value value = json::parse(*message, error);
  const json::object* fields = error ? nullptr : value.if_object();
  co_return fields&& text_at(*fields, "type") == "auth" ? text_at(*fields, "token") : std::string();
}

asio::awaitable<void> Session::until_closed() {
  while (co_await wire_->read(0)) continue;
}

asio::awaitable<void> Session::converse() {
  const auto place = core_->roll.join(user_, weak_from_this());
  ++core_->counters.sockets;
  ++core_->counters.open_sockets;
  const std::size_t most = core_->options.sockets_per_user;
  if (most > 0)
    if (const auto oldest = core_->roll.one_too_many(user_, most)) {
      core_->journal.note("socket limit of " + user_ + " reached");
      oldest->turn_away("CONNECTION_LIMIT", "Too many connections of this user");
    }

  co_await welcome();
  ping();
  while (const auto message = co_await wire_->read(core_->options.max_message))
    if (!message->empty()) take(*message);

  heartbeat_.cancel();
  --core_->counters.open_sockets;
  core_->roll.leave(user_, place);
}

asio::awaitable<void> Session::welcome() {
  if (on(Fault::no_welcome)) co_return;
  if (on(Fault::welcome_late))
    co_await pause(std::chrono::milliseconds(core_->faults.value(Fault::welcome_late)));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(core_->options.ping_every).count();
  text(frame(
      {{"type", "system_message"},
       {"data",
        {{"event", "connection_established"},
         {"connection_ready", true},
         {"startup_complete", !on(Fault::not_started)},
         {"environment", "demo"},
         {"user_id", user_},
         {"config", {{"heartbeat_interval", seconds}, {"max_message_size", core_->options.max_message}}}}}}));
  if (on(Fault::degraded_notice))
    text(frame({{"type", "system_message"},
                {"data",
                 {{"event", "service_info"},
                  {"message", "Some services are starting up, with limited functionality"},
                  {"missing_dependencies", {"agent_supervisor", "thread_service"}},
                  {"fallback_active", true}}}}));
}

// Now and every so often. A client that owes a pong is not pinged again, nor closed.
void Session::ping() {
  if (!open() || owes_pong_) return;
  text(frame({{"type", "ping"}}));
  owes_pong_ = true;
  heartbeat_.expires_after(core_->options.ping_every);
  heartbeat_.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
    const auto self = weak.lock();
    if (self && !cancelled) self->ping();
  });
}

void Session::take(const std::string& message) {
  boost::system::error_code error;
  const json::value value = json::parse(message, error);
  const json::object* fields = error ? nullptr : value.if_object();
  if (!fields)
    return text(
        frame({{"type", "error_message"}, {"error_code", "INVALID_JSON"}, {"message", "Not a JSON object"}}));
  const std::string type = text_at(*fields, "type");
  if (type == "pong") {
    owes_pong_ = false;
    ++core_->counters.pongs;
  } else if (type == "ping") {
    if (!on(Fault::no_pong)) text(frame({{"type", "pong"}}));
  } else if (type == "heartbeat") {
    if (!on(Fault::no_pong)) text(frame({{"type", "heartbeat_ack"}, {"status", "healthy"}}));
  } else if (type == "start_agent" || type == "user_message" || type == "chat") {
    request(type, *fields);
  } else {
    text(frame({{"type", "ack"}, {"received_type", type}}));
  }
}

void Session::request(const std::string& type, const json::object& message) {
  if (on(Fault::unrecognised)) return text(frame({{"type", "ack"}, {"received_type", type}}));
  const json::value* nested = message.if_contains("payload");
  const json::object payload = nested && nested->is_object() ? nested->get_object() : json::object();

  Job job{user_, random_id(), text_at(payload, "thread_id"), {}};
  if (job.thread.empty()) job.thread = random_id();
  if (on(Fault::contract) && type == "start_agent")
    job.text = text_at(payload, "query");
  else
    for (const char* key : {"user_request", "content", "message", "text"})
      if (job.text.empty()) job.text = text_at(payload, key);

  // The silence at the bottom of the incident: what the handler cannot use, it logs and drops.
  const bool first = std::exchange(first_request_, false);
  if (job.text.empty() || on(Fault::agent_silent) || on(Fault::not_started) ||
      (first && on(Fault::first_lost))) {
    ++core_->counters.dropped;
    core_->journal.note(type + " of " + user_ + " dropped" +
                        (job.text.empty() ? ": no text where one is wanted" : ""));
    return;
  }
  if (on(Fault::late_answer)) {
    std::swap(job, core_->unanswered[user_]);
    if (job.text.empty()) return;
  }
  core_->tasks.spawn(run_agent(core_, shared_from_this(), std::move(job)));
}

}  // namespace

asio::awaitable<void> serve_socket(CorePtr core, asio::ip::tcp::socket socket, UpgradeRequest request) {
  const auto session = std::make_shared<Session>(std::move(core), std::move(socket));
  co_await session->run(std::move(request));
}

}  // namespace demo
