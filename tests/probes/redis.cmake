answerback_test(test_redis redis_test.cpp ../support/certificates.cpp ../support/peer.cpp USES probes)
