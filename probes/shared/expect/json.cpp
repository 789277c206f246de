#include "probes/shared/expect/json.h"

#include <boost/json.hpp>
#include <functional>
#include <vector>

#include "model/text.h"
#include "probes/shared/expect/body.h"
#include "probes/shared/expect/pattern.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // clients ignore it (RFC 8259 section 8.1)

constexpr std::size_t shown = 100;  // bytes of a value or pointer in a message
constexpr std::size_t keys_shown = 8;

std::string show(const json::value& value) { return one_line(json::serialize(value), shown); }

std::string quoted(std::string_view pointer) {
  return pointer.empty() ? "the document" : std::string(pointer);
}

bool equal(const json::value& a, const json::value& b) {
  if (a.is_number() && b.is_number() && (a.is_double() || b.is_double())) {
    return a.to_number<double>() == b.to_number<double>();
  }
  if (a.is_array() && b.is_array()) {
    return std::ranges::equal(a.get_array(), b.get_array(), equal);
  }
  if (a.is_object() && b.is_object()) {
    if (a.get_object().size() != b.get_object().size()) return false;
    return std::ranges::all_of(a.get_object(), [&](const json::key_value_pair& member) {
      const json::value* other = b.get_object().if_contains(member.key());
      return other && equal(member.value(), *other);
    });
  }
  return a == b;
}

// One thing a value must be. `holds` gets null where the pointer leads nowhere.
struct Check {
  std::string wanted;
  std::function<bool(const json::value*)> holds;
};

struct Rule {
  std::string pointer;
  std::vector<Check> checks;
};

using Made = std::expected<Check, std::string>;

Check on_value(std::string wanted, std::function<bool(const json::value&)> holds) {
  return {std::move(wanted),
          [holds = std::move(holds)](const json::value* value) { return value && holds(*value); }};
}

Check equals(const json::value& wanted) {
  return on_value(show(wanted), [wanted](const json::value& value) { return equal(value, wanted); });
}

Made compare(std::string_view name, const json::value& bound) {
  if (!bound.is_number()) return std::unexpected(std::string(name) + " wants a number, not " + show(bound));
  const double limit = bound.to_number<double>();
  const bool above = name == "above";
  return on_value("a number " + std::string(name) + " " + show(bound),
                  [limit, above](const json::value& value) {
                    if (!value.is_number()) return false;
                    const double number = value.to_number<double>();
                    return above ? number > limit : number < limit;
                  });
}

Made matches(const json::value& text) {
  if (!text.is_string()) return std::unexpected("matches wants a regular expression, not " + show(text));
  auto pattern = Pattern::parse(std::string_view(text.get_string()));
  if (!pattern) return std::unexpected(pattern.error());
  return on_value("a match of " + show(text), [pattern = *std::move(pattern)](const json::value& value) {
    if (value.is_string()) return pattern.found_in(std::string_view(value.get_string()));
    return !value.is_structured() && pattern.found_in(json::serialize(value));
  });
}

Made check_named(std::string_view name, const json::value& argument) {
  if (name == "equals") return equals(argument);
  if (name == "above" || name == "below") return compare(name, argument);
  if (name == "matches") return matches(argument);
  if (name == "not") {
    return on_value("anything but " + show(argument),
                    [argument](const json::value& value) { return !equal(value, argument); });
  }
  if (name == "one_of") {
    if (!argument.is_array()) return std::unexpected("one_of wants a list, not " + show(argument));
    return on_value("one of " + show(argument), [argument](const json::value& value) {
      return std::ranges::any_of(argument.get_array(),
                                 [&](const json::value& one) { return equal(value, one); });
    });
  }
  if (name == "exists") {
    if (!argument.is_bool()) return std::unexpected("exists wants true or false, not " + show(argument));
    const bool wanted = argument.get_bool();
    return Check{wanted ? "something there" : "nothing there",
                 [wanted](const json::value* value) { return (value != nullptr) == wanted; }};
  }
  return std::unexpected(
      "unknown matcher " + one_line(name, shown) +
      " (known: equals, not, one_of, matches, above, below, exists; an object is matched by {equals: …})");
}

std::expected<std::vector<Check>, std::string> checks_of(const json::value& matcher) {
  if (!matcher.is_object()) return std::vector{equals(matcher)};
  std::vector<Check> checks;
  for (const auto& [name, argument] : matcher.get_object()) {
    Made check = check_named(std::string_view(name), argument);
    if (!check) return std::unexpected(check.error());
    checks.push_back(*std::move(check));
  }
  if (checks.empty()) return std::unexpected("an empty matcher");
  return checks;
}

const json::value* at(const json::value& document, std::string_view pointer) {
  json::error_code ignored;
  return document.find_pointer(pointer, ignored);
}

// What is where the pointer leads, or where it stops leading anywhere.
std::string seen(const json::value& document, std::string_view pointer) {
  if (const json::value* value = at(document, pointer)) return "got " + show(*value);
  const json::value* parent = nullptr;
  while (!parent) {
    pointer = pointer.substr(0, pointer.rfind('/'));
    parent = at(document, pointer);
  }
  std::string text = "found nothing; " + quoted(pointer);
  if (const auto* list = parent->if_array()) return text + " is a list of " + std::to_string(list->size());
  const auto* object = parent->if_object();
  if (!object) return text + " is " + show(*parent);
  if (object->empty()) return text + " is empty";
  text += " has the keys ";
  std::size_t listed = 0;
  for (const auto& member : *object) {
    if (listed == keys_shown) {
      return text + " and " + std::to_string(object->size() - listed) + " more";
    }
    text += (listed++ == 0 ? "" : ", ") + one_line(std::string_view(member.key()), 40);
  }
  return text;
}

std::string not_json(std::string_view document, std::string_view content_type, std::string_view why) {
  std::string what = "wanted JSON, got " + describe_body(document);
  if (!content_type.empty()) what += " [" + one_line(content_type, 60) + "]";
  return document.empty() || looks_like_html(document) ? what : what + " (" + std::string(why) + ")";
}

bool is_pointer(std::string_view text) {
  static const auto syntax = Pattern::parse("(?s)^(/([^/~]|~[01])*)*$");
  return syntax->found_in(text);
}

}  // namespace

struct JsonExpect::Rules {
  std::vector<Rule> all;
};

std::expected<JsonExpect, std::string> JsonExpect::parse(std::string_view text) {
  json::error_code error;
  const json::value mapping = json::parse(text, error);
  if (error || !mapping.is_object())
    return std::unexpected("wants a mapping of JSON pointers, as {/status: healthy}");
  auto rules = std::make_shared<Rules>();
  for (const auto& [key, matcher] : mapping.get_object()) {
    const std::string_view pointer(key);
    if (!is_pointer(pointer)) {
      return std::unexpected("no JSON pointer: " + one_line(pointer, shown) +
                             " (it begins with /, as /data/0/name)");
    }
    auto checks = checks_of(matcher);
    if (!checks) return std::unexpected(one_line(pointer, shown) + ": " + checks.error());
    rules->all.push_back({std::string(pointer), *std::move(checks)});
  }
  JsonExpect expect;
  if (!rules->all.empty()) expect.rules_ = std::move(rules);
  return expect;
}

std::optional<std::string> JsonExpect::mismatch(std::string_view document,
                                                std::string_view content_type) const {
  if (!rules_) return std::nullopt;
  json::error_code error;
  if (document.starts_with(byte_order_mark)) document.remove_prefix(byte_order_mark.size());
  const json::value value = json::parse(document, error, {}, {.max_depth = 32});
  if (error) return not_json(document, content_type, error.message());
  return mismatch_in(value);
}

std::optional<std::string> JsonExpect::mismatch_in(const json::value& value) const {
  if (!rules_) return std::nullopt;
  std::string first;
  std::size_t more = 0;
  for (const Rule& rule : rules_->all) {
    const json::value* there = at(value, rule.pointer);
    for (const Check& check : rule.checks) {
      if (check.holds(there)) continue;
      if (!first.empty()) {
        ++more;
      } else {
        first = one_line(quoted(rule.pointer), shown) + ": wanted " + check.wanted + ", " +
                seen(value, rule.pointer);
      }
    }
  }
  if (first.empty()) return std::nullopt;
  return more == 0 ? first : first + " (and " + std::to_string(more) + " more)";
}

}  // namespace answerback::probes
