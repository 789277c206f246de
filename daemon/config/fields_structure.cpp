// Lists, maps and mappings within mappings; errors, unknown keys and documentation.
#include <algorithm>
#include <utility>

#include "config/fields.h"
#include "config/fields_state.h"
#include "config/masking.h"
#include "config/render.h"
#include "config/scalars.h"

namespace answerback::config {
namespace {

std::string item_path(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

// The items of a list; a single scalar counts as a list of one.
template <class Use>
void each_item(const Fields::State& state, std::string_view key, std::string_view wanted, Use use) {
  const Node* node = state.present(key);
  if (node == nullptr) return;
  if (node->kind == Node::Kind::text) {
    if (state.check_scalar(*node, state.path_of(key), wanted, false)) use(*node, state.path_of(key));
    return;
  }
  if (node->kind != Node::Kind::list)
    return state.error(key, "expected a list, found " + std::string(kind_name(*node)), Show::nothing);
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const std::string path = item_path(state.path_of(key), i);
    if (state.check_scalar(node->items[i], path, wanted, false)) use(node->items[i], path);
  }
}

template <class Use>
void each_entry(const Fields::State& state, std::string_view key, bool secret, Use use) {
  const Node* node = state.structure(key, Node::Kind::map, "a mapping");
  if (node == nullptr) return;
  for (const Node& item : node->items)
    if (state.check_scalar(item, state.path_of(key) + "." + item.key, "text", secret)) use(item);
}

void append(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  list += item;
}

std::size_t fingerprint_of(const Node& node) {
  std::size_t all = static_cast<std::size_t>(node.kind);
  const auto add = [&all](std::size_t part) { all = all * 1'000'003 + part; };
  add(std::hash<std::string>()(node.key));
  add(std::hash<std::string>()(node.text));
  for (const Node& item : node.items) add(fingerprint_of(item));
  return all;
}

}  // namespace

std::vector<std::string> Fields::texts(std::string_view key, std::string_view doc) {
  State::Read& entry = state_->record(key, "list of text", "", false, doc);
  std::vector<std::string> values;
  std::string list;
  each_item(*state_, key, "text", [&](const Node& node, const std::string&) {
    values.push_back(node.text);
    append(list, printed_text(node, key));
  });
  if (state_->present(key) != nullptr) entry.value = "[" + list + "]";
  return values;
}

std::vector<std::int64_t> Fields::integers(std::string_view key, std::string_view doc) {
  State::Read& entry = state_->record(key, "list of integer", "", false, doc);
  std::vector<std::int64_t> values;
  std::string list;
  each_item(*state_, key, "an integer", [&](const Node& node, const std::string& path) {
    const auto value = read_integer(node, INT64_MIN, INT64_MAX);
    if (!value) return state_->error(node, path, value.error(), show_of(node));
    values.push_back(*value);
    append(list, std::to_string(*value));
  });
  if (state_->present(key) != nullptr) entry.value = "[" + list + "]";
  return values;
}

std::vector<std::pair<std::string, std::string>> Fields::text_map(std::string_view key,
                                                                  std::string_view doc) {
  State::Read& entry = state_->record(key, "mapping of text", "", false, doc);
  std::vector<std::pair<std::string, std::string>> values;
  std::string list;
  each_entry(*state_, key, false, [&](const Node& node) {
    state_->keep_secrets(node);
    values.emplace_back(node.key, node.text);
    append(list, yaml_text(node.key) + ": " + printed_text(node, node.key));
  });
  if (state_->present(key) != nullptr) entry.value = "{" + list + "}";
  return values;
}

std::vector<std::pair<std::string, Secret>> Fields::secret_map(std::string_view key, std::string_view doc) {
  State::Read& entry = state_->record(key, "mapping of secret", "", false, doc);
  entry.secret = true;
  std::vector<std::pair<std::string, Secret>> values;
  std::string list;
  each_entry(*state_, key, true, [&](const Node& node) {
    values.emplace_back(node.key, Secret(node.text));
    state_->document->secrets.push_back(node.text);
    if (!node.text.empty()) append(list, yaml_text(node.key) + ": " + std::string(secret_mark));
  });
  if (!list.empty()) entry.value = "{" + list + "}";
  return values;
}

std::vector<std::pair<std::string, Secret>> Fields::secret_lists(std::string_view key, std::string_view doc) {
  State::Read& entry = state_->record(key, "mapping of lists of secret", "", false, doc);
  entry.secret = true;
  std::vector<std::pair<std::string, Secret>> values;
  const Node* node = state_->structure(key, Node::Kind::map, "a mapping");
  if (node == nullptr) return values;
  const auto take = [&](const Node& value, const std::string& name, const std::string& path) {
    if (!state_->check_scalar(value, path, "text", true)) return;
    values.emplace_back(name, Secret(value.text));
    state_->document->secrets.push_back(value.text);
  };
  for (const Node& item : node->items) {
    const std::string path = state_->path_of(key) + "." + item.key;
    if (item.kind != Node::Kind::list) {
      take(item, item.key, path);
    } else {
      for (std::size_t i = 0; i < item.items.size(); ++i) take(item.items[i], item.key, item_path(path, i));
    }
  }
  if (!values.empty()) entry.value = secret_mark;
  return values;
}

bool Fields::has(std::string_view key) const {
  if (state_->describing()) return false;
  state_->looked.emplace_back(key);
  const Node* found = state_->node == nullptr ? nullptr : state_->node->find(key);
  return found != nullptr && (found->kind != Node::Kind::null || found->unusable);
}

Fields Fields::child(std::string_view key, std::string_view doc) {
  State::Read& entry = state_->record(key, "mapping", "", false, doc);
  if (!entry.children.empty()) return Fields(entry.children.front());
  auto opened = std::make_shared<State>();
  opened->document = state_->document;
  opened->path = state_->path_of(key);
  opened->node = state_->structure(key, Node::Kind::map, "a mapping");
  opened->nearest = opened->node != nullptr ? opened->node : state_->nearest;
  opened->muted = state_->muted || (opened->node == nullptr && state_->present(key) != nullptr);
  entry.shape = State::Shape::map;
  entry.children.push_back(opened);
  return Fields(opened);
}

std::optional<Fields> Fields::glance(std::string_view key) const {
  const Node* node = describes() ? nullptr : state_->present(key);
  if (node == nullptr || node->kind != Node::Kind::map) return std::nullopt;
  return Fields(State::of(state_->document, *node, state_->path_of(key)));
}

std::vector<Fields> Fields::children(std::string_view key, std::string_view doc) {
  State::Read& entry = state_->record(key, "list of mappings", "", false, doc);
  entry.shape = State::Shape::list;
  if (entry.children.empty()) {
    if (describes()) entry.children.push_back(std::make_shared<State>());
    if (const Node* node = state_->structure(key, Node::Kind::list, "a list")) {
      for (std::size_t i = 0; i < node->items.size(); ++i) {
        const Node& item = node->items[i];
        const std::string path = item_path(state_->path_of(key), i);
        if (item.kind == Node::Kind::map) {
          entry.children.push_back(State::of(state_->document, item, path));
        } else if (!item.unusable) {
          state_->error(item, path, "expected a mapping, found " + std::string(kind_name(item)),
                        Show::nothing);
        }
      }
    }
  }
  std::vector<Fields> opened;
  for (const auto& child : entry.children) opened.emplace_back(child);
  return opened;
}

std::vector<std::pair<std::string, Fields>> Fields::named_children(std::string_view key,
                                                                   std::string_view doc) {
  State::Read& entry = state_->record(key, "mapping of mappings", "", false, doc);
  entry.shape = State::Shape::named;
  if (entry.children.empty()) {
    if (describes()) entry.children.emplace_back(std::make_shared<State>())->name = "NAME";
    if (const Node* node = state_->structure(key, Node::Kind::map, "a mapping of names")) {
      for (const Node& item : node->items) {
        const std::string path = state_->path_of(key) + "." + item.key;
        if (item.kind == Node::Kind::map) {
          entry.children.push_back(State::of(state_->document, item, path));
          entry.children.back()->name = item.key;
        } else if (!item.unusable) {
          state_->error(item, path, "expected a mapping, found " + std::string(kind_name(item)),
                        Show::nothing);
        }
      }
    }
  }
  std::vector<std::pair<std::string, Fields>> opened;
  for (const auto& child : entry.children) opened.emplace_back(child->name, Fields(child));
  return opened;
}

std::optional<std::string> Fields::json(std::string_view key, std::string_view doc) {
  State::Read& entry = state_->record(key, "any", "", false, doc);
  const Node* node = state_->present(key);
  if (node == nullptr) return std::nullopt;
  auto text = to_json(*node, state_->path_of(key));
  if (!text) {
    state_->error(*text.error().node, text.error().path, text.error().message, show_of(*text.error().node));
    return std::nullopt;
  }
  entry.value = to_masked_json(*node);
  for (const Node& item : node->items) state_->keep_secrets(item);
  return *std::move(text);
}

void Fields::error(std::string_view key, std::string message) {
  if (describes()) return;
  message = mask_userinfo(message);
  Show show = Show::value;
  if (const auto [node, path] = state_->locate(key); node != nullptr) {
    const std::string_view asked = key.substr(0, key.find_first_of(".["));
    const auto entry = std::ranges::find(state_->reads, asked, &State::Read::key);
    const bool secret = entry != state_->reads.end() && entry->secret;
    if (secret || show_of(*node) == Show::nothing) {
      show = Show::nothing;
      message = redact(std::move(message), node->text);
    }
    for (const Node& item : node->items)
      if (secret || show_of(item) == Show::nothing) message = redact(std::move(message), item.text);
  }
  state_->error(key, std::move(message), show);
}

void Fields::finish() {
  if (describes() || std::exchange(state_->finished, true)) return;
  std::vector<std::string> known = state_->looked;
  for (const State::Read& read : state_->reads) known.push_back(read.key);
  if (state_->node != nullptr) {
    for (const Node& item : state_->node->items) {
      if (std::ranges::find(known, item.key) != known.end()) continue;
      const std::string_view near = nearest(item.key, known);
      const std::string hint = near.empty() ? "" : " (did you mean " + quote(near) + "?)";
      report(state_->document->diagnostics, *item.source, item.key_at, state_->path_of(item.key),
             "unknown key" + hint, Show::nothing);
    }
  }
  for (const State::Read& read : state_->reads)
    for (const auto& child : read.children)
      if (!child->apart) Fields(child).finish();
}

Place Fields::place() const {
  return describes() ? Place{} : state_->nearest->source->place(state_->nearest->at);
}

Fields Fields::apart() const {
  state_->apart = true;
  return *this;
}

std::vector<Secret> Fields::secrets() const {
  std::vector<Secret> out;
  if (state_->document)
    for (const std::string& each : state_->document->secrets) out.emplace_back(each);
  return out;
}

std::string Fields::path() const { return state_->path; }

std::size_t Fields::fingerprint() const { return state_->node ? fingerprint_of(*state_->node) : 0; }

std::vector<KeyDoc> Fields::docs() const {
  std::vector<KeyDoc> all;
  for (const State::Read& read : state_->reads) {
    if (!read.doc) continue;
    all.push_back(*read.doc);
    for (const auto& child : read.children) {
      const std::string prefix = read.key + (read.shape == State::Shape::list    ? "[]."
                                             : read.shape == State::Shape::named ? "." + child->name + "."
                                                                                 : ".");
      for (KeyDoc doc : Fields(child).docs()) {
        doc.key.insert(0, prefix);
        all.push_back(std::move(doc));
      }
    }
  }
  return all;
}

}  // namespace answerback::config
