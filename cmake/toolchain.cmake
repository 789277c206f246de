# The compiler, its warnings and its sanitizers.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines (wrong branches, double destruction) without a warning.\n"
    "Use clang 19: cmake --preset release, or CXX=clang++-19.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
                    -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
add_compile_options(-fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
endif()
add_link_options(-Wl,--as-needed -Wl,-z,relro,-z,now)

set(ANSWERBACK_SANITIZE "" CACHE STRING "address, undefined or thread")
if(ANSWERBACK_SANITIZE)
  add_compile_options(-fsanitize=${ANSWERBACK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ANSWERBACK_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(_FORTIFY_SOURCE=2)
  add_compile_options(-ffunction-sections -fdata-sections)  # what nobody calls is not in the program
  add_link_options(-Wl,--gc-sections,--icf=safe)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # A page that is touched brings its neighbours: what only the start runs lies together, relocations in bitmaps.
    add_link_options(-Wl,-z,keep-text-section-prefix,-z,pack-relative-relocs)
  endif()
endif()

option(ANSWERBACK_TIDY "run clang-tidy beside the compiler" OFF)
if(ANSWERBACK_TIDY)
  find_program(CLANG_TIDY clang-tidy-19 REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY})
endif()
