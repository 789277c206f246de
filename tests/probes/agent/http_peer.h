#pragma once
// A server that plays an agent over HTTP, and the real probe that asks it.

#include <map>

#include "net/url.h"
#include "probes/agent/agent.h"
#include "probes/agent/codecs.h"
#include "probes/agent/harness.h"

namespace answerback::probes {

template <class T>
using Awaitable = asio::awaitable<T>;

inline const std::string limits = "limits: {first_event: 200ms, gap: 200ms, tool: 300ms, completion: 3s}";
inline const std::string token_value = "token-of-the-canary-that-nobody-may-see";

inline const std::string stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";
inline std::string chunk(const std::string& text) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}
inline const std::string last_chunk = "0\r\n\r\n";

// The product of the two numbers in what was asked.
inline std::string product_in(const std::string& request) {
  const std::size_t at = request.find("product of ");
  if (at == std::string::npos) return "";
  unsigned long left = 0, right = 0;
  if (std::sscanf(request.c_str() + at, "product of %lu and %lu", &left, &right) != 2) return "";
  return std::to_string(left * right);
}

// A stream with the answer in the place of 3901.
inline std::string answered(std::string stream, const std::string& request) {
  const std::string product = product_in(request);
  if (product.empty()) return stream;
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"\"39\"", "\"" + product.substr(0, 2) + "\""},
        {"is 39\"", "is " + product.substr(0, 2) + "\""},
        {"\"01", "\"" + product.substr(2)},
        {"3901", product}}) {
    for (std::size_t at = 0; (at = stream.find(from, at)) != std::string::npos; at += to.size())
      stream.replace(at, from.size(), to);
  }
  const std::size_t id = request.find("\"id\":\"");  // of JSON-RPC
  if (id != std::string::npos) {
    const std::string sent = request.substr(id + 6, 36);
    for (std::size_t at = 0; (at = stream.find("M-1", at)) != std::string::npos;) stream.replace(at, 3, sent);
  }
  return stream;
}

class OverHttp : public testing::Test {
 protected:
  using Answer = std::function<Awaitable<void>(test::Connection&, const std::string& request)>;

  OverHttp() {
    CredentialSet set;
    set.emplace("canary", BearerCredential{Secret(token_value)});
    loop_.credentials.use(std::make_shared<const CredentialSet>(std::move(set)));
  }

  void serve(Answer answer) {
    bench_.reset();
    requests_.clear();
    peer_.emplace(loop_.io, [this, answer](test::Connection& c) -> Awaitable<void> {
      const std::string request = co_await c.read_http();
      requests_.push_back(request);
      co_await answer(c, request);
    });
  }
  void serve(const std::string& bytes) {
    serve([bytes](test::Connection& c, const std::string& request) -> Awaitable<void> {
      co_await c.write(answered(bytes, request));
    });
  }
  void serve_json(const std::string& body, const std::string& type = "application/json") {
    serve([body, type](test::Connection& c, const std::string& request) -> Awaitable<void> {
      co_await c.write(http_ok(type, answered(body, request)));
    });
  }
  // A stream of chunks, and a good end.
  void stream(const std::string& events) {
    serve([events](test::Connection& c, const std::string& request) -> Awaitable<void> {
      co_await c.write(stream_head + chunk(answered(events, request)) + last_chunk);
    });
  }
  Told run(const std::string& keys = "preset: ag_ui", Duration timeout = std::chrono::seconds(4)) {
    if (!bench_)
      bench_ = std::make_unique<Bench>(loop_, agent, peer_->url("/agent?tenant=1"), limits + "\n    " + keys);
    const Told told = bench_->run(timeout);
    EXPECT_THAT(peer_->errors(), testing::IsEmpty());
    EXPECT_THAT(told.frames(), testing::Not(testing::HasSubstr(token_value)));
    EXPECT_THAT(told.result.detail, testing::Not(testing::HasSubstr(token_value)));
    return told;
  }
  std::vector<std::string> paths() const {
    std::vector<std::string> lines;
    for (const std::string& request : requests_) lines.push_back(request.substr(0, request.find(" HTTP")));
    return lines;
  }
  // Until the server has seen what is said at the close.
  void settle() { loop_.io.restart(), loop_.io.run_for(std::chrono::milliseconds(30)); }

  Loop loop_;
  std::vector<std::string> requests_;
  std::optional<test::Peer> peer_;
  std::unique_ptr<Bench> bench_;
};

}  // namespace answerback::probes
