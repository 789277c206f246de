#include "probes/shared/platform/event_answer.h"

#include <boost/json.hpp>

namespace answerback::probes {
namespace json = boost::json;
namespace {

// Of a conversation, the last word of the agent: what users and tools say in it is no answer.
const json::value* last_word(const json::value& messages) {
  const json::array* list = messages.if_array();
  for (std::size_t i = list ? list->size() : 0; i > 0; --i) {
    const json::object* message = (*list)[i - 1].if_object();
    if (!message) return nullptr;
    const json::value* who = message->if_contains("role");
    if (!who) who = message->if_contains("type");  // LangChain's
    if (!who || !who->is_string()) return nullptr;
    const std::string_view role(who->get_string());
    if (role == "assistant" || role == "ai" || role == "AIMessage" || role == "agent" || role == "model")
      return message->if_contains("content");
  }
  return nullptr;
}

// A structure nobody can find the answer in, without what the agent was given and what its tools said.
std::string but_for_the_way(const json::object& object) {
  json::object rest;
  for (const auto& [key, value] : object) {
    if (!contains_any(key, {"tool", "step", "trace", "history", "input", "question", "query", "messages"}))
      rest.emplace(key, value);
  }
  return json::serialize(rest);
}

// Of what is called an answer; it may be an object around the answer, or a conversation that ends in it.
std::string answer_of(const json::value* value) {
  for (int depth = 0; value && value->is_object() && depth < 4; ++depth) {
    const json::object& object = value->get_object();
    const json::value* next = nullptr;
    if (const json::value* messages = object.if_contains("messages")) next = last_word(*messages);
    for (const std::string_view key :
         {"final_response", "result", "response", "content", "message", "answer", "text", "output"}) {
      if (!next) next = object.if_contains(key);
    }
    if (!next) return but_for_the_way(object);
    value = next;
  }
  if (const json::value* word = value ? last_word(*value) : nullptr) value = word;
  return value ? plain(*value) : std::string();
}

}  // namespace

// A name with nothing behind it leaves it to the next.
EventAnswer answer_in(const EventFields& fields) {
  for (const std::string_view name :
       {"final_response", "result", "response", "content", "answer", "output"}) {
    if (std::string text = answer_of(fields.find({name})); !text.empty()) return {std::move(text), false};
  }
  return {answer_of(fields.find({"message"})), true};
}

}  // namespace answerback::probes
