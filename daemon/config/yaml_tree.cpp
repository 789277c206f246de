#include "config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "config/encoding.h"

namespace answerback::config {
namespace {

constexpr std::size_t deepest = 64;

struct Stop {};  // already reported; nothing after it could be read

std::size_t count(const Node& node) {
  std::size_t sum = 1;
  for (const Node& item : node.items) sum += count(item);
  return sum;
}

std::size_t depth(const Node& node) {
  std::size_t most = 0;
  for (const Node& item : node.items) most = std::max(most, depth(item));
  return most + 1;
}

class Builder : public YAML::EventHandler {
 public:
  Builder(Source& source, std::size_t& budget, Diagnostics& diagnostics, Binary binary)
      : source_(source), budget_(budget), diagnostics_(diagnostics), binary_(binary) {}

  Node take() { return std::move(root_); }

  // The innermost { or [ still open: where an error at the end of the file really is.
  std::optional<std::size_t> open_flow() const {
    if (frames_.empty() || !frames_.back().flow) return std::nullopt;
    return frames_.back().node.at;
  }

  void error(std::size_t at, std::string message) {
    report(diagnostics_, source_, at, path(), std::move(message), Show::nothing);
  }
  // Where the syntax is broken, what was taken for keys may be anything: no path.
  void syntax_error(std::size_t at, std::string message) {
    report(diagnostics_, source_, at, "", std::move(message), Show::nothing);
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (wants_key()) {
      take_key(node_at(mark), true);
    } else {
      Node node = node_at(mark);
      node.at = static_cast<std::uint32_t>(where_nothing_is(node.at));
      put(std::move(node), anchor);
    }
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = node_at(mark);
    node.kind = Node::Kind::text;
    node.plain = tag == "?";
    node.text = value;
    const std::size_t end = scalar_end(source_.text(), node.at, value);
    if (end == std::string_view::npos) {  // yaml-cpp takes the rest of the file for the text
      source_.add_value(node.at, source_.text().size(), false);
      error(node.at, "this quote is never closed");
      throw Stop();
    }
    if (wants_key()) {
      if (colon_follows(end)) {
        source_.add_key(node.at, end);
        return take_key(std::move(node), false);
      }
      source_.add_value(node.at, end, false);  // may be a value that lost its key: not named, not shown
      drop_key();
      return error(node.at, "a key without a value (\":\" is missing)");
    }
    source_.add_value(node.at, end, is_open());
    if (tag == "tag:yaml.org,2002:binary" && binary_ == Binary::kept) {
      node.binary = true;
    } else if (tag != "?" && tag != "!") {
      error(mark_at(mark), std::string(no_tags));
      node.kind = Node::Kind::null;
      node.unusable = true;
    }
    put(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t at = mark_at(mark);
    if (wants_key()) return take_key(node_at(mark), true);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      error(at, "an alias that stands inside what it names");
      return put(node_at(mark), 0);
    }
    spend(found->second.size, at);
    if (frames_.size() + found->second.depth > deepest) too_deep(at);
    put(found->second.node, 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(Node::Kind::list, mark, tag, anchor, style);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(Node::Kind::map, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override {
    merge(frames_.back());
    close();
  }

 private:
  struct Key {
    std::string name;
    std::size_t at = 0;
    bool plain = false, dropped = false;
  };
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    bool flow = false, is_key = false, wants_key = false;
    Key key;
    std::map<std::string, std::size_t, std::less<>> seen = {};
    std::vector<Node> merged = {};
  };
  struct Anchored {
    Node node;
    std::size_t size, depth;
  };

  std::size_t mark_at(const YAML::Mark& mark) const {
    return std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), source_.text().size());
  }
  Node node_at(const YAML::Mark& mark) const {
    Node node;
    node.source = &source_;
    node.at = static_cast<std::uint32_t>(skip_properties(source_.text(), mark_at(mark)));
    return node;
  }
  // yaml-cpp gives what comes next as the place of a value that is not there; people look where it should
  // have been.
  std::size_t where_nothing_is(std::size_t next) const {
    const std::string_view before = source_.text().substr(0, next);
    const std::size_t last = before.find_last_not_of(" \t\r\n");
    return last != std::string_view::npos && before.substr(last).contains('\n') ? last : next;
  }
  bool wants_key() const { return !frames_.empty() && frames_.back().wants_key; }
  bool colon_follows(std::size_t end) const {
    const std::size_t next = source_.text().find_first_not_of(" \t\r\n", end);
    return next != std::string_view::npos && source_.text()[next] == ':';
  }
  // Names and types stand in every metric anyway, and tell people which probe a line is about.
  bool is_open() const {
    if (frames_.empty() || frames_.back().node.kind != Node::Kind::map) return false;
    return frames_.size() <= 3 && (frames_.back().key.name == "name" || frames_.back().key.name == "type");
  }

  std::string path() const {
    std::string out;
    for (const Frame& frame : frames_) {
      if (frame.is_key) break;
      if (frame.node.kind == Node::Kind::list) {
        out += "[" + std::to_string(frame.node.items.size()) + "]";
      } else if (!frame.key.name.empty()) {
        if (!out.empty()) out += '.';
        out += frame.key.name;
      }
    }
    return out;
  }

  void spend(std::size_t nodes, std::size_t at) {
    if (nodes <= budget_) {
      budget_ -= nodes;
      return;
    }
    error(at, "too much: more than " + std::to_string(node_budget) + " values, aliases counted each time");
    throw Stop();
  }
  [[noreturn]] void too_deep(std::size_t at) {
    error(at, "nested too deeply (more than " + std::to_string(deepest) + " levels)");
    throw Stop();
  }

  void drop_key() {
    frames_.back().wants_key = false;
    frames_.back().key = {};
    frames_.back().key.dropped = true;
  }

  void take_key(Node node, bool null) {
    if (null) {
      drop_key();
      return error(node.at, "a key must be text");
    }
    Frame& frame = frames_.back();
    frame.wants_key = false;
    frame.key = {node.text, node.at, node.plain, false};
    const auto [first, fresh] = frame.seen.emplace(node.text, node.at);
    if (fresh) return;
    frame.key.dropped = true;
    const Place place = source_.place(first->second);
    error(node.at, "duplicate key (first at " + place.file + ":" + std::to_string(place.line) + ":" +
                       std::to_string(place.column) + ")");
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style) {
    if (frames_.size() >= deepest) too_deep(mark_at(mark));
    if (tag != "?" && tag != "!" && !tag.empty()) error(mark_at(mark), std::string(no_tags));
    const bool is_key = wants_key();
    if (is_key) {
      frames_.back().key = {};
      error(mark_at(mark), "a key must be text");
    }
    Frame frame;
    frame.node = node_at(mark);
    frame.node.kind = kind;
    frame.anchor = anchor;
    frame.flow = style == YAML::EmitterStyle::Flow;
    frame.is_key = is_key;
    frame.wants_key = kind == Node::Kind::map;
    frames_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (!frame.is_key) return put(std::move(frame.node), frame.anchor);
    drop_key();
  }

  void put(Node node, YAML::anchor_t anchor) {
    spend(1, node.at);
    if (anchor != 0) {
      Anchored anchored{node, count(node), depth(node)};
      spend(anchored.size, node.at);
      anchors_.insert_or_assign(anchor, std::move(anchored));
    }
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.kind == Node::Kind::map) {
      frame.wants_key = true;
      if (frame.key.dropped) return;
      if (frame.key.plain && frame.key.name == "<<") return add_merge(frame, std::move(node));
      node.key = frame.key.name;
      node.key_at = static_cast<std::uint32_t>(frame.key.at);
    }
    frame.node.items.push_back(std::move(node));
  }

  void add_merge(Frame& frame, Node node) {
    std::vector<Node> list;
    if (node.kind == Node::Kind::list) {
      list = std::move(node.items);
    } else {
      list.push_back(std::move(node));
    }
    for (Node& merged : list) {
      if (merged.kind == Node::Kind::map) {
        frame.merged.push_back(std::move(merged));
      } else {
        error(frame.key.at,
              "<< merges a mapping or a list of mappings, not " + std::string(kind_name(merged)));
      }
    }
  }

  static void merge(Frame& frame) {
    for (Node& merged : frame.merged)
      for (Node& item : merged.items)
        if (frame.seen.emplace(item.key, item.key_at).second) frame.node.items.push_back(std::move(item));
  }

  Source& source_;
  std::size_t& budget_;
  Diagnostics& diagnostics_;
  Binary binary_;
  Node root_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
};

// Where the file goes on after its first document, if it does.
struct Second : YAML::EventHandler {
  std::optional<std::size_t> at;
  void OnDocumentStart(const YAML::Mark& mark) override {
    at = static_cast<std::size_t>(std::max(mark.pos, 0));
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}
};

void read_document(const Source& source, Builder& builder) {
  std::istringstream in{std::string(source.text())};
  YAML::Parser parser(in);
  if (!parser.HandleNextDocument(builder)) return;
  Second second;
  try {
    parser.HandleNextDocument(second);
  } catch (const YAML::Exception&) {
    if (!second.at) throw;
  }
  if (!second.at) return;
  const bool marked = source.text().substr(*second.at).starts_with("---");
  builder.error(*second.at, marked ? "a second document: only one is read"
                                   : "the document has ended before this (wrong indentation?)");
}

void syntax_error(const Source& source, Builder& builder, const YAML::Exception& e) {
  const std::string_view text = source.text();
  std::size_t at = std::min(static_cast<std::size_t>(std::max(e.mark.pos, 0)), text.size());
  if (at > 0 && at < text.size() && text[at] == '{' && text[at - 1] == '$')
    return builder.syntax_error(at - 1, "inside { } and [ ] a variable needs quotes: \"${NAME}\"");
  const std::size_t line = text.rfind('\n', at == 0 ? 0 : at - 1) + 1;
  const std::string_view indent = text.substr(line, text.find_first_not_of(" \t", line) - line);
  if (indent.contains('\t'))
    return builder.syntax_error(line + indent.find('\t'), "a tab indents this line (YAML wants spaces)");
  if (const auto flow = builder.open_flow(); flow && std::string_view(e.msg).starts_with("end of"))
    at = *flow;
  builder.syntax_error(at, explain_syntax(e.msg));
}

}  // namespace

const Node* Node::find(std::string_view name) const {
  const auto found = std::ranges::find(items, name, &Node::key);
  return found == items.end() ? nullptr : &*found;
}

std::string_view kind_name(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null: return "nothing";
    case Node::Kind::text: return "text";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a mapping";
  }
  return "";
}

Node parse_yaml(Source& source, std::size_t& budget, Diagnostics& diagnostics, Binary binary) {
  Node nothing;
  nothing.kind = Node::Kind::map;
  nothing.source = &source;
  nothing.unusable = true;
  if (const auto bad = find_bad_byte(source.text())) {
    diagnostics.add({source.place(bad->offset), "", bad->message, ""});
    return nothing;
  }
  Builder builder(source, budget, diagnostics, binary);
  try {
    read_document(source, builder);
  } catch (const YAML::Exception& e) {
    syntax_error(source, builder, e);
    return nothing;
  } catch (const Stop&) {
    return nothing;
  }
  Node root = builder.take();
  if (root.kind == Node::Kind::map) return root;
  if (root.kind == Node::Kind::null) {
    diagnostics.add({{source.name()}, "", "the file is empty", ""});
  } else {
    report(diagnostics, source, root.at, "",
           "expected a mapping of keys, found " + std::string(kind_name(root)), Show::nothing);
  }
  return nothing;
}

}  // namespace answerback::config
