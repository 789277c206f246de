#pragma once
// How a demo platform is set up; the flags of the program have the same names.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "platform/events.h"

namespace demo {

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  std::string database;    // libpq connection string or URI; empty: threads live in memory only

  std::string jwt_secret = "demo-secret-at-least-32-bytes-long";
  std::string audience = "platform";  // a token's `aud` must hold it
  std::string password = "demo";      // of every user, for /auth/login
  std::chrono::seconds token_life = std::chrono::minutes(15);

  Shape shape = Shape::data;  // of the five events
  std::chrono::milliseconds event_gap{30};

  std::string llm_url;  // base, as in "http://host:port/v1"; empty: the platform's own
  std::string llm_key = "demo-key";
  std::string llm_model = "demo-1";
  std::chrono::milliseconds llm_gap{2};  // between two tokens of a stream
  std::size_t llm_connections = 256;     // at once; further runs wait their turn

  std::chrono::milliseconds ping_every = std::chrono::seconds(20);
  std::chrono::milliseconds sign_in_wait = std::chrono::seconds(2);  // for a token in the first message
  std::size_t max_message = 8192;     // bytes; longer ones are ignored without a word
  std::size_t sockets_per_user = 20;  // 0: any number
};

}  // namespace demo
