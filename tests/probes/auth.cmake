answerback_test(test_auth
  auth_judge_test.cpp auth_peer_test.cpp ../support/certificates.cpp ../support/peer.cpp
  USES probes)
