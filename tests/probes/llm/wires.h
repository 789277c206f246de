#pragma once
// What each provider sends and expects, byte by byte, as its documentation has it: the ground of the fakes.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace answerback::probes {

struct Wire {
  std::string name;          // of the case
  std::string keys;          // configuration, but for base_url, model "demo-1" and key "demo-key"
  std::string base;          // path of base_url
  std::string request_line;  // of a generation
  std::string key_header;    // a line of the request
  std::string request_body;  // of a generation, with the prompt "Hi"
  std::string type;          // Content-Type of a stream
  std::string stream;        // body of a good one: "Hello you!" by demo-1, 12 tokens in and 5 out
  std::string whole;         // the same in one piece
  std::string model_line;    // request line of the look at the access
  std::string model_body;    // its good answer

  struct Ending {
    std::string what, stream, verdict;
  };
  std::vector<Ending> endings;  // streams that end in other ways

  struct Refusal {
    unsigned status;
    std::string headers, body, verdict;
  };
  std::vector<Refusal> refusals;
};

std::span<const Wire> wires();

}  // namespace answerback::probes
