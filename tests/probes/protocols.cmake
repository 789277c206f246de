answerback_test(test_protocols dns_test.cpp env_test.cpp grpc_test.cpp icmp_test.cpp tls_test.cpp ../support/certificates.cpp ../support/peer.cpp USES probes)
target_compile_definitions(test_protocols PRIVATE ANSWERBACK_WORKER="$<TARGET_FILE:answerback-worker>")
add_dependencies(test_protocols answerback-worker)
