#pragma once
// One received message, as matchers and pointers look at it: its text, or the JSON in a part of it, parsed
// once however many of them look. Pure.

#include <boost/json/value.hpp>
#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "probes/shared/expect/pattern.h"
#include "probes/shared/steps/template.h"

namespace answerback::probes {

class Incoming {
 public:
  explicit Incoming(std::string text) : text_(std::move(text)) {}
  Incoming(const Incoming&) = delete;  // what it gave points into it
  Incoming& operator=(const Incoming&) = delete;

  std::string_view text() const { return text_; }
  // Null where the part is no JSON, or nested deeper than 32. `part` lies within text() or was given by
  // keep().
  const boost::json::value* json(std::string_view part);
  std::string_view keep(std::string part);  // a part made from it, to look at

 private:
  struct Parsed {
    std::string_view part;
    std::optional<boost::json::value> value;
  };
  std::string text_;
  std::deque<std::string> kept_;
  std::deque<Parsed> parsed_;
};

// Where in a message something is: a JSON pointer ("/data/0/id"), or a regular expression with one group.
class Where {
 public:
  static std::expected<Where, std::string> parse(std::string_view);
  // What is there in this part of the message; nullopt where the way leads nowhere. Null is nothing.
  std::optional<StepValue> find(Incoming&, std::string_view part) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::optional<Pattern> pattern_;
};

}  // namespace answerback::probes
