#pragma once
// The plain answers of Kubernetes' API server to /livez and /readyz, to the letter, except that we fail with
// 503.

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace answerback::http {

struct NamedCheck {
  std::string name;
  bool ok;
  std::string why = {};  // where it is ours to tell: what is not known, never what a target said
};

// `name` is that of the whole: "readyz". Takes ?verbose and any number of ?exclude=NAME. A failure is always
// verbose, and has a line of its own, "why: db: no verdict yet", where something is not known. Who may not
// know the names of the checks is told how the whole went.
Response kube_answer(std::string_view name, const std::vector<NamedCheck>&, const Request&);

}  // namespace answerback::http
