#pragma once
// Probe type `llm`: a model of a provider, looked at as deep as the configuration says: the edge is there,
// the key and the model are good, its tokens are counted, it speaks.
//
// Asked to stay away (Retry-After) it sends nothing until then, and once its budget of tokens is spent it
// generates nothing until the window turns; both are `unknown`, with what is still proved.

#include "probe/probe.h"

namespace answerback::probes {

extern const ProbeType llm;

}  // namespace answerback::probes
