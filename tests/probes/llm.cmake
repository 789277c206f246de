answerback_test(test_llm
  llm_judge_test.cpp llm_openai_test.cpp llm_settings_test.cpp llm_small_test.cpp llm_purse_test.cpp
  llm_harness.cpp llm_peers_test.cpp llm_hostile_test.cpp llm_demo_test.cpp llm_probe_test.cpp
  llm_wires.cpp llm_wires_test.cpp
  ../support/certificates.cpp ../support/peer.cpp
  USES probes demo_platform)
answerback_test(test_llm_replicas
  llm_replicas_test.cpp llm_harness.cpp
  ../support/certificates.cpp ../support/peer.cpp ../support/postgres_server.cpp
  USES probes PkgConfig::pqxx)
target_compile_definitions(test_llm_replicas PRIVATE ANSWERBACK_WORKER="$<TARGET_FILE:answerback-worker>")
add_dependencies(test_llm_replicas answerback-worker)
