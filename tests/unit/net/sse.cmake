answerback_test(unit_net_sse ${CMAKE_CURRENT_LIST_DIR}/sse_test.cpp ${CMAKE_CURRENT_LIST_DIR}/ndjson_test.cpp USES net)
