#include "platform/llm_client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>

namespace demo {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
namespace json = boost::json;
using asio::ip::tcp;

constexpr auto await = asio::as_tuple(asio::use_awaitable);
constexpr auto patience = std::chrono::seconds(60);
constexpr std::size_t largest_answer = 4 * 1024 * 1024;

std::string error_message(std::string_view body) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  const json::value* message = error ? nullptr : value.find_pointer("/error/message", error);
  return message && message->is_string() ? std::string(message->get_string()) : std::string();
}

// An answer that fits its status.
std::expected<std::string, std::string> outcome(unsigned status, const std::string& body) {
  if (status == 200) return read_completion(body);
  const std::string message = error_message(body);
  return std::unexpected("LLM: HTTP " + std::to_string(status) + (message.empty() ? "" : ": " + message));
}

}  // namespace

std::expected<std::string, std::string> read_completion(std::string_view stream) {
  std::string text;
  bool done = false;
  for (std::size_t at = 0; at < stream.size() && !done;) {
    const std::size_t end = std::min(stream.find('\n', at), stream.size());
    std::string_view line = stream.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with("data:")) continue;
    line.remove_prefix(line.starts_with("data: ") ? 6 : 5);
    if (line == "[DONE]") {
      done = true;
      continue;
    }
    boost::system::error_code error;
    const json::value chunk = json::parse(line, error);
    if (error) return std::unexpected("LLM: a chunk is not JSON");
    if (const std::string message = error_message(line); !message.empty())
      return std::unexpected("LLM: error in the stream: " + message);
    const json::value* content = chunk.find_pointer("/choices/0/delta/content", error);
    if (content && content->is_string()) text += std::string_view(content->get_string());
  }
  if (!done) return std::unexpected("LLM: the stream ended without [DONE]");
  if (text.empty()) return std::unexpected("LLM: an empty completion");
  return text;
}

struct LlmClient::Connection {
  explicit Connection(const asio::any_io_executor& executor) : stream(executor) {}
  beast::tcp_stream stream;
  beast::flat_buffer buffer;
};

struct LlmClient::Waiter {
  asio::steady_timer timer;
};

// The right to one of the connections; given back with the object.
class LlmClient::Turn {
 public:
  explicit Turn(LlmClient& client) : client_(client) { ++client_.busy_; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    --client_.busy_;
    while (!client_.waiting_.empty()) {
      const auto next = client_.waiting_.front().lock();
      client_.waiting_.pop_front();
      if (!next) continue;
      next->timer.cancel();
      break;
    }
  }

 private:
  LlmClient& client_;
};

LlmClient::LlmClient(std::string_view base, std::string key, std::string model, std::size_t connections)
    : key_(std::move(key)), model_(std::move(model)), limit_(connections) {
  const boost::urls::url_view url = boost::urls::parse_uri({base.data(), base.size()}).value();
  host_ = url.encoded_host();
  port_ = url.has_port() ? std::string(url.port()) : "80";
  path_ = std::string(url.encoded_path()) + "/chat/completions";
}

LlmClient::~LlmClient() = default;

void LlmClient::stop() { idle_.clear(); }

asio::awaitable<LlmClient::Outcome> LlmClient::ask(std::string question) {
  const json::object body = {{"model", model_},
                             {"messages", json::array{{{"role", "user"}, {"content", question}}}},
                             {"max_completion_tokens", 400},
                             {"stream", true},
                             {"stream_options", {{"include_usage", true}, {"include_obfuscation", false}}}};
  while (busy_ >= limit_) {
    const auto waiter =
        std::make_shared<Waiter>(asio::steady_timer(co_await asio::this_coro::executor, patience));
    waiting_.push_back(waiter);
    co_await waiter->timer.async_wait(await);
  }
  const Turn turn(*this);
  co_return co_await exchange(json::serialize(body));
}

asio::awaitable<LlmClient::Outcome> LlmClient::exchange(std::string body) {
  const auto executor = co_await asio::this_coro::executor;
  bhttp::request<bhttp::string_body> request(bhttp::verb::post, path_, 11, std::move(body));
  request.set(bhttp::field::host, host_ + ":" + port_);
  request.set(bhttp::field::authorization, "Bearer " + key_);
  request.set(bhttp::field::content_type, "application/json");
  request.prepare_payload();

  for (;;) {
    const bool kept = !idle_.empty();
    std::unique_ptr<Connection> connection;
    if (kept) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    } else {
      connection = std::make_unique<Connection>(executor);
      tcp::resolver resolver(executor);
      const auto [unknown, addresses] = co_await resolver.async_resolve(host_, port_, await);
      if (unknown) co_return std::unexpected("LLM: " + host_ + ": " + unknown.message());
      connection->stream.expires_after(patience);
      const auto [refused, where] = co_await connection->stream.async_connect(addresses, await);
      if (refused) co_return std::unexpected("LLM: connect: " + refused.message());
      boost::system::error_code ignored;
      connection->stream.socket().set_option(tcp::no_delay(true), ignored);
    }
    connection->stream.expires_after(patience);
    const auto [lost, sent] = co_await bhttp::async_write(connection->stream, request, await);
    bhttp::response_parser<bhttp::string_body> answer;
    answer.body_limit(largest_answer);
    boost::system::error_code failed = lost;
    if (!failed) {
      const auto [error, got] =
          co_await bhttp::async_read(connection->stream, connection->buffer, answer, await);
      failed = error;
    }
    if (failed && kept && !answer.got_some()) continue;  // it was closed while idle: again, on another
    if (failed) co_return std::unexpected("LLM: " + failed.message());
    connection->stream.expires_never();
    if (answer.keep_alive()) idle_.push_back(std::move(connection));
    co_return outcome(answer.get().result_int(), answer.get().body());
  }
}

}  // namespace demo
