answerback_test(test_agent
  agent_canary_test.cpp agent_chain_test.cpp challenge_test.cpp platform_event_test.cpp agent_fuzz_test.cpp
  agent_peer_test.cpp agent_platform_test.cpp agent_settings_test.cpp agent_transcripts_test.cpp isolation_test.cpp websocket_platform_test.cpp ../support/certificates.cpp ../support/peer.cpp
  USES probes demo_platform TIMEOUT 120)
