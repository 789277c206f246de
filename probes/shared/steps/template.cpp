#include "probes/shared/steps/template.h"

#include <algorithm>
#include <boost/json.hpp>

#include "credentials/credentials.h"
#include "model/text.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

std::string quoted(std::string_view text) { return json::serialize(json::string(text)); }

// As it stands between the quotes of a JSON string.
std::string escaped(std::string_view text) {
  const std::string whole = quoted(text);
  return whole.substr(1, whole.size() - 2);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool only_placeholder(std::string_view text) {
  return text.starts_with("{{") && text.ends_with("}}") && text.find("}}") == text.size() - 2;
}

std::string unknown_name(std::string_view name, const StepScope& scope) {
  std::string known;
  for (const auto& [constant, value] : scope.constants) known += (known.empty() ? "" : ", ") + constant;
  for (const std::string& one : scope.names) known += (known.empty() ? "" : ", ") + one;
  return "nothing is known as {{" + one_line(name, 40) + "}} here (known: " + known + ")";
}

}  // namespace

std::expected<Template, std::string> Template::of_text(std::string_view text, const StepScope& scope) {
  Template made;
  if (auto added = made.add_text(text, scope, Spot::text); !added) return std::unexpected(added.error());
  return made;
}

std::expected<Template, std::string> Template::of_json(const json::value& value, const StepScope& scope) {
  Template made;
  if (auto added = made.add_json(value, scope); !added) return std::unexpected(added.error());
  return made;
}

Template& Template::append(Template more) {
  std::ranges::move(more.pieces_, std::back_inserter(pieces_));
  return *this;
}

void Template::add_literal(std::string_view text) {
  if (pieces_.empty() || !pieces_.back().name.empty()) pieces_.emplace_back();
  pieces_.back().literal += text;
}

Template::Checked Template::add_text(std::string_view text, const StepScope& scope, Spot spot) {
  const auto literal = [&](std::string_view part) {
    add_literal(spot == Spot::within ? escaped(part) : std::string(part));
  };
  for (;;) {
    const auto begin = text.find("{{");
    literal(text.substr(0, begin));
    if (begin == std::string_view::npos) return {};
    const auto end = text.find("}}", begin);
    if (end == std::string_view::npos) return std::unexpected("a {{ without its }}");
    if (auto added = add_name(text.substr(begin + 2, end - begin - 2), scope, spot); !added) return added;
    text.remove_prefix(end + 2);
  }
}

Template::Checked Template::add_name(std::string_view inside, const StepScope& scope, Spot spot) {
  const auto bar = inside.find('|');
  const std::string_view name = trimmed(inside.substr(0, bar));
  Piece piece{.literal = {}, .name = std::string(name), .parameter = {}, .spot = spot};
  if (bar != std::string_view::npos) {
    const std::string_view filter = trimmed(inside.substr(bar + 1));
    if (filter != "json" && filter != "base64url")
      return std::unexpected("nothing is known as |" + one_line(filter, 40) + " (known: json, base64url)");
    piece.filter = filter == "json" ? Filter::json : Filter::base64url;
  }
  if (const auto constant = scope.constants.find(name); constant != scope.constants.end()) {
    const json::value value = json::parse(constant->second);
    const StepScope within{.constants = {}, .names = scope.names};
    auto parameter =
        value.is_string() ? of_text(std::string_view(value.get_string()), within) : of_json(value, within);
    if (!parameter) return std::unexpected(parameter.error());
    piece.parameter = std::make_shared<const Template>(*std::move(parameter));
    piece.parameter_is_json = !value.is_string();
  } else if (!scope.names.contains(name)) {
    return std::unexpected(unknown_name(name, scope));
  }
  if (pieces_.empty() || !pieces_.back().name.empty()) pieces_.emplace_back();
  piece.literal = std::move(pieces_.back().literal);
  pieces_.back() = std::move(piece);
  return {};
}

Template::Checked Template::add_json(const json::value& value, const StepScope& scope) {
  if (const json::string* text = value.if_string()) {
    if (only_placeholder(*text))
      return add_name(std::string_view(*text).substr(2, text->size() - 4), scope, Spot::value);
    add_literal("\"");
    if (auto added = add_text(*text, scope, Spot::within); !added) return added;
    add_literal("\"");
    return {};
  }
  if (!value.is_structured()) {
    add_literal(json::serialize(value));
    return {};
  }
  std::string_view separator;
  if (const json::array* list = value.if_array()) {
    add_literal("[");
    for (const json::value& item : *list) {
      add_literal(std::exchange(separator, ","));
      if (auto added = add_json(item, scope); !added) return added;
    }
    add_literal("]");
    return {};
  }
  add_literal("{");
  for (const auto& [key, item] : value.get_object()) {
    add_literal(std::string(std::exchange(separator, ",")) + '"');
    if (auto added = add_text(key, scope, Spot::within); !added) return added;
    add_literal("\":");
    if (auto added = add_json(item, scope); !added) return added;
  }
  add_literal("}");
  return {};
}

std::string Template::placed(const Piece& piece, const StepValue& value) {
  const std::string as_json = value.json ? value.text : quoted(value.text);
  if (piece.spot == Spot::value && piece.filter == Filter::none) return as_json;
  const std::string text = piece.filter == Filter::json        ? as_json
                           : piece.filter == Filter::base64url ? base64url(value.text)
                                                               : value.text;
  if (piece.spot == Spot::value) return quoted(text);
  return piece.spot == Spot::within ? escaped(text) : text;
}

std::string Template::fill(const StepLookup& lookup) const {
  std::string text;
  for (const Piece& piece : pieces_) {
    text += piece.literal;
    if (piece.name.empty()) continue;
    text += placed(piece, piece.parameter ? StepValue{piece.parameter->fill(lookup), piece.parameter_is_json}
                                          : lookup(piece.name));
  }
  return text;
}

bool Template::uses(std::string_view name) const {
  return std::ranges::any_of(pieces_, [&](const Piece& piece) {
    return piece.name == name || (piece.parameter && piece.parameter->uses(name));
  });
}

}  // namespace answerback::probes
