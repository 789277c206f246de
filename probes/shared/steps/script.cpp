#include "probes/shared/steps/script.h"

#include <algorithm>
#include <boost/json.hpp>
#include <ranges>

#include "model/text.h"
#include "probes/shared/steps/read.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Verb = Step::Verb;
using Done = std::expected<void, Complaint>;

constexpr Duration usually_within = 10s, least_every = 100ms;

constexpr std::pair<std::string_view, Verb> verbs[] = {
    {"send", Verb::send},   {"ask", Verb::ask},     {"expect", Verb::expect},
    {"until", Verb::until}, {"reply", Verb::rules}, {"ignore", Verb::rules},
    {"fail", Verb::rules},  {"close", Verb::close}, {"silent_for", Verb::silent_for},
};
constexpr Reason reasons_of_rules[] = {
    Reason::auth,        Reason::forbidden,   Reason::rate_limited,    Reason::quota,
    Reason::overloaded,  Reason::bad_request, Reason::model_not_found, Reason::upstream_error,
    Reason::agent_error, Reason::closed,      Reason::protocol,        Reason::degraded_notice,
};

std::unexpected<Complaint> complain(std::string_view key, std::string message) {
  return std::unexpected(Complaint{std::string(key), std::move(message)});
}

std::string list_of(const auto& names) {
  std::string list;
  for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

std::string item(std::string_view key, std::size_t index) {
  return std::string(key) + "[" + std::to_string(index) + "]";
}

// `value` as a list: itself, where it is none.
json::array as_list(const json::value& value) {
  return value.is_array() ? value.get_array() : json::array{value};
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class Reader {
 public:
  Reader(Script& script, const json::object& object) : script_(script), object_(object) {}

  Done read() {
    if (auto chosen = choose(); !chosen) return chosen;
    step_.time = usually_within;
    if (step_.verb != Verb::capture) {  // the verb first: what is captured is known only behind it
      if (auto done = read_verb(key_, object_.at(key_)); !done) return done;
    }
    for (const auto& [key, value] : object_) {
      if (std::string_view(key) == key_ && step_.verb != Verb::capture) continue;
      if (auto done = read_key(key, value); !done) return done;
    }
    if (!script_.steps.empty() && script_.steps.back().verb == Verb::close)
      return complain(key_, "nothing follows the server's close");
    if (step_.verb == Verb::ask) script_.ask = script_.steps.size();
    if (script_.ask == script_.steps.size() && step_.verb != Verb::ask) ++script_.ask;
    script_.steps.push_back(std::move(step_));
    return {};
  }

 private:
  Done choose() {
    for (const auto& [key, verb] : verbs) {
      if (!object_.contains(key)) continue;
      if (!key_.empty()) return complain(key, "one step has one verb: " + std::string(key_) + " is another");
      key_ = key;
      step_.verb = verb;
    }
    if (key_.empty() && object_.contains("capture")) {
      key_ = "capture";
      step_.verb = Verb::capture;
    }
    if (key_.empty())
      return complain("", "a step is one of " + list_of(std::views::keys(verbs)) + ", capture");
    step_.name = "step " + std::to_string(script_.steps.size() + 1) + " (" + std::string(key_) + ")";
    if (step_.verb == Verb::ask && script_.ask < script_.steps.size())
      return complain(key_, "there is one question; the step before it asks already");
    if (step_.verb == Verb::ask) script_.scope.names.insert("question");
    return {};
  }

  Done read_key(std::string_view key, const json::value& value) {
    const bool waits = step_.verb == Verb::expect || step_.verb == Verb::until;
    const auto only = [&](bool here, std::string_view with) -> Done {
      if (here) return {};
      return complain(key, "belongs to " + std::string(with));
    };
    if (key == "within") {
      if (auto fits = only(waits || step_.verb == Verb::close, "expect, until or close"); !fits) return fits;
      return set(key, step_.time, step_duration(value));
    }
    if (key == "every") {
      if (auto fits = only(step_.verb == Verb::send, "send"); !fits) return fits;
      if (auto done = set(key, step_.every, step_duration(value)); !done) return done;
      return *step_.every >= least_every ? Done() : complain(key, "must be 100ms or more");
    }
    if (key == "capture") {
      if (auto fits = only(waits || step_.verb == Verb::capture, "expect or until"); !fits) return fits;
      return read_captures(key, value, step_.captures);
    }
    if (key == "collect") {
      if (auto fits = only(step_.verb == Verb::until, "until"); !fits) return fits;
      return read_captures(key, value, step_.collects);
    }
    return complain(key, "unknown key");
  }

  Done read_verb(std::string_view key, const json::value& value) {
    switch (step_.verb) {
      case Verb::send:
      case Verb::ask: return read_messages(key, value);
      case Verb::expect:
      case Verb::until: return set(key, step_.wanted, Matcher::read(value, script_.scope));
      case Verb::silent_for: return set(key, step_.time, step_duration(value));
      case Verb::close: return read_codes(key, value);
      case Verb::rules: return read_rules(key, value);
      case Verb::capture: return {};
    }
    return {};
  }

  Done read_messages(std::string_view key, const json::value& value) {
    const json::array list = as_list(value);
    if (list.empty()) return complain(key, "wants a message");
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto made = step_message(list[i], script_.scope);
      if (!made) return complain(value.is_array() ? item(key, i) : std::string(key), made.error());
      step_.messages.push_back(*std::move(made));
    }
    const auto asks = [](const Template& one) { return one.uses("question"); };
    if (step_.verb == Verb::ask && std::ranges::none_of(step_.messages, asks))
      return complain(key, "asks nothing: {{question}} stands nowhere in it");
    return {};
  }

  Done read_codes(std::string_view key, const json::value& value) {
    if (value.is_string() && value.get_string() == "any") return {};
    for (const json::value& code : as_list(value)) {
      if (!code.is_int64() || code.get_int64() < 1000 || code.get_int64() > 4999)
        return complain(
            key, "wants close codes, 1000 to 4999 (1005: none given, 1006: gone without a word), or any");
      step_.codes.push_back(static_cast<std::uint16_t>(code.get_int64()));
    }
    return {};
  }

  Done read_rules(std::string_view key, const json::value& value) {
    const json::array list = as_list(value);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string at = item(key, i);
      StepRule rule{.kind = key == "reply"    ? StepRule::Kind::reply
                            : key == "ignore" ? StepRule::Kind::ignore
                                              : StepRule::Kind::fail,
                    .when = {}};
      const json::object* object = list[i].if_object();
      if (rule.kind == StepRule::Kind::ignore) {
        if (auto done = set(at, rule.when, Matcher::read(list[i], script_.scope)); !done) return done;
      } else {
        const std::string_view other = rule.kind == StepRule::Kind::reply ? "send" : "as";
        if (!object || object->size() != 2 || !object->contains("when") || !object->contains(other))
          return complain(at, "wants {when: matcher, " + std::string(other) + ": …}");
        if (auto done = set(at + ".when", rule.when, Matcher::read(object->at("when"), script_.scope)); !done)
          return done;
        const Done done = rule.kind == StepRule::Kind::reply
                              ? set(at + ".send", rule.send, step_message(object->at("send"), script_.scope))
                              : set(at + ".as", rule.reason, reason(object->at("as")));
        if (!done) return done;
      }
      step_.rules.push_back(std::move(rule));
    }
    return {};
  }

  static std::expected<Reason, std::string> reason(const json::value& value) {
    const auto text = step_text(value);
    const auto named = text ? reason_named(*text) : std::nullopt;
    if (named && holds(reasons_of_rules, *named)) return *named;
    std::vector<std::string_view> names;
    for (const Reason one : reasons_of_rules) names.push_back(name(one));
    return std::unexpected("must be one of " + list_of(names));
  }

  Done read_captures(std::string_view key, const json::value& value, Captures& captures) {
    const json::object* object = value.if_object();
    if (!object || object->empty()) return complain(key, "wants {name: /pointer}");
    for (const auto& [name, where] : *object) {
      const std::string at = std::string(key) + "." + std::string(name);
      if (!is_name(name)) return complain(at, "a name is made of letters, digits and _");
      if (script_.scope.constants.contains(name) || fixed(name))
        return complain(at, "is the name of something else");
      const auto text = step_text(where);
      if (!text) return complain(at, text.error());
      auto read = Where::parse(*text);
      if (!read) return complain(at, read.error());
      captures.emplace_back(name, *std::move(read));
      script_.scope.names.insert(name);
    }
    return {};
  }

  static bool fixed(std::string_view name) {
    constexpr std::string_view names[] = {"question", "token", "uuid", "n", "run_id"};
    return holds(names, name);
  }

  template <class To, class T>
  static Done set(std::string_view key, To& to, std::expected<T, std::string> made) {
    if (!made) return complain(key, made.error());
    to = *std::move(made);
    return {};
  }

  Script& script_;
  const json::object& object_;
  Step step_;
  std::string_view key_;
};

}  // namespace

Done add_step(Script& script, const json::object& object) { return Reader(script, object).read(); }

}  // namespace answerback::probes
