#include "probes/a2a/card.h"

#include <algorithm>

#include "model/text.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

constexpr std::size_t most_interfaces = 16, most_skills = 500;

enum class FieldKind { text, object, list };
struct CardField {
  std::string_view name;
  FieldKind kind;
};
constexpr CardField of_both[] = {{"name", FieldKind::text},
                                 {"description", FieldKind::text},
                                 {"version", FieldKind::text},
                                 {"capabilities", FieldKind::object},
                                 {"defaultInputModes", FieldKind::list},
                                 {"defaultOutputModes", FieldKind::list},
                                 {"skills", FieldKind::list}};
constexpr CardField of_skill[] = {{"id", FieldKind::text},
                                  {"name", FieldKind::text},
                                  {"description", FieldKind::text},
                                  {"tags", FieldKind::list}};
constexpr CardField of_interface[] = {
    {"url", FieldKind::text}, {"protocolBinding", FieldKind::text}, {"protocolVersion", FieldKind::text}};

// "skills[2].tags: wanted a list, got nothing"
std::optional<Failure> unlike(const json::object& object, std::span<const CardField> fields,
                              const std::string& place) {
  for (const auto& [name, kind] : fields) {
    const json::value* value = object.if_contains(name);
    const bool good = value && (kind == FieldKind::text     ? value->is_string()
                                : kind == FieldKind::object ? value->is_object()
                                                            : value->is_array());
    if (good) continue;
    constexpr std::string_view wanted[] = {"a text", "an object", "a list"};
    return Failure{Reason::protocol,
                   "the agent card: " + place + std::string(name) + ": wanted " +
                       std::string(wanted[static_cast<std::size_t>(kind)]) + ", got " +
                       (value ? one_line(json::serialize(*value), 80) : std::string("nothing"))};
  }
  return std::nullopt;
}

std::unexpected<Failure> broken_card(std::string detail) {
  return std::unexpected(Failure{Reason::protocol, "the agent card: " + std::move(detail)});
}

std::expected<void, Failure> add_interface(A2aCard& card, const std::string& text, std::string binding,
                                           const std::string& place) {
  if (binding == "GRPC") return {};  // not of HTTP/1.1, and written without a scheme by some
  auto url = net::parse_url(text, {"http", "https"});
  if (!url) return broken_card(place + ": no address: " + one_line(text, 80));
  if (card.interfaces.size() < most_interfaces)
    card.interfaces.push_back({*std::move(url), std::move(binding)});
  return {};
}

std::expected<void, Failure> read_interfaces(A2aCard& card, const json::object& object) {
  const json::array* list = array_at(&object, "supportedInterfaces");
  card.old = list == nullptr;
  if (card.old) {
    const std::string url = text_at(&object, "url"), preferred = text_at(&object, "preferredTransport");
    if (url.empty()) return broken_card("neither supportedInterfaces (1.0) nor url (0.3)");
    if (auto added = add_interface(card, url, preferred.empty() ? "JSONRPC" : preferred, "url"); !added)
      return added;
    list = array_at(&object, "additionalInterfaces");
  }
  if (!card.old && list->empty()) return broken_card("supportedInterfaces is empty");
  for (std::size_t i = 0; list && i < list->size() && i < most_interfaces; ++i) {
    const std::string place =
        (card.old ? "additionalInterfaces[" : "supportedInterfaces[") + std::to_string(i) + "]";
    const json::object* each = (*list)[i].if_object();
    if (!each) return broken_card(place + ": wanted an object");
    if (!card.old)
      if (auto failure = unlike(*each, of_interface, place + "."))
        return std::unexpected(*std::move(failure));
    if (auto added = add_interface(card, text_at(each, "url"),
                                   text_at(each, card.old ? "transport" : "protocolBinding"), place + ".url");
        !added)
      return added;
  }
  return {};
}

}  // namespace

std::expected<A2aCard, Failure> read_a2a_card(std::string_view body) {
  const auto object = object_in(body);
  if (!object)
    return std::unexpected(Failure{Reason::protocol, "wanted an agent card, got " + describe_body(body)});
  A2aCard card;
  if (auto read = read_interfaces(card, *object); !read) return std::unexpected(std::move(read).error());
  if (auto failure = unlike(*object, of_both, "")) return std::unexpected(*std::move(failure));
  card.name = one_line(text_at(&*object, "name"), 80);
  card.version = one_line(text_at(&*object, "version"), 40);
  const json::array& skills = *array_at(&*object, "skills");
  if (skills.size() > most_skills)
    return std::unexpected(
        Failure{Reason::too_large, "the agent card: " + std::to_string(skills.size()) + " skills"});
  for (std::size_t i = 0; i < skills.size(); ++i) {
    const std::string place = "skills[" + std::to_string(i) + "]";
    const json::object* skill = skills[i].if_object();
    if (!skill) return broken_card(place + ": wanted an object");
    if (auto failure = unlike(*skill, of_skill, place + ".")) return std::unexpected(*std::move(failure));
    const std::string id = text_at(skill, "id");
    if (!card.parts.emplace("skill " + one_line(id, 80), digest_of(skills[i])).second)
      return broken_card("two skills have the id " + one_line(id, 80));
    card.skills.push_back(id);
  }
  for (const auto& [key, value] : *object)
    if (key != "signatures" && key != "skills" && card.parts.size() < most_skills + 64)
      card.parts.emplace(one_line(std::string_view(key), 80), digest_of(value));
  return card;
}

}  // namespace answerback::probes
