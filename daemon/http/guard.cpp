#include "http/guard.h"

#include "http/prefix.h"
#include "http/routes.h"

namespace answerback::http {
namespace {

const Route* beneath_the_prefix(const Request& request) {
  return request.astray ? nullptr : route_of(request);
}

bool is_open(const Route* route) { return route != nullptr && route->policy == Policy::open; }

bool judge_request(access::Door& door, Request& request, std::move_only_function<void()> done) {
  door.look();
  const Route* const route = beneath_the_prefix(request);
  const bool open = is_open(route);
  const bool names_wanted = request.asks_for("verbose") && !request.header("Authorization").empty();
  if (!open && !door.within_rate()) {
    request.standing = access::Standing::throttled;
  } else if (!door.asks_for_passwords()) {
    request.standing = access::Standing::everybody;
  } else if (route == nullptr || (open && !names_wanted)) {
    request.standing = access::Standing::stranger;
  } else {
    const auto known = door.knock(request.header("Authorization"), request.peer,
                                  [&request, done = std::move(done)](access::Standing standing) mutable {
                                    request.standing = standing;
                                    done();
                                  });
    if (!known) return false;
    request.standing = *known;
  }
  return true;
}

}  // namespace

Guard guard_of(access::Door& door, std::string prefix) {
  return {.channel =
              [&door](int socket) {
                door.look();
                return door.channel(socket);
              },
          .judge =
              [&door, prefix = std::move(prefix)](Request& request, std::move_only_function<void()> done) {
                take_off(prefix, request);
                return judge_request(door, request, std::move(done));
              },
          .at_once = [](const Request& request) { return is_open(beneath_the_prefix(request)); },
          .handshake_failed = [&door] { door.count_handshake_failed(); },
          .close = [&door] { door.close(); }};
}

}  // namespace answerback::http
