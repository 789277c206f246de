#pragma once
// How to open a session, from the configuration: the keys that `websocket` and `agent` have in common.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"
#include "config/secret.h"
#include "net/websocket.h"
#include "probes/shared/expect/json.h"

namespace answerback::probes {

enum class SendToken : std::uint8_t { header, subprotocol, query, message, none };

struct Welcome {
  enum class Rule : std::uint8_t {
    none,        // the server owes none
    any,         // its first word that is no ping and no error
    platform,    // system_message or connection_established, and start-up complete
    configured,  // the matchers below
  };
  Rule rule = Rule::any;
  JsonExpect json = {};
};

struct SessionSettings {
  std::string who = {};                // stands before the labels of frames where there are several users
  net::WebSocketRequest request = {};  // without the token
  std::string credentials = {};        // name; empty: nobody
  Secret token = {};                   // presented as it is, where none of the credentials is
  SendToken send_token = SendToken::header;
  bool uses_token = true;  // it is sent, by `send_token` or where {{token}} stands
  Welcome welcome = {};
  std::optional<Duration> welcome_within = {};  // else until the deadline
};

enum class Users : std::uint8_t { one, by_caller };  // who reads the key `credentials`

// All of it but the welcome, which is none. {{token}} may stand in the query of `url`, in headers and, also
// as
// {{token|base64url}}, in subprotocols; with_token() fills it in.
SessionSettings read_connection(config::Fields&, Users = Users::one);

// `usual`: the welcome wanted where none is configured.
SessionSettings read_session(config::Fields&, Welcome::Rule usual, Users = Users::one);

bool marked(const net::WebSocketRequest&);  // {{token}} stands in it

// The request with the token in its place; for `message`, as it was.
net::WebSocketRequest with_token(const SessionSettings&, const std::string& token);

// What asks an agent. Whatever key a generation of the platform reads the question from, it is there.
std::string request_text(std::string_view type, const std::string& question);

// The first message of `send_token: message`.
std::string token_message(const std::string& token);

// Whether the frame is the welcome: "" if it is, else what is not as wanted.
struct AgentEvent;
std::string judge_welcome(const Welcome&, const AgentEvent&, std::string_view text);

}  // namespace answerback::probes
