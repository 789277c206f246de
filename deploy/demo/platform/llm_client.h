#pragma once
// How the agent asks its model: POST {base}/chat/completions over real HTTP, streamed. Connections are kept
// and used again; beyond the limit, questions wait for a free one.

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

namespace asio = boost::asio;

// The text of a streamed answer, or why it is none: an error object, no [DONE], nothing said.
std::expected<std::string, std::string> read_completion(std::string_view event_stream);

class LlmClient {
 public:
  // `base`: "http://host:port/v1".
  LlmClient(std::string_view base, std::string key, std::string model, std::size_t connections);
  ~LlmClient();
  // The model's answer, or what went wrong: "LLM: HTTP 429: Rate limit reached".
  asio::awaitable<std::expected<std::string, std::string>> ask(std::string question);
  void stop();  // closes what is idle

 private:
  struct Connection;
  class Turn;
  using Outcome = std::expected<std::string, std::string>;
  asio::awaitable<Outcome> exchange(std::string body);

  std::string host_, port_, path_, key_, model_;
  std::size_t limit_, busy_ = 0;
  std::vector<std::unique_ptr<Connection>> idle_;
  struct Waiter;
  std::deque<std::weak_ptr<Waiter>> waiting_;
};

}  // namespace demo
