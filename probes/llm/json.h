#pragma once
// Looking into a provider's JSON, where anything may be missing or be of another kind than promised. Pure.

#include <boost/json/value.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"

namespace answerback::probes {

// Nothing deeper than 32 levels is taken: the peer must not decide how much stack we need.
std::optional<boost::json::value> parse_json(std::string_view document);
Failure not_json(std::string_view what,
                 std::string_view document);  // "an event of the stream is not JSON: …"

// Null where there is no such member, or this is no object.
const boost::json::value* member(const boost::json::value*, std::string_view name);
const boost::json::value* member(const boost::json::value&, std::initializer_list<std::string_view> path);
// Null where it is no array, or an empty one.
const boost::json::value* first_of(const boost::json::value*);

std::string text(const boost::json::value*);            // "" where it is none
std::string text_or_number(const boost::json::value*);  // a code may be a word, or a number
bool is_true(const boost::json::value*);

// A count the peer claims; what cannot be one is not said.
std::optional<std::uint64_t> count(const boost::json::value*);

}  // namespace answerback::probes
