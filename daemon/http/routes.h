#pragma once
// What the port answers. Pure: no sockets, no clock, nothing kept between two requests.

#include <span>
#include <string_view>

#include "http/context.h"
#include "http/message.h"

namespace answerback::http {

enum class Policy : std::uint8_t {
  open,      // for load balancers and orchestrators, who have no password: anyone, at any rate
  status,    // anyone, but the details are for the authorised
  details,   // the authorised: tells what is going on inside
  changing,  // the authorised, and not from another site's page: does something
};

// Every part must be said: a route whose policy was forgotten does not compile.
struct Route {
  using Answer = Response (*)(const Request&, const Context&, std::string_view rest);

  constexpr Route(std::string_view the_method, std::string_view the_path, Policy the_policy,
                  Answer the_answer)
      : method(the_method), path(the_path), policy(the_policy), answer(the_answer) {}

  std::string_view method;  // "GET", which includes HEAD, or "POST"
  std::string_view path;    // one that ends in "/*" takes a last segment, handed over as `rest`
  Policy policy;
  Answer answer;
};

std::span<const Route> routes();
const Route* route_of(const Request&);  // null where there is none, or it does not take the method

// The one answer to a request. Never throws for anything a client may send.
Response handle(const Request&, const Context&);

}  // namespace answerback::http
