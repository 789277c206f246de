#include "probes/shared/steps/matcher.h"

#include <boost/json.hpp>

#include "model/text.h"
#include "probes/shared/steps/read.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr std::string_view keys[] = {"prefix", "inside", "json", "matches", "text"};
constexpr std::size_t shown = 120;  // bytes of what was wanted or seen in a message

std::string got(std::string_view text) { return text.empty() ? "an empty message" : one_line(text, shown); }

// Names stand for text as long as nobody knows their values.
StepValue placeholder(std::string_view) { return {"x", false}; }

template <class To, class T>
std::string put(To& to, std::expected<T, std::string> made) {
  if (!made) return made.error();
  to = *std::move(made);
  return {};
}

}  // namespace

std::expected<Matcher, std::string> Matcher::read(const json::value& value, const StepScope& scope) {
  Matcher matcher;
  json::object object;
  if (const json::object* given = value.if_object())
    object = *given;
  else
    object["text"] = value;
  matcher.wanted_ = object.empty() ? "any message" : one_line(json::serialize(value), shown);
  if (auto wanted = Template::of_json(value, scope); wanted && !object.empty())
    matcher.wanted_template_ = *std::move(wanted);
  for (const auto& [key, item] : object) {
    if (!holds(keys, std::string_view(key)))
      return std::unexpected("unknown key " + one_line(key, 40) +
                             " (known: prefix, inside, json, matches, text)");
    if (const std::string wrong = matcher.add(key, item, scope); !wrong.empty())
      return std::unexpected(std::string(key) + ": " + wrong);
  }
  return matcher;
}

// What is wrong with it, or nothing.
std::string Matcher::add(std::string_view key, const json::value& item, const StepScope& scope) {
  if (key == "json") {
    if (!item.is_object()) return "wants a mapping of JSON pointers, as {/status: healthy}";
    has_json_ = true;
    const std::string wrong = put(json_template_, Template::of_json(item, scope));
    return wrong.empty() ? put(json_, JsonExpect::parse(json_template_.fill(placeholder))) : wrong;
  }
  const auto text = step_text(item);
  if (!text) return text.error();
  has_text_ |= key == "text";
  if (key == "text") return put(text_template_, Template::of_text(*text, scope));
  if (key == "prefix") return put(prefix_template_, Template::of_text(*text, scope));
  if (key == "inside") return put(inside_, Where::parse(*text));
  return put(pattern_, Pattern::parse(*text));
}

Matcher Matcher::filled(const StepLookup& lookup) const {
  Matcher matcher = *this;
  if (const std::string wanted = wanted_template_.fill(lookup); !wanted.empty())
    matcher.wanted_ = one_line(wanted, shown);
  matcher.prefix_ = prefix_template_.fill(lookup);
  matcher.text_ = text_template_.fill(lookup);
  if (has_json_) {
    // An object that was captured is no matcher: then it stays what nothing is equal to.
    if (auto expect = JsonExpect::parse(json_template_.fill(lookup))) matcher.json_ = *std::move(expect);
  }
  return matcher;
}

std::optional<std::string_view> Matcher::look(Incoming& message) const {
  if (!message.text().starts_with(prefix_)) return std::nullopt;
  const std::string_view rest = message.text().substr(prefix_.size());
  if (!inside_) return rest;
  auto found = inside_->find(message, rest);
  return found ? std::optional(message.keep(std::move(found->text))) : std::nullopt;
}

std::string_view Matcher::part(Incoming& message) const { return look(message).value_or(std::string_view()); }

std::optional<std::string> Matcher::mismatch(Incoming& message) const {
  const auto part = look(message);
  if (!part) {
    const std::string what = message.text().starts_with(prefix_)
                                 ? "something at " + one_line(inside_->text(), 60)
                                 : "a message that begins with " + one_line(prefix_, 40);
    return "wanted " + what + ", got " + got(message.text());
  }
  if (has_json_) {
    const json::value* document = message.json(*part);
    if (!document) return "wanted JSON, got " + got(*part);
    if (auto wrong = json_.mismatch_in(*document)) return wrong;
  }
  if (pattern_ && !pattern_->found_in(*part))
    return "wanted a match of " + one_line(pattern_->text(), shown) + ", got " + got(*part);
  if (has_text_ && *part != text_) return "wanted " + got(text_) + ", got " + got(*part);
  return std::nullopt;
}

}  // namespace answerback::probes
