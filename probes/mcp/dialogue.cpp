#include "probes/mcp/dialogue.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t deepest_message = 64, most_in_batch = 64;
constexpr std::string_view meta_prefix = "io.modelcontextprotocol/";

using Met = std::expected<void, Failure>;

Met not_so(Reason reason, std::string detail) { return std::unexpected(Failure{reason, std::move(detail)}); }

std::string name_of(const json::object* info) {
  const std::string name = one_line(text_at(info, "name"), 60),
                    version = one_line(text_at(info, "version"), 40);
  return version.empty() ? name : name + " " + version;
}

json::object ourselves() { return {{"name", "answerback"}, {"version", ANSWERBACK_VERSION}}; }

// Numbers may come back as another type of number, never as a text.
bool is_id(const json::value& id, std::int64_t wanted) {
  return id.is_number() && id.to_number<double>() == static_cast<double>(wanted);
}

template <class Wanted>
bool names_version(const json::array* versions, Wanted wanted) {
  return versions && std::ranges::any_of(*versions, [&](const json::value& each) {
           return each.is_string() && wanted(std::string_view(each.get_string()));
         });
}

bool is_header_part(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

McpDialogue::McpDialogue(McpPlan plan)
    : plan_(std::move(plan)),
      sessions_(plan_.version.empty() ? plan_.sessions_first : plan_.version != mcp_stateless),
      tools_(plan_.kept) {
  step_ = sessions_ ? Step::initialize : Step::discover;
  if (!sessions_) version_ = mcp_stateless;
}

Phase McpDialogue::phase() const {
  switch (step_) {
    case Step::list: return Phase::list;
    case Step::call: return Phase::call;
    default: return Phase::discovery;
  }
}

std::string_view McpDialogue::asking() const {
  switch (step_) {
    case Step::discover: return "server/discover";
    case Step::initialize: return "initialize";
    case Step::initialized: return "notifications/initialized";
    case Step::list: return "tools/list";
    case Step::call: return "tools/call";
    case Step::over: break;
  }
  return "";
}

std::optional<McpOut> McpDialogue::next() {
  if (waiting_) return std::nullopt;
  json::object params;
  switch (step_) {
    case Step::over: return std::nullopt;
    case Step::discover: break;
    case Step::initialize:
      params = {{"protocolVersion", plan_.version.empty() ? mcp_session_versions().front() : plan_.version},
                {"capabilities", json::object()},
                {"clientInfo", ourselves()}};
      break;
    case Step::initialized: {
      McpOut out{phase(), std::string(asking()), write_mcp(asking(), nullptr, {}), false, headers(asking())};
      step_ = offers_tools_ ? Step::list : Step::over;
      return out;
    }
    case Step::list:
      if (!cursor_.empty()) params["cursor"] = cursor_;
      break;
    case Step::call: params = {{"name", plan_.tool}, {"arguments", plan_.arguments}}; break;
  }
  return request(asking(), std::move(params));
}

McpOut McpDialogue::request(std::string_view method, json::object params) {
  waiting_ = true;
  ++id_;
  if (!sessions_) {
    const auto key = [](std::string_view name) { return std::string(meta_prefix).append(name); };
    params["_meta"] = json::object{{key("protocolVersion"), version_},
                                   {key("clientInfo"), ourselves()},
                                   {key("clientCapabilities"), json::object()}};
  }
  return {phase(), std::string(method), write_mcp(method, id_, std::move(params)), true, headers(method)};
}

// What stands in the message stands in the head too, so that what is between us need not read bodies.
std::vector<std::pair<std::string, std::string>> McpDialogue::headers(std::string_view method) const {
  std::vector<std::pair<std::string, std::string>> all;
  if (!version_.empty()) all.emplace_back("MCP-Protocol-Version", version_);
  if (sessions_) return all;
  all.emplace_back("Mcp-Method", method);
  if (step_ != Step::call) return all;
  all.emplace_back("Mcp-Name", mcp_header_value(plan_.tool));
  const json::object* properties =
      object_at(object_at(tools_.whole(plan_.tool), "inputSchema"), "properties");
  for (const auto& [name, value] : plan_.arguments) {
    if (value.is_structured() || value.is_null()) continue;
    const std::string header = text_at(object_at(properties, std::string_view(name)), "x-mcp-header");
    if (is_header_part(header) && all.size() < 32)
      all.emplace_back("Mcp-Param-" + header,
                       mcp_header_value(value.is_string() ? std::string(std::string_view(value.get_string()))
                                                          : json::serialize(value)));
  }
  return all;
}

std::optional<std::string> McpDialogue::aside() {
  if (asides_.empty()) return std::nullopt;
  std::string text = std::move(asides_.front());
  asides_.pop_front();
  return text;
}

Met McpDialogue::take(std::string_view text) {
  boost::system::error_code error;
  json::value message =
      json::parse(json::string_view(text.data(), text.size()), error, {}, {.max_depth = deepest_message});
  if (!error && message.is_object()) return take_one(std::move(message.get_object()));
  if (error || !message.is_array() || message.get_array().size() > most_in_batch)
    return not_so(Reason::protocol, "wanted the answer to " + std::string(asking()) + ", got " +
                                        (text.empty() ? "nothing" : one_line(text, 120)));
  for (json::value& each : message.get_array())
    if (each.is_object())
      if (Met met = take_one(std::move(each.get_object())); !met) return met;
  return {};
}

Met McpDialogue::take_one(json::object object) {
  McpMessage message = read_mcp(std::move(object));
  const bool answer = message.kind == McpMessage::Kind::result || message.kind == McpMessage::Kind::error;
  if (!answer || !waiting_) return unasked(message);
  const bool to_nobody = message.kind == McpMessage::Kind::error && message.id.is_null();
  if (!to_nobody && !is_id(message.id, id_)) {
    for (std::int64_t earlier = 1; earlier < id_; ++earlier)  // it was not waited for any longer
      if (is_id(message.id, earlier)) return unasked(message);
    return not_so(Reason::misrouted, "wanted the answer to request " + std::to_string(id_) + " (" +
                                         std::string(asking()) + "), got one to " +
                                         one_line(json::serialize(message.id), 60));
  }
  return message.kind == McpMessage::Kind::error ? failed(message.body) : answered(std::move(message.body));
}

Met McpDialogue::unasked(const McpMessage& message) {
  if (message.kind == McpMessage::Kind::request && asides_said_ < most_asides) {
    ++asides_said_;
    asides_.push_back(mcp_reply(message));
  }
  if (++unasked_ < most_unasked) return {};
  return not_so(Reason::protocol, std::to_string(unasked_) + " messages came, none of them the answer to " +
                                      std::string(asking()));
}

std::optional<Met> McpDialogue::refused(std::string_view body) {
  const auto object = object_in(body);
  const McpMessage message = object ? read_mcp(*object) : McpMessage();
  if (message.kind == McpMessage::Kind::error) return failed(message.body);
  if (!may_be_older()) return std::nullopt;
  older(body.empty() ? "an empty body" : one_line(body, 100));
  return Met();
}

Met McpDialogue::failed(const json::object& error) {
  Failure failure = mcp_failure(error, asking());
  const auto code = static_cast<McpCode>(code_of(error));
  if (may_be_older()) {
    const bool knows_sessions =
        names_version(array_at(object_at(&error, "data"), "supported"), is_mcp_session_version);
    const bool of_this_era = code == McpCode::header_mismatch || code == McpCode::missing_capability ||
                             code == McpCode::unsupported_version;
    if (!of_this_era || knows_sessions) {
      older(std::move(failure.detail));
      return {};
    }
  }
  if (step_ == Step::initialize && !why_older_.empty()) failure.detail += "; before, " + why_older_;
  return std::unexpected(std::move(failure));
}

void McpDialogue::older(std::string why) {
  why_older_ = std::move(why);
  sessions_ = true;
  waiting_ = false;
  version_.clear();
  step_ = Step::initialize;
}

Met McpDialogue::answered(json::object result) {
  waiting_ = false;
  const std::string type = text_at(&result, "resultType");
  if (!sessions_ && !type.empty() && type != "complete")
    return not_so(Reason::assertion, std::string(asking()) + " was answered with " + one_line(type, 40) +
                                         ": it wants something of a person first");
  if (step_ == Step::list) {
    auto cursor = tools_.add(result);
    if (!cursor) return std::unexpected(std::move(cursor).error());
    cursor_ = cursor->value_or("");
    if (cursor_.empty()) step_ = !plan_.tool.empty() && tools_.has(plan_.tool) ? Step::call : Step::over;
    return {};
  }
  if (step_ == Step::call) {
    result_ = std::move(result);
    step_ = Step::over;
    return {};
  }
  return met(result);
}

// The first answer: who it is, and what it speaks.
Met McpDialogue::met(const json::object& result) {
  const json::object* capabilities = object_at(&result, "capabilities");
  offers_tools_ = capabilities && capabilities->contains("tools");
  if (!capabilities)
    return not_so(Reason::protocol, std::string(asking()) + " was answered without capabilities: " +
                                        one_line(json::serialize(result), 120));
  if (step_ == Step::discover) {
    const json::array* versions = array_at(&result, "supportedVersions");
    const auto ours = [](std::string_view version) { return version == mcp_stateless; };
    if (versions && !names_version(versions, ours))
      return not_so(Reason::protocol, "it supports " + one_line(json::serialize(*versions), 100) + ", not " +
                                          std::string(mcp_stateless));
    server_ = name_of(object_at(object_at(&result, "_meta"), std::string(meta_prefix) + "serverInfo"));
    if (server_.empty()) server_ = name_of(object_at(&result, "serverInfo"));
    step_ = offers_tools_ ? Step::list : Step::over;
    return {};
  }
  version_ = text_at(&result, "protocolVersion");
  server_ = name_of(object_at(&result, "serverInfo"));
  if (!plan_.version.empty() && version_ != plan_.version)
    return not_so(Reason::assertion,
                  "wanted version " + plan_.version + ", it speaks " + one_line(version_, 40));
  if (!is_mcp_session_version(version_) && !(plan_.events && version_ == mcp_of_events))
    return not_so(Reason::protocol, "it speaks a version we do not: " + one_line(version_, 40));
  step_ = Step::initialized;
  return {};
}

}  // namespace answerback::probes
