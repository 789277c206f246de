#include "net/http_stage.h"

namespace answerback::net {

asio::awaitable<std::expected<HttpResponse, Failure>> fetch_in_stage(Run& run, Evidence& seen,
                                                                     const Transport& transport,
                                                                     const HttpRequest& request) {
  const std::string place = request.url.place();
  run.phases.note(place);
  Phases inside;
  Run exchange{run.clock, run.deadline, inside, seen, run.id};
  try {
    co_return co_await fetch(exchange, transport, request);
  } catch (...) {  // cancelled: what is known of where goes with it
    std::string note = place + ", in " + std::string(name(inside.current()));
    if (!inside.note().empty()) note += " (" + inside.note() + ")";
    run.phases.note(std::move(note));
    throw;
  }
}

}  // namespace answerback::net
