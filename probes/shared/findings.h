#pragma once
// What a worker finds out about a database, and its last line, which worker_answer.h reads.

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/result.h"

namespace answerback::probes {

struct Pressure {
  double warn, fail;  // parts of the connections there may be
};

struct Findings {
  Verdict verdict = Verdict::pass;
  Reason reason = Reason::none;
  std::string detail, facts;
  std::optional<std::pair<int, int>> connections;  // used, allowed
  std::uint64_t sent = 0, received = 0;            // bytes

  bool passing() const { return verdict == Verdict::pass; }
  void conclude(Verdict v, Reason r, std::string text) { verdict = v, reason = r, detail = std::move(text); }
  void conclude(Failure failure) { conclude(Verdict::fail, failure.reason, std::move(failure.detail)); }
  void count_connections(int used, int allowed, const Pressure&);  // and conclude where they are too many

  boost::json::object last_line() const;
};

std::string counted(std::size_t n, std::string_view what);  // "1 row", "3 rows"

}  // namespace answerback::probes
