#pragma once
// What a JSON answer must hold: JSON pointers (RFC 6901) to values or matchers.
//   /status: healthy             equal; 1 and 1.0 are equal, "1" and 1 are not
//   /version: {matches: "^2\\."}   text, or the JSON of a number or boolean
//   /state: {one_of: [idle, busy]}
//   /error: {exists: false}
//   /queue: {above: 0, below: 100, not: 13}   all of them
//   /limits: {equals: {rpm: 5}}   an object that is no matcher
// A pointer that leads nowhere satisfies only {exists: false}.

#include <boost/json/fwd.hpp>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace answerback::probes {

class JsonExpect {
 public:
  // From the JSON text of the mapping; or what is wrong with it.
  static std::expected<JsonExpect, std::string> parse(std::string_view json);

  bool empty() const { return !rules_; }

  // What is not as wanted, in one line naming the pointer, the wanted and the seen; nullopt if all is. A
  // document that is no JSON, or nested deeper than 32, is told by its first bytes and `content_type`.
  std::optional<std::string> mismatch(std::string_view document, std::string_view content_type = {}) const;
  // The same for one that has been parsed.
  std::optional<std::string> mismatch_in(const boost::json::value& document) const;

 private:
  struct Rules;
  std::shared_ptr<const Rules> rules_;
};

}  // namespace answerback::probes
