answerback_test(test_mcp
  mcp_dialogue_test.cpp mcp_peer_test.cpp registry_test.cpp ../support/certificates.cpp ../support/peer.cpp
  USES probes)
target_compile_definitions(test_mcp PRIVATE ANSWERBACK_WORKER="$<TARGET_FILE:answerback-worker>")
add_dependencies(test_mcp answerback-worker)
