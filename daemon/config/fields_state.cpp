#include "config/fields_state.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "config/masking.h"
#include "config/render.h"

namespace answerback::config {

std::shared_ptr<Fields::State> Fields::State::of(std::shared_ptr<Document> document, const Node& node,
                                                 std::string path) {
  auto state = std::make_shared<State>();
  state->document = std::move(document);
  state->node = state->nearest = &node;
  state->path = std::move(path);
  return state;
}

std::string Fields::State::path_of(std::string_view key) const {
  if (key.empty()) return path;  // of the mapping itself
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

Fields::State::Read& Fields::State::record(std::string_view key, std::string type, std::string fallback,
                                           bool required, std::string_view doc) {
  if (const auto known = std::ranges::find(reads, key, &Read::key); known != reads.end()) return *known;
  Read& read = reads.emplace_back();
  read.key = key;
  if (describing())
    read.doc = std::make_unique<KeyDoc>(
        KeyDoc{read.key, std::move(type), std::move(fallback), required, std::string(doc)});
  return read;
}

const Node* Fields::State::present(std::string_view key) const {
  const Node* found = node == nullptr ? nullptr : node->find(key);
  return found == nullptr || found->kind == Node::Kind::null ? nullptr : found;
}

void Fields::State::check_required(std::string_view key) const {
  if (describing() || muted || present(key) != nullptr) return;
  const Node* found = node == nullptr ? nullptr : node->find(key);
  if (found != nullptr && found->unusable) return;
  error(key, found == nullptr ? "required, but not there" : "required, but empty", Show::nothing);
}

std::pair<const Node*, std::string> Fields::State::locate(std::string_view key) const {
  if (node == nullptr) return {nullptr, path_of(key)};
  if (const Node* found = node->find(key)) return {found, path_of(key)};
  const auto split = key.find_first_of(".[");
  const Node* found = split == std::string_view::npos ? nullptr : node->find(key.substr(0, split));
  if (found == nullptr) return {nullptr, path_of(key)};
  const std::string_view rest = key.substr(split + 1);
  if (key[split] == '.') {
    if (const Node* below = found->find(rest)) return {below, path_of(key)};
  } else if (found->kind == Node::Kind::list) {
    std::size_t index = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), index);
    if (index < found->items.size()) return {&found->items[index], path_of(key)};
  }
  return {found, path_of(key.substr(0, split))};
}

void Fields::State::error(std::string_view key, std::string message, Show show) const {
  if (describing()) return;
  auto [found, at_path] = locate(key);
  error(found == nullptr ? *nearest : *found, std::move(at_path), std::move(message), show);
}

void Fields::State::error(const Node& at, std::string at_path, std::string message, Show show) const {
  if (at.unusable) return;  // why has been said where it became so
  report(document->diagnostics, *at.source, at.at, std::move(at_path), std::move(message), show);
}

bool Fields::State::check_scalar(const Node& found, const std::string& at_path, std::string_view wanted,
                                 bool secret) const {
  if (found.kind == Node::Kind::text && !found.binary) return true;
  if (found.binary) {
    error(found, at_path, std::string(no_tags), Show::nothing);
  } else if (!found.unusable) {
    const std::string message =
        "expected " + std::string(wanted) + ", found " + std::string(kind_name(found));
    error(found, at_path, message, secret ? Show::nothing : show_of(found));
  }
  return false;
}

const Node* Fields::State::scalar(std::string_view key, std::string_view wanted, bool secret) const {
  const Node* found = present(key);
  if (found == nullptr || !check_scalar(*found, path_of(key), wanted, secret)) return nullptr;
  if (secret || found->from_file || names_a_secret(key)) document->secrets.push_back(found->text);
  for (std::string& each : passwords_in(found->text)) document->secrets.push_back(std::move(each));
  return found;
}

void Fields::State::keep_secrets(const Node& found, bool within_secret) const {
  const bool secret = within_secret || found.from_file || names_a_secret(found.key);
  if (found.kind == Node::Kind::text && secret) document->secrets.push_back(found.text);
  for (const Node& item : found.items) keep_secrets(item, secret);
}

const Node* Fields::State::structure(std::string_view key, Node::Kind kind, std::string_view wanted) const {
  const Node* found = present(key);
  if (found == nullptr || found->kind == kind) return found;
  error(key, "expected " + std::string(wanted) + ", found " + std::string(kind_name(*found)), Show::nothing);
  return nullptr;
}

Show show_of(const Node& node) {
  return node.filled || names_a_secret(node.key) ? Show::nothing : Show::value;
}

std::string shown(const Node& node) {
  return show_of(node) == Show::value ? quote(node.text) : std::string(secret_mark);
}

std::string printed_text(const Node& node, std::string_view key) {
  return node.from_file || names_a_secret(key) ? std::string(secret_mark) : yaml_text(node.text);
}

}  // namespace answerback::config
