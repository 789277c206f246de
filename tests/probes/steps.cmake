answerback_test(test_steps
  steps_template_test.cpp steps_machine_test.cpp steps_script_test.cpp steps_fuzz_test.cpp
  steps_presets_test.cpp steps_peer_test.cpp ../support/certificates.cpp ../support/peer.cpp
  USES probes demo_platform)
