answerback_test(unit_net_websocket
  ${CMAKE_CURRENT_LIST_DIR}/websocket_test.cpp ${CMAKE_CURRENT_LIST_DIR}/websocket_handshake_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/websocket_hostile_test.cpp ${CMAKE_CURRENT_LIST_DIR}/websocket_frames_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/websocket_others_test.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/peer.cpp ${PROJECT_SOURCE_DIR}/tests/support/certificates.cpp
  USES net)
