#pragma once
// A request and a reply as the routes see them; Beast stays in server.cpp.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace demo {

struct Request {
  std::string method, path, query;
  std::string authorization;
  std::string body = {};
};

struct Reply {
  unsigned status = 200;
  std::string body = {};
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::vector<std::string> events =
      {};  // sent one by one instead of the body, as the data of server-sent events
  std::chrono::milliseconds delay{0};  // before the first byte
  std::chrono::milliseconds gap{0};    // between events
  bool cut = false;                    // half the body, then the connection is closed
};

}  // namespace demo
