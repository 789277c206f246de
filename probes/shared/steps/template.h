#pragma once
// Text with places to be filled in while a dialogue goes on: {{question}}, {{token}}, {{sid}}. Pure.
//
//   {{name}}             in plain text: as it is; within a JSON string: escaped for it; a JSON string that is
//                        nothing else: the value as it is, be it text, number or object
//   {{name|json}}        as JSON: a text gets its quotes; within a JSON string all of it is escaped once more
//   {{name|base64url}}   as base64url, without padding
// ${…} is something else: it is filled in from the environment when the configuration is loaded.

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace answerback::probes {

struct StepValue {
  std::string text;
  bool json = false;  // `text` is JSON, and no string
};
using StepValues = std::map<std::string, StepValue, std::less<>>;
using StepLookup = std::function<StepValue(std::string_view name)>;  // of names that are in scope

// What names stand for at some place of a script.
struct StepScope {
  std::map<std::string, std::string, std::less<>> constants =
      {};                                         // parameters: JSON text, may hold {{names}}
  std::set<std::string, std::less<>> names = {};  // known when the text is filled
};

class Template {
 public:
  // Or what is wrong with it: a name that nobody knows, a {{ without its }}.
  static std::expected<Template, std::string> of_text(std::string_view, const StepScope&);
  static std::expected<Template, std::string> of_json(const boost::json::value&, const StepScope&);

  Template& append(Template);
  std::string fill(const StepLookup&) const;
  bool uses(std::string_view name) const;

 private:
  enum class Spot : std::uint8_t { text, within, value };  // plain text, within a JSON string, instead of one
  enum class Filter : std::uint8_t { none, json, base64url };
  struct Piece {
    std::string literal;                        // comes first
    std::string name;                           // empty: only the literal
    std::shared_ptr<const Template> parameter;  // what it stands for, where that is known already
    bool parameter_is_json = false;
    Filter filter = Filter::none;
    Spot spot = Spot::text;
  };
  using Checked = std::expected<void, std::string>;

  Checked add_text(std::string_view, const StepScope&, Spot);
  Checked add_json(const boost::json::value&, const StepScope&);
  Checked add_name(std::string_view inside, const StepScope&, Spot);
  void add_literal(std::string_view);
  static std::string placed(const Piece&, const StepValue&);

  std::vector<Piece> pieces_;
};

}  // namespace answerback::probes
