answerback_test(test_protocols dns_test.cpp ../support/certificates.cpp ../support/peer.cpp USES probes)
