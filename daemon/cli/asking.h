#pragma once
// How the client commands ask a running daemon; the one that opens sockets hands itself in.

#include <functional>
#include <string>

namespace answerback::cli {

struct Answer {
  int status = 0;           // of HTTP; 0: none came
  std::string body, error;  // error: why there is no answer
};

using Ask = std::function<Answer(const std::string& path)>;  // "/health?x=y", escaped; never throws

// "https://user:p%40ss@host:9797/prefix/": where a daemon is, and who asks it.
struct Whereabouts {
  std::string origin = {};  // "https://host:9797"
  std::string prefix = {};  // before its paths: "/prefix"
  std::string user = {}, password = {};
  bool names_a_user = false;

  std::string shown() const { return origin + prefix; }  // without the password
};
Whereabouts whereabouts(std::string_view url);
// Why nobody can be asked there; empty: they can.
std::string flaw(const Whereabouts&);

// What to do about an answer of 400, 401 or 429, for whoever typed the command; empty where there is nothing
// to say.
std::string hint(const Answer&, const Whereabouts&);

// A text as part of a path or value of a query.
std::string escaped(std::string_view);

}  // namespace answerback::cli
