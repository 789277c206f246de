answerback_test(unit_net_http
  ${CMAKE_CURRENT_LIST_DIR}/http_test.cpp ${CMAKE_CURRENT_LIST_DIR}/http_request_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/http_hostile_test.cpp ${CMAKE_CURRENT_LIST_DIR}/http_proxy_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/retry_after_test.cpp ${CMAKE_CURRENT_LIST_DIR}/tls_test.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/peer.cpp ${PROJECT_SOURCE_DIR}/tests/support/certificates.cpp
  USES net)
target_compile_definitions(unit_net_http PRIVATE ANSWERBACK_VERSION="${PROJECT_VERSION}")
