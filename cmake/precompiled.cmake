# Where ANSWERBACK_PRECOMPILE is on, the headers of the libraries are parsed once: half the time of a build. The release
# builds without, so that no file of ours ever leans on what another included.
option(ANSWERBACK_PRECOMPILE "parse the libraries' headers once for all" OFF)
if(NOT ANSWERBACK_PRECOMPILE)
  function(answerback_precompiled)
  endfunction()
  return()
endif()

add_compile_options(-pthread)
set(precompiled_headers
  <algorithm> <array> <chrono> <cstdint> <deque> <expected> <fstream> <functional> <iostream> <map> <memory> <mutex> <optional>
  <ranges> <set> <span> <sstream> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
  <boost/asio/as_tuple.hpp> <boost/asio/awaitable.hpp> <boost/asio/bind_cancellation_slot.hpp>
  <boost/asio/cancellation_signal.hpp> <boost/asio/co_spawn.hpp> <boost/asio/dispatch.hpp> <boost/asio/io_context.hpp>
  <boost/asio/ip/tcp.hpp> <boost/asio/post.hpp> <boost/asio/posix/stream_descriptor.hpp> <boost/asio/read.hpp>
  <boost/asio/steady_timer.hpp> <boost/asio/this_coro.hpp> <boost/asio/use_awaitable.hpp> <boost/asio/write.hpp>
  <boost/json.hpp>)

# answerback_precompiled(TARGET FOR): TARGET is compiled with what FOR (rooms or tests) parsed. It links what that needs:
# the same macros everywhere, and what the headers define at the start of a program.
function(answerback_precompiled name for)
  target_link_libraries(${name} PRIVATE asio Boost::json)
  target_precompile_headers(${name} REUSE_FROM precompiled_${for})
endfunction()

add_library(precompiled_rooms OBJECT cmake/precompiled.cpp)
target_link_libraries(precompiled_rooms PRIVATE asio Boost::json)
target_precompile_headers(precompiled_rooms PRIVATE ${precompiled_headers})

find_package(GTest REQUIRED)
add_executable(precompiled_tests cmake/precompiled.cpp)  # a program, as tests are: it is compiled as they are
target_link_libraries(precompiled_tests PRIVATE asio Boost::json GTest::gmock)
target_compile_options(precompiled_tests PRIVATE -O0)
target_precompile_headers(precompiled_tests PRIVATE ${precompiled_headers} <gmock/gmock.h> <gtest/gtest.h>)
