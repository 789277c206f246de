answerback_test(test_agent_http
  agent_codecs_test.cpp agent_http_peer_test.cpp ../support/certificates.cpp ../support/peer.cpp ../support/sim_clock.cpp
  USES probes demo_platform TIMEOUT 60)
