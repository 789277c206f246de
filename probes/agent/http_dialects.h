#pragma once
// The presets that ask over HTTP: what each is told, and the codec it speaks with.

#include "probes/agent/line.h"

namespace answerback::probes {

std::unique_ptr<const AgentDialect> read_ag_ui(config::Fields&);
std::unique_ptr<const AgentDialect> read_langgraph(config::Fields&);
std::unique_ptr<const AgentDialect> read_a2a(config::Fields&);
std::unique_ptr<const AgentDialect> read_responses(config::Fields&);  // also over its WebSocket
std::unique_ptr<const AgentDialect> read_vercel(config::Fields&);
std::unique_ptr<const AgentDialect> read_json_dialect(config::Fields&);

inline constexpr std::string_view ag_ui_chain[] = {"RUN_STARTED", "TEXT_MESSAGE_START", "TEXT_MESSAGE_END",
                                                   "RUN_FINISHED"};
inline constexpr std::string_view langgraph_chain[] = {"metadata", "values", "end"};
inline constexpr std::string_view a2a_chain[] = {"completed"};
inline constexpr std::string_view responses_chain[] = {"response.created", "response.output_text.delta",
                                                       "response.output_text.done", "response.completed"};
inline constexpr std::string_view vercel_chain[] = {"start", "text-start", "text-end", "finish"};
inline constexpr std::string_view json_chain[] = {"answer"};

}  // namespace answerback::probes
