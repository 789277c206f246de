// Scalars.
#include "config/fields.h"

#include <cstdint>
#include <utility>

#include "config/fields_state.h"
#include "config/masking.h"
#include "config/render.h"
#include "config/scalars.h"

namespace answerback::config {
namespace {

// One value of type T behind `key`: what was read, or nothing where it is left out or wrong (and then
// reported).
template <class T, class ReadValue>
std::optional<T> read(const Fields::State& state, std::string_view key, std::string_view wanted,
                      ReadValue read_value) {
  const Node* node = state.scalar(key, wanted);
  if (node == nullptr) return std::nullopt;
  Parsed<T> value = read_value(*node);
  if (value) return *std::move(value);
  state.error(key, value.error(), show_of(*node));
  return std::nullopt;
}

std::string range(std::int64_t least, std::int64_t most) {
  const bool low = least > INT64_MIN, high = most < INT64_MAX;
  if (low && high) return "integer, " + std::to_string(least) + " to " + std::to_string(most);
  return low ? "integer, at least " + std::to_string(least) : "integer";
}

}  // namespace

Fields Fields::describing() { return Fields(std::make_shared<State>()); }

bool Fields::describes() const { return state_->describing(); }

std::string Fields::owner() const {
  const Node* node = describes() ? nullptr : state_->present("name");
  return node != nullptr && node->kind == Node::Kind::text ? node->text : std::string();
}

std::string Fields::text(std::string_view key, std::string_view fallback, std::string_view doc) {
  State::Read& entry = state_->record(key, "text", fallback.empty() ? "" : yaml_text(fallback), false, doc);
  if (const Node* node = state_->scalar(key, "text")) {
    entry.value = printed_text(*node, key);
    return node->text;
  }
  if (!fallback.empty()) entry.value = yaml_text(fallback);
  return std::string(fallback);
}

std::string Fields::required_text(std::string_view key, std::string_view doc) {
  state_->record(key, "text", "", true, doc);
  state_->check_required(key);
  const Node* node = state_->present(key);
  if (node != nullptr && node->kind == Node::Kind::text && node->text.empty())
    state_->error(key, "required, but empty", show_of(*node));
  return text(key, "", doc);
}

std::optional<std::string> Fields::optional_text(std::string_view key, std::string_view doc) {
  State::Read& entry = state_->record(key, "text", "", false, doc);
  const Node* node = state_->scalar(key, "text");
  if (node == nullptr) return std::nullopt;
  entry.value = printed_text(*node, key);
  return node->text;
}

std::optional<std::string> Fields::bytes(std::string_view key, std::string_view doc) {
  const Node* node = describes() ? nullptr : state_->present(key);
  if (node == nullptr || !node->binary) return std::nullopt;
  state_->record(key, "bytes", "", false, doc);
  auto bytes = read_base64(node->text);
  if (!bytes) state_->error(key, "!!binary wants base64", Show::nothing);
  return bytes.value_or("");
}

std::string Fields::pointer(std::string_view key, std::string_view fallback, std::string_view doc) {
  State::Read& entry = state_->record(key, "JSON pointer", std::string(fallback), false, doc);
  entry.value = yaml_text(fallback);
  const Node* node = state_->present(key);
  if (node == nullptr || !state_->check_scalar(*node, state_->path_of(key), "a JSON pointer", false))
    return std::string(fallback);
  if (node->text.starts_with('/')) {
    entry.value = yaml_text(node->text);
    return node->text;
  }
  state_->error(key, "wants a JSON pointer, which begins with /", show_of(*node));
  return std::string(fallback);
}

bool Fields::flag(std::string_view key, bool fallback, std::string_view doc) {
  State::Read& entry = state_->record(key, "boolean", fallback ? "true" : "false", false, doc);
  const bool value = read<bool>(*state_, key, "true or false", read_flag).value_or(fallback);
  entry.value = value ? "true" : "false";
  return value;
}

std::int64_t Fields::integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                             std::int64_t most, std::string_view doc) {
  state_->record(key, range(least, most), std::to_string(fallback), false, doc);
  const std::int64_t value = optional_integer(key, least, most, doc).value_or(fallback);
  state_->record(key, "", "", false, "").value = std::to_string(value);
  return value;
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view key, std::int64_t least,
                                                     std::int64_t most, std::string_view doc) {
  State::Read& entry = state_->record(key, range(least, most), "", false, doc);
  const auto value = read<std::int64_t>(*state_, key, "an integer",
                                        [&](const Node& node) { return read_integer(node, least, most); });
  if (value) entry.value = std::to_string(*value);
  return value;
}

double Fields::number(std::string_view key, double fallback, double least, double most,
                      std::string_view doc) {
  State::Read& entry = state_->record(key, "number, " + number_text(least) + " to " + number_text(most),
                                      number_text(fallback), false, doc);
  const double value = read<double>(*state_, key, "a number", [&](const Node& node) {
                         return read_number(node, least, most);
                       }).value_or(fallback);
  entry.value = number_text(value);
  return value;
}

Duration Fields::duration(std::string_view key, Duration fallback, std::string_view doc) {
  state_->record(key, "duration", print_duration(fallback), false, doc);
  const Duration value = optional_duration(key, doc).value_or(fallback);
  state_->record(key, "", "", false, "").value = print_duration(value);
  return value;
}

std::optional<Duration> Fields::optional_duration(std::string_view key, std::string_view doc) {
  State::Read& entry = state_->record(key, "duration", "", false, doc);
  const auto value = read<Duration>(*state_, key, "a duration", read_duration);
  if (value) entry.value = print_duration(*value);
  return value;
}

Secret Fields::secret(std::string_view key, std::string_view doc) {
  State::Read& entry = state_->record(key, "secret", "", false, doc);
  entry.secret = true;
  const Node* node = state_->scalar(key, "text", true);
  if (node == nullptr || node->text.empty()) return Secret();
  entry.value = secret_mark;
  return Secret(node->text);
}

Secret Fields::required_secret(std::string_view key, std::string_view doc) {
  state_->record(key, "secret", "", true, doc);
  state_->check_required(key);
  const Node* node = state_->present(key);
  if (node != nullptr && node->kind == Node::Kind::text && node->text.empty())
    state_->error(key, "required, but empty", Show::nothing);
  return secret(key, doc);
}

std::string Fields::one_of(std::string_view key, std::string_view fallback,
                           const std::vector<std::string>& allowed, std::string_view doc) {
  std::string list;
  for (const std::string& word : allowed) list += (list.empty() ? "" : ", ") + word;
  State::Read& entry =
      state_->record(key, "one of: " + list, fallback.empty() ? "" : yaml_text(fallback), false, doc);
  const auto pick = [&](const Node& node) -> Parsed<std::string> {
    for (const std::string& word : allowed)
      if (word == node.text) return word;
    const std::string_view near =
        show_of(node) == Show::value ? nearest(node.text, allowed) : std::string_view();
    return std::unexpected("must be one of " + list + ", not " + shown(node) +
                           (near.empty() ? "" : " (did you mean " + quote(near) + "?)"));
  };
  const auto value = read<std::string>(*state_, key, "one of " + list, pick);
  if (value || !fallback.empty()) entry.value = yaml_text(value ? *value : fallback);
  return value ? *value : std::string(fallback);
}

}  // namespace answerback::config
