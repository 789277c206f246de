#pragma once
// Where a field of an event may stand, whatever the platform's dialect. Pure.

#include <array>
#include <boost/json/value.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

namespace answerback::probes {

using Names = std::initializer_list<std::string_view>;

bool contains_any(std::string_view text, Names parts);
const boost::json::object* inner(const boost::json::object* object,
                                 std::string_view key);  // null: none there
std::string plain(const boost::json::value&);            // a text as it is, null as nothing, all else as JSON

// Asks the places of one frame in their order: its root, payload, data, data.payload, data.metadata, and last
// the envelope around it all. Of several names the first that is somewhere, in snake_case or camelCase. The
// frame outlives it.
class EventFields {
 public:
  explicit EventFields(const boost::json::object& root, const boost::json::object* envelope = nullptr);

  const boost::json::value* find(Names) const;  // never null JSON
  std::string text(Names) const;                // a structure as JSON
  std::string word(Names) const;                // a name or an id: never a structure
  bool is(std::string_view name, bool wanted) const;
  std::string_view at(std::string_view place, std::string_view key) const;  // a text there and nowhere else

 private:
  const boost::json::value* find_one(std::string_view name) const;

  std::array<const boost::json::object*, 6> places_;
};

}  // namespace answerback::probes
