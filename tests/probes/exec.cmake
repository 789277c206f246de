answerback_test(test_exec exec_test.cpp exec_verdict_test.cpp USES probes)
target_compile_definitions(test_exec PRIVATE ANSWERBACK_WORKER="$<TARGET_FILE:answerback-worker>")
add_dependencies(test_exec answerback-worker)
