#pragma once
// A typed reader over one mapping of the configuration. Each read names the key and says in half a sentence
// what it is for, so that the same call reads a configuration, catches unknown keys (whatever was never asked
// for), prints the effective configuration, and documents a probe type.
//
// Reading never fails: a bad or missing value is recorded with its place in the Diagnostics, and a harmless
// default is returned, so that one pass finds every error. In a *describing* Fields there is no
// configuration: every read returns its default and is only recorded.
//
// A Fields is a cheap handle; copies share state. One thread. The Diagnostics given to load() must outlive
// every read.

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/secret.h"
#include "model/time.h"

namespace answerback::config {

// One key as `answerback types` prints it.
struct KeyDoc {
  std::string key;       // "expect.status"
  std::string type;      // "duration", "text", "list of text", "one of: a, b", …
  std::string fallback;  // default as it would be written; "" where there is none
  bool required = false;
  std::string doc;
};

class Fields {
 public:
  // For `answerback types`: reads nothing, records everything.
  static Fields describing();

  // --- scalars: with a default, required, or optional
  // -------------------------------------------------------------
  std::string text(std::string_view key, std::string_view fallback, std::string_view doc);
  std::string required_text(std::string_view key, std::string_view doc);
  std::optional<std::string> optional_text(std::string_view key, std::string_view doc);
  // What stands there as !!binary, in a file of open(); nothing where it does not.
  std::optional<std::string> bytes(std::string_view key, std::string_view doc);
  // "/a/b" (RFC 6901): where something stands, which is no secret whatever the key is called.
  std::string pointer(std::string_view key, std::string_view fallback, std::string_view doc);
  bool flag(std::string_view key, bool fallback, std::string_view doc);
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least, std::int64_t most,
                       std::string_view doc);
  std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t least, std::int64_t most,
                                               std::string_view doc);
  double number(std::string_view key, double fallback, double least, double most, std::string_view doc);
  Duration duration(std::string_view key, Duration fallback, std::string_view doc);  // more than zero
  std::optional<Duration> optional_duration(std::string_view key, std::string_view doc);
  Secret secret(std::string_view key, std::string_view doc);  // empty where left out
  Secret required_secret(std::string_view key, std::string_view doc);
  std::string one_of(std::string_view key, std::string_view fallback, const std::vector<std::string>& allowed,
                     std::string_view doc);

  // Text that must parse: `parse` gives the value or says what is wrong with the text. Returns T{} on error.
  template <class T, class Parse>
  T parsed(std::string_view key, std::string_view fallback, std::string_view doc, Parse parse) {
    return convert<T>(key, text(key, fallback, doc), parse);
  }
  template <class T, class Parse>
  T required_parsed(std::string_view key, std::string_view doc, Parse parse) {
    return convert<T>(key, required_text(key, doc), parse);
  }

  // --- lists and maps
  // -----------------------------------------------------------------------------------------------
  std::vector<std::string> texts(std::string_view key,
                                 std::string_view doc);  // a single text counts as a list of one
  std::vector<std::int64_t> integers(std::string_view key, std::string_view doc);
  std::vector<std::pair<std::string, std::string>> text_map(std::string_view key,
                                                            std::string_view doc);  // file order
  std::vector<std::pair<std::string, Secret>> secret_map(std::string_view key, std::string_view doc);
  // Each name with one text or a list of them; a name comes once for each.
  std::vector<std::pair<std::string, Secret>> secret_lists(std::string_view key, std::string_view doc);

  // --- structure
  // ------------------------------------------------------------------------------------------------------
  bool has(std::string_view key) const;  // present and not null; always false when describing
  Fields child(std::string_view key, std::string_view doc);  // of a mapping; empty one where left out
  // The mapping behind a key that is for somebody else to read, without asking for it; nothing where there is
  // none.
  std::optional<Fields> glance(std::string_view key) const;
  std::vector<Fields> children(std::string_view key,
                               std::string_view doc);  // of a list of mappings; one when describing
  std::vector<std::pair<std::string, Fields>> named_children(std::string_view key, std::string_view doc);

  // A value of any shape, as JSON text, for matchers ({/status: healthy} gives {"/status":"healthy"}).
  std::optional<std::string> json(std::string_view key, std::string_view doc);

  // --- errors
  // -----------------------------------------------------------------------------------------------------------
  // Says something is wrong with this key's value, at its place; "needs[2]" and "labels.le" name what is
  // inside it. A value that is secret, or was filled in, is taken out of the message. No effect when
  // describing.
  void error(std::string_view key, std::string message);
  bool describes() const;

  // Reports every key nobody asked for, here and in all children that were opened; has() counts as asking.
  // Once.
  void finish();

  Fields apart() const;  // finish() of the parent no longer covers it: whoever reads it calls its own

  Place place() const;                  // of this mapping
  std::string path() const;             // "probes[1]"
  std::size_t fingerprint() const;      // another number where any of it is written, or filled in, otherwise
  std::string owner() const;            // its `name`, without asking for it; empty where there is none
  std::vector<Secret> secrets() const;  // all that was read so far, of its file too, and must not be seen
  std::vector<KeyDoc> docs() const;     // every read of a describing Fields, here and below, in order

  struct State;  // fields_state.h
  explicit Fields(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  template <class T, class Parse>
  T convert(std::string_view key, const std::string& text, Parse parse) {
    if (text.empty()) return T{};
    std::expected<T, std::string> value = parse(std::string_view(text));
    if (value) return *std::move(value);
    error(key, value.error());
    return T{};
  }

  std::shared_ptr<State> state_;
};

// "250ms", "5s", "2m", "1h", "1h30m", "1d"; also a sum of such parts. A bare number is an error: no unit, no
// guess.
std::expected<Duration, std::string> parse_duration(std::string_view);
std::string print_duration(Duration);  // the shortest form that parse_duration reads back

}  // namespace answerback::config
