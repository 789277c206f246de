// Each preset against a server that speaks its protocol to the letter (wire.md 2.5 and 2.6), failures
// included.

#include "probes/steps/stage.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::Connection;
using testing::HasSubstr;
using testing::Not;

class Presets : public Stage {
 protected:
  // Opens as the preset's protocol does up to here; then `rest`.
  void refuse(std::string keys, std::string path, const std::string& verdict, const std::string& words) {
    for (const ProbeType* type : {&agent, &websocket}) {
      const Told told = type == &agent ? ask(keys, path) : run(*type, keys, path);
      EXPECT_EQ(told.verdict(), verdict) << testing::PrintToString(told);
      EXPECT_THAT(told.result.detail, HasSubstr(words));
    }
  }
};

// --- Socket.IO

Awaitable<void> socketio_open(Connection& c, std::string connect = "40{}") {
  co_await say(
      c, R"(0{"sid":"E1","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
  co_await wants(c, connect);
  co_await say(c, R"(40{"sid":"S1"})");
}

TEST_F(Presets, SocketIo) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, "2");
    co_await wants(c, "3");
    co_await socketio_open(c);
    const std::string question = co_await hear(c);
    EXPECT_TRUE(question.starts_with(R"(421["chat",{"text":")")) << question;
    co_await say(c, R"(42["typing",{}])");
    co_await say(c, "431[]");
    co_await say(c, R"(42["reply",{"text":")" + answer_to(question) + R"("}])");
  });
  const Told told = ask("preset: socketio");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_EQ(target(), "/socket.io/?EIO=4&transport=websocket");
}

TEST_F(Presets, SocketIoAnswersInAnAcknowledgementAndANamespace) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, R"(0{"sid":"E1"})");
    const std::string connect = co_await hear(c);
    EXPECT_TRUE(connect.starts_with(R"(40/chat,{"token":"ey)")) << connect;
    co_await say(c, R"(40/chat,{"sid":"S1"})");
    const std::string question = co_await hear(c);
    EXPECT_TRUE(question.starts_with(R"(42/chat,1["ask",")")) << question;
    co_await say(c, R"(43/chat,1[{"text":")" + answer_to(question) + R"("}])");
  });
  const Told told =
      ask("preset: socketio\n    credentials: canary\n"
          "    with: {namespace: /chat, event: ask, message: '{{question}}'}",
          "/io?EIO=4&room=1");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_EQ(target(), "/io?EIO=4&room=1&transport=websocket");
  EXPECT_THAT(told.frames(), AllOf(HasSubstr("<token>"), Not(HasSubstr("eyJ"))));
  EXPECT_THAT(requests_.back(), Not(HasSubstr("Authorization"))) << "the token is in the CONNECT";
}

TEST_F(Presets, SocketIoAnswersWithAttachments) {
  for (const std::string space : {"", "/chat,"}) {
    serve([space](Connection& c) -> Awaitable<void> {
      co_await say(c, R"(0{"sid":"E1"})");
      co_await hear(c);
      co_await say(c, "40" + space + R"({"sid":"S1"})");
      const std::string question = co_await hear(c);
      co_await say(c, "451-" + space + R"(["reply",{"text":")" + answer_to(question) +
                          R"(","raw":{"_placeholder":true,"num":0}}])");
      co_await c.write(net::frame(net::binary, "raw"));
    });
    const Told told =
        ask(space.empty() ? "preset: socketio" : "preset: socketio\n    with: {namespace: /chat}");
    EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  }
}

TEST_F(Presets, SocketIoRefuses) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, R"(0{"sid":"E1"})");
    co_await hear(c);
    co_await say(c, R"(44{"message":"Not authorized","data":{}})");
  });
  refuse("preset: socketio", "/", "fail auth at welcome", "step 5 (until): the server said 44");
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, R"(0{"sid":"E1"})");
    co_await hear(c);
    co_await say(c, R"(44/chat,{"message":"Invalid namespace"})");
  });
  refuse("preset: socketio", "/", "fail bad_request at welcome", "Invalid namespace");
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, R"(0{"sid":"E1"})");
    co_await hear(c);
    co_await c.write(net::frame(net::close_frame));
    co_await c.hold();
  });
  refuse("preset: socketio", "/", "fail closed at welcome", "without a code, in step 5 (until)");
}

TEST_F(Presets, SocketIoIsSilent) {
  serve([](Connection& c) -> Awaitable<void> { co_await c.wait(1ms); });
  for (const ProbeType* type : {&agent, &websocket}) {
    const Told told = run(*type, "preset: socketio", "/", 400ms);
    EXPECT_EQ(told.verdict(), "fail no_welcome at welcome");
    EXPECT_THAT(told.result.detail, HasSubstr("step 3 (until): nothing in "));
  }
  serve([](Connection& c) -> Awaitable<void> {
    co_await socketio_open(c);
    co_await hear(c);
    co_await say(c, "2");
  });
  const Told told = ask("preset: socketio");
  EXPECT_EQ(told.verdict(), "fail no_start at dispatch") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("5 steps ok"));
  EXPECT_EQ(run(websocket, "preset: socketio").verdict(), "pass") << "the socket does what sockets do";
}

// --- graphql-transport-ws

const std::string graphql = R"(preset: graphql_transport_ws
    with: {query: 'subscription($question: String!) { ask(question: $question) }', answer: /payload/data/ask})";

Awaitable<void> graphql_open(Connection& c) {
  co_await wants(c, R"({"type":"connection_init","payload":{}})");
  co_await say(c, R"({"type":"connection_ack"})");
}

TEST_F(Presets, GraphQl) {
  serve(
      [](Connection& c) -> Awaitable<void> {
        co_await graphql_open(c);
        co_await say(c, R"({"type":"ping"})");
        const std::string first = co_await hear(c), second = co_await hear(c);
        EXPECT_TRUE(first == R"({"type":"pong"})" || second == R"({"type":"pong"})");
        const std::string question = first.contains("subscribe") ? first : second,
                          answer = answer_to(question);
        EXPECT_TRUE(question.starts_with(R"({"id":"1","type":"subscribe","payload":{"query":"subscription()"))
            << question;
        for (const std::string& piece : {answer.substr(0, 7), answer.substr(7)})
          co_await say(c, R"({"id":"1","type":"next","payload":{"data":{"ask":")" + piece + R"("}}})");
        co_await say(c, R"({"id":"1","type":"complete"})");
      },
      "graphql-transport-ws");
  const Told told = ask(graphql);
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("2 of 2 events"));
}

TEST_F(Presets, GraphQlRefuses) {
  serve([](Connection& c) -> Awaitable<void> { co_await c.wait(1ms); });
  const Told unselected = ask(graphql);
  EXPECT_EQ(unselected.verdict(), "fail subprotocol at upgrade") << testing::PrintToString(unselected);
  serve(
      [](Connection& c) -> Awaitable<void> {
        co_await hear(c);
        co_await c.write(net::closing(4403, "Forbidden"));
        co_await c.hold();
      },
      "graphql-transport-ws");
  for (const Told& told : {ask(graphql), run(websocket, "preset: graphql_transport_ws")}) {
    EXPECT_EQ(told.verdict(), "fail auth at welcome") << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail, HasSubstr("4403"));
  }
  for (const std::string& error :
       {R"({"id":"1","type":"error","payload":[{"message":"no such field"}]})"s,
        R"({"id":"1","type":"next","payload":{"errors":[{"message":"no such field"}]}})"s}) {
    serve(
        [error](Connection& c) -> Awaitable<void> {
          co_await graphql_open(c);
          co_await hear(c);
          co_await say(c, error);
        },
        "graphql-transport-ws");
    const Told told = ask(graphql);
    EXPECT_EQ(told.result.reason, Reason::agent_error) << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail, HasSubstr("no such field"));
  }
}

// --- STOMP

const std::string stomp_keys = R"(preset: stomp
    with: {headers: "login:guest\npasscode:geheim-42\n", subscribe: /queue/answers, destination: /app/ask})";

TEST_F(Presets, Stomp) {
  serve(
      [](Connection& c) -> Awaitable<void> {
        co_await wants(
            c,
            "CONNECT\naccept-version:1.2,1.1,1.0\nhost:/\nheart-beat:10000,10000\nlogin:guest\npasscode:geheim-42\n\n\0"s);
        co_await say(c, "CONNECTED\nversion:1.2\nheart-beat:10000,10000\n\n\0\n"s);
        co_await wants(c, "\n");
        co_await wants(c, "SUBSCRIBE\nid:1\ndestination:/queue/answers\nreceipt:subscribed\n\n\0"s);
        co_await say(c, "\n");
        co_await say(c, "RECEIPT\r\nreceipt-id:subscribed\r\n\r\n\0"s);
        const std::string question = co_await hear(c);
        EXPECT_TRUE(
            question.starts_with("SEND\ndestination:/app/ask\ncontent-type:application/json\n\n{\"text\":\""))
            << question;
        EXPECT_TRUE(question.ends_with("\0"s));
        // In one frame with a heartbeat, and cut in the middle.
        const std::string message =
            "\nMESSAGE\nsubscription:1\nmessage-id:9\ndestination:/queue/answers\n\n" + answer_to(question) +
            "\0\n"s;
        co_await say(c, message.substr(0, 40));
        co_await say(c, message.substr(40));
      },
      "v12.stomp");
  const Told told = ask(stomp_keys);
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(told.frames(), AllOf(HasSubstr("<secret>"), Not(HasSubstr("geheim"))));
}

TEST_F(Presets, StompRefuses) {
  const std::string keys = "preset: stomp\n    with: {subscribe: /a";
  serve(
      [](Connection& c) -> Awaitable<void> {
        co_await hear(c);
        co_await say(c, "ERROR\nmessage:Bad CONNECT\ncontent-length:14\n\nAccess refused\0"s);
        co_await c.write(net::closing(1000));
        co_await c.hold();
      },
      "v12.stomp");
  EXPECT_EQ(run(websocket, keys + "}").verdict(), "fail auth at welcome");
  EXPECT_EQ(ask(keys + ", destination: /b}").verdict(), "fail auth at welcome");
  serve(
      [](Connection& c) -> Awaitable<void> {
        co_await hear(c);
        co_await say(c, "CONNECTED\nversion:1.2\n\n"s);  // without its end
      },
      "v12.stomp");
  const Told told = run(websocket, keys + "}", "/", 400ms);
  EXPECT_EQ(told.verdict(), "fail no_welcome at welcome");
  EXPECT_THAT(told.result.detail, HasSubstr("23 bytes came without their end"));
}

// --- ActionCable

const std::string cable = R"(preset: actioncable
    with: {identifier: {channel: ChatChannel, room: ok}})";

TEST_F(Presets, ActionCable) {
  const std::string identifier = R"("{\"channel\":\"ChatChannel\",\"room\":\"ok\"}")";
  serve(
      [identifier](Connection& c) -> Awaitable<void> {
        co_await say(c, R"({"type":"welcome"})");
        co_await wants(c, R"({"command":"subscribe","identifier":)" + identifier + "}");
        co_await say(c, R"({"type":"ping","message":1764337148})");
        co_await say(c, R"({"identifier":)" + identifier + R"(,"type":"confirm_subscription"})");
        const std::string question = co_await hear(c);
        EXPECT_TRUE(question.starts_with(R"({"command":"message","identifier":)" + identifier +
                                         R"(,"data":"{\"action\":\"ask\",\"text\":\")"))
            << question;
        co_await say(c, R"({"type":"ping","message":1764337151})");
        co_await say(
            c, R"({"identifier":)" + identifier + R"(,"message":{"text":")" + answer_to(question) + R"("}})");
      },
      "actioncable-v1-json");
  const Told told = ask(cable);
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_EQ(target(), "/cable");
}

TEST_F(Presets, ActionCableRefuses) {
  serve(
      [](Connection& c) -> Awaitable<void> {
        co_await say(c, R"({"type":"disconnect","reason":"unauthorized","reconnect":false})");
        co_await c.write(net::closing(1000));
        co_await c.hold();
      },
      "actioncable-v1-json");
  refuse(cable, "/", "fail auth at welcome", "unauthorized");
  serve(
      [](Connection& c) -> Awaitable<void> {
        co_await say(c, R"({"type":"welcome"})");
        co_await hear(c);
        co_await say(c, R"({"identifier":"x","type":"reject_subscription"})");
      },
      "actioncable-v1-json");
  refuse(cable, "/", "fail forbidden at welcome", "reject_subscription");
  serve([](Connection& c) -> Awaitable<void> { co_await say(c, R"({"type":"welcome"})"); });
  refuse(cable, "/", "fail subprotocol at upgrade", "selected none");
}

// --- Phoenix

const std::string phoenix_keys = "preset: phoenix\n    with: {topic: 'room:lobby'";

TEST_F(Presets, Phoenix) {
  serve(
      [](Connection& c) -> Awaitable<void> {
        co_await wants(c, R"(["1","1","room:lobby","phx_join",{}])");
        co_await say(c, R"([null,null,"room:lobby","presence_state",{}])");
        co_await say(c, R"(["1","1","room:lobby","phx_reply",{"status":"ok","response":{}}])");
        co_await wants(c, R"([null,"h1","phoenix","heartbeat",{}])");
        co_await say(c, R"([null,"h1","phoenix","phx_reply",{"status":"ok","response":{}}])");
        const std::string question = co_await hear(c);
        EXPECT_TRUE(question.starts_with(R"(["1","2","room:lobby","new_msg",{"body":")")) << question;
        co_await say(c, R"(["1","2","room:lobby","phx_reply",{"status":"ok","response":{}}])");
        co_await say(c, R"(["1",null,"room:lobby","answer",{"body":")" + answer_to(question) + R"("}])");
      },
      "phoenix");
  const Told told = ask(phoenix_keys + ", reply: answer}\n    credentials: canary");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_EQ(target(), "/socket/websocket?vsn=2.0.0");
  EXPECT_THAT(requests_.back(), HasSubstr("Sec-WebSocket-Protocol: phoenix, base64url.bearer.phx.ZXlK"));
}

TEST_F(Presets, PhoenixRefuses) {
  const auto answering = [this](std::string text) {
    serve([text](Connection& c) -> Awaitable<void> {
      co_await hear(c);
      co_await say(c, text);
    });
  };
  answering(R"(["1","1","room:lobby","phx_reply",{"status":"error","response":{"reason":"unauthorized"}}])");
  refuse(phoenix_keys + "}", "/", "fail auth at welcome", "unauthorized");
  answering(
      R"(["1","1","room:lobby","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}])");
  refuse(phoenix_keys + "}", "/", "fail forbidden at welcome", "unmatched topic");
  answering(R"(["1","1","room:lobby","phx_close",{}])");
  refuse(phoenix_keys + "}", "/", "fail closed at welcome", "phx_close");
  serve([](Connection& c) -> Awaitable<void> {
    co_await hear(c);
    co_await say(c, R"(["1","1","room:lobby","phx_reply",{"status":"ok","response":{}}])");
    co_await hear(c);
    co_await hear(c);
    co_await say(c,
                 R"(["1","2","room:lobby","phx_reply",{"status":"error","response":"the model is away"}])");
  });
  const Told told = ask(phoenix_keys + "}");
  EXPECT_EQ(told.result.reason, Reason::agent_error) << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("the model is away"));
}

// --- SignalR

TEST_F(Presets, SignalR) {
  for (const bool pushed : {false, true}) {
    serve([pushed](Connection& c) -> Awaitable<void> {
      co_await wants(c, "{\"protocol\":\"json\",\"version\":1}\x1e");
      co_await say(c, "{}\x1e{\"type\":6}\x1e");
      co_await wants(c, "{\"type\":6}\x1e");
      const std::string question = co_await hear(c);
      EXPECT_TRUE(question.starts_with(R"({"type":1,"invocationId":"1","target":"Send","arguments":[")"))
          << question;
      const std::string answer = answer_to(question);
      co_await say(c, pushed ? "{\"type\":3,\"invocationId\":\"1\",\"result\":null}\x1e{\"type\":1,"
                               "\"target\":\"ReceiveMessage\",\"arguments\":[\"" +
                                   answer + "\"]}\x1e"
                             : "{\"type\":6}\x1e{\"type\":3,\"invocationId\":\"1\",\"result\":\"" + answer +
                                   "\"}\x1e");
    });
    const Told told = ask("preset: signalr\n    credentials: canary", "/hub");
    EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
    EXPECT_THAT(target(), testing::StartsWith("/hub?access_token=ey"));
    EXPECT_THAT(requests_.back(), Not(HasSubstr("Authorization")));
  }
}

TEST_F(Presets, SignalRRefuses) {
  const auto answering = [this](std::string text) {
    serve([text](Connection& c) -> Awaitable<void> {
      co_await hear(c);
      co_await say(c, text);
    });
  };
  answering("{\"error\":\"Requested protocol 'json' is not available.\"}\x1e");
  refuse("preset: signalr", "/hub", "fail protocol at welcome", "not available");
  answering("{\"type\":7,\"error\":\"Server going away\",\"allowReconnect\":true}\x1e");
  refuse("preset: signalr", "/hub", "fail closed at welcome", "going away");
  serve([](Connection& c) -> Awaitable<void> {
    co_await hear(c);
    co_await say(c, "{}\x1e");
    co_await hear(c);
    co_await hear(c);
    co_await say(
        c,
        "{\"type\":3,\"invocationId\":\"1\",\"error\":\"An unexpected error occurred invoking 'Send'\"}\x1e");
  });
  const Told told = ask("preset: signalr", "/hub");
  EXPECT_EQ(told.result.reason, Reason::agent_error) << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("invoking 'Send'"));
}

// --- OpenAI Realtime

Awaitable<void> realtime_open(Connection& c) {
  co_await say(c,
               R"({"type":"session.created","event_id":"e1","session":{"id":"s","model":"gpt-realtime"}})");
  co_await wants(c,
                 R"({"type":"session.update","session":{"type":"realtime","output_modalities":["text"]}})");
  co_await say(c, R"({"type":"session.updated","session":{"id":"s"}})");
}

TEST_F(Presets, OpenAiRealtime) {
  std::string status = "completed";
  serve([&status](Connection& c) -> Awaitable<void> {
    co_await realtime_open(c);
    const std::string question = co_await hear(c);
    EXPECT_TRUE(
        question.starts_with(R"({"type":"conversation.item.create","item":{"type":"message","role":"user",)"
                             R"("content":[{"type":"input_text","text":")"))
        << question;
    co_await wants(c, R"({"type":"response.create"})");
    co_await say(c, R"({"type":"conversation.item.added","item":{}})");
    co_await say(c, R"({"type":"response.created","response":{"id":"r1","status":"in_progress"}})");
    const std::string answer = answer_to(question);
    for (const char letter : answer)
      co_await say(
          c, R"({"type":"response.output_text.delta","response_id":"r1","delta":")"s + letter + R"("})");
    co_await say(c, R"({"type":"rate_limits.updated","rate_limits":[]})");
    co_await say(c, R"({"type":"response.done","response":{"id":"r1","status":")" + status +
                        R"(","status_details":{"error":{"message":"the model had a bad day"}}}})");
  });
  const std::string keys = "preset: openai_realtime\n    credentials: canary";
  const Told told = ask(keys, "/v1/realtime?model=gpt-realtime");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("3 of 3 events"));
  EXPECT_THAT(requests_.back(), HasSubstr("Authorization: Bearer ey"));
  status = "failed";
  const Told failed = ask(keys);
  EXPECT_EQ(failed.result.reason, Reason::agent_error) << testing::PrintToString(failed);
  EXPECT_THAT(failed.result.detail, HasSubstr("the model had a bad day"));
}

TEST_F(Presets, OpenAiRealtimeRefuses) {
  const std::pair<std::string, std::string> forms[] = {
      {R"("type":"invalid_request_error","code":"invalid_api_key")", "auth"},
      {R"("type":"insufficient_quota","code":"insufficient_quota")", "quota"},
      {R"("type":"tokens","code":"rate_limit_exceeded")", "rate_limited"},
      {R"("type":"server_error","code":null)", "upstream_error"},
      {R"("type":"invalid_request_error","code":"model_not_found")", "model_not_found"},
      {R"("type":"invalid_request_error","code":"invalid_value")", "bad_request"}};
  for (const auto& [error, reason] : forms) {
    serve([error](Connection& c) -> Awaitable<void> {
      co_await say(c, R"({"type":"error","error":{)" + error + "}}");
    });
    refuse("preset: openai_realtime", "/", "fail " + reason + " at welcome", "step 2 (until)");
  }
}

}  // namespace
}  // namespace answerback::probes
