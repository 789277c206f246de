answerback_test(test_llm
  llm_budget_test.cpp llm_judge_test.cpp llm_openai_test.cpp llm_settings_test.cpp
  llm_harness.cpp llm_peers_test.cpp llm_hostile_test.cpp llm_demo_test.cpp
  ../support/certificates.cpp ../support/peer.cpp
  USES probes demo_platform)
