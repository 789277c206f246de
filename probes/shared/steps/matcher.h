#pragma once
// What a message must be to be the one that a step waits for, or that a rule is about. Pure.
//
//   {prefix: "42", inside: /1, json: {/type: reply}, matches: "regex", text: "2"}
// All of it, in this order: it begins with `prefix`, which the rest does not see; `inside` leads to the text
// that is looked at instead (JSON in a JSON string, the body behind headers); `json` as
// probes/shared/expect/json.h; `matches` is found in it; it is `text` and nothing else. A bare text is {text:
// …}; {} is any message.

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "probes/shared/expect/json.h"
#include "probes/shared/steps/message.h"

namespace answerback::probes {

class Matcher {
 public:
  // From its JSON; or what is wrong with it. Names may stand in `prefix`, `json` and `text`.
  static std::expected<Matcher, std::string> read(const boost::json::value&, const StepScope&);

  // With the values a run has by now in place of their names; only such a one matches.
  Matcher filled(const StepLookup&) const;

  // What is not as wanted, in one line; nullopt: it is the one.
  std::optional<std::string> mismatch(Incoming&) const;
  // The part of a matching message that pointers look at.
  std::string_view part(Incoming&) const;
  const std::string& wanted() const { return wanted_; }  // in one line

 private:
  std::string add(std::string_view key, const boost::json::value&, const StepScope&);
  std::optional<std::string_view> look(Incoming&) const;

  std::string wanted_;
  Template wanted_template_, prefix_template_, text_template_, json_template_;
  bool has_text_ = false, has_json_ = false;
  std::string prefix_, text_;
  JsonExpect json_;
  std::optional<Where> inside_;
  std::optional<Pattern> pattern_;
};

}  // namespace answerback::probes
