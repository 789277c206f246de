#pragma once
// `compare`: two probes that say more together than each alone.

#include "config/fields.h"
#include "config/wiring.h"
#include "model/plan.h"

namespace answerback::config {

// One entry of the list, added to the plan. Its preset says what the two probes are called and what is found:
//   {name: edge,   preset: edge_path,        edge: ws-edge,     direct: ws-direct}
//   {name: tokens, preset: auth_split_brain, sign_in: auth,     socket: websocket}
//   {name: layer,  preset: app_layer,        database: postgres, app: database-health}
//   {name: ready,  preset: ready_lies,       claim: api-ready,  observed: agent}
// The last is the same as `claims` of a type that can read an answer, but takes any pass for a claim.
void read_comparison(Fields&, Wiring&, Plan&);

}  // namespace answerback::config
