#pragma once
// What is behind a Fields. Within this room only.

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostics.h"
#include "config/fields.h"
#include "config/yaml_tree.h"

namespace answerback::config {

// All files of one configuration; the nodes point into it, so nothing in it moves.
struct Document {
  explicit Document(Diagnostics& collected) : diagnostics(collected) {}
  Diagnostics& diagnostics;
  std::deque<Source> sources;
  std::deque<Node> roots;
  std::size_t budget = node_budget;
  std::vector<std::string> secrets;  // values that were read and must not be seen
};

struct Fields::State {
  enum class Shape : std::uint8_t { value, map, list, named };
  struct Read {
    std::string key;
    std::string value;  // as it is printed; empty: nothing to print
    Shape shape = Shape::value;
    bool secret = false;
    std::vector<std::shared_ptr<State>> children;
    std::unique_ptr<KeyDoc> doc;  // when describing
  };

  std::shared_ptr<Document> document;  // null when describing
  const Node* node = nullptr;          // the mapping; null where it was left out
  const Node* nearest = nullptr;       // that, or what it was left out of
  std::string path;
  std::string name;    // of a named child
  bool apart = false;  // finished by whoever reads it, not with its parent
  bool muted = false;  // stands for something wrong that was reported
  bool finished = false;
  std::vector<Read> reads;
  std::vector<std::string> looked;  // has() only

  static std::shared_ptr<State> of(std::shared_ptr<Document> document, const Node& node, std::string path);

  bool describing() const { return document == nullptr; }
  std::string path_of(std::string_view key) const;

  // Notes that `key` was asked for. The reference holds until the next one.
  Read& record(std::string_view key, std::string type, std::string fallback, bool required,
               std::string_view doc);

  const Node* present(std::string_view key) const;  // null where left out, null, or already reported
  // The node behind a key, and its path. "labels.le" and "needs[2]" name what is inside; where there is no
  // such thing, its mapping or list.
  std::pair<const Node*, std::string> locate(std::string_view key) const;
  void check_required(std::string_view key) const;
  void error(std::string_view key, std::string message, Show) const;
  void error(const Node&, std::string at_path, std::string message, Show) const;

  // The scalar behind `key`; anything else that stands there is an error. `wanted`: "a duration".
  const Node* scalar(std::string_view key, std::string_view wanted, bool secret = false) const;
  // Notes every value in here whose own key, or that of a mapping around it, names a secret.
  void keep_secrets(const Node&, bool within_secret = false) const;
  const Node* structure(std::string_view key, Node::Kind, std::string_view wanted) const;
  bool check_scalar(const Node&, const std::string& at_path, std::string_view wanted, bool secret) const;
};

// How a value may be named in a message.
std::string shown(const Node&);
Show show_of(const Node&);
// As yaml_text, but <secret> where it came from a file or its key names a secret.
std::string printed_text(const Node&, std::string_view key);

}  // namespace answerback::config
