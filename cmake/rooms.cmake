# answerback_room(NAME sources… [SMALL] USES libraries…): one folder, one static library, included as "NAME/file.h".
# SMALL: no check runs through it, so a release compiles it for size.
function(answerback_room name)
  cmake_parse_arguments(arg "SMALL" "" "USES" ${ARGN})
  add_library(${name} STATIC ${arg_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/daemon ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_USES})
  if(arg_SMALL AND CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${name} PRIVATE -Os)
  endif()
  answerback_precompiled(${name} rooms)
endfunction()

# answerback_test(NAME sources… USES libraries…): one GoogleTest program, each of its tests known to ctest.
function(answerback_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "USES" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${arg_USES} GTest::gmock_main)
  target_compile_options(${name} PRIVATE -O0)  # a third of their build; what they test keeps its own level
  answerback_precompiled(${name} tests)
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT ${arg_TIMEOUT})
endfunction()
