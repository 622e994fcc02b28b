# cmake -D compiler=... -D flags=... -D fft=fftw|eigen -D source=... -D scratch=... -D reference=... -P check.cmake
#   fails unless every_loss.cpp, compiled so without a warning, comes to what stands in the reference. With -D runner=COMMAND:
#   run by that.
# With -D refusal=WORDS: unless it does not compile, for an error with these words.
# With -D says=WORDS: unless failure.cpp ends with a line that begins with them.
cmake_minimum_required(VERSION 3.22)

include(${CMAKE_CURRENT_LIST_DIR}/../support/run.cmake)

if(NOT flags MATCHES "-std=")
  list(PREPEND flags -std=c++17)
endif()
set(compile ${compiler} -O1 ${flags} -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I${source}/include
            -I${source}/tests)
set(program ${scratch}/program)
file(REMOVE_RECURSE ${scratch})
file(MAKE_DIRECTORY ${scratch})

if(DEFINED refusal)
  execute_process(COMMAND ${compile} -fsyntax-only ${CMAKE_CURRENT_LIST_DIR}/every_loss.cpp ${plain_flags}
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result EQUAL 0 OR NOT output MATCHES "error: [^\n]*${refusal}")
    message(FATAL_ERROR "It should not compile, for an error with \"${refusal}\": ${result}\n${output}")
  endif()
elseif(DEFINED says)
  run(${compile} ${CMAKE_CURRENT_LIST_DIR}/failure.cpp -o ${program} ${plain_flags})
  execute_process(COMMAND ${program} RESULT_VARIABLE result ERROR_VARIABLE output)
  if(result EQUAL 0 OR NOT output MATCHES "(^|\n)${says}")
    message(FATAL_ERROR "It should end with \"${says}\": ${result}\n${output}")
  endif()
else()
  run(${compile} ${CMAKE_CURRENT_LIST_DIR}/every_loss.cpp -o ${program} ${plain_flags})
  run(${runner} ${program} ${reference})
  message(STATUS "${output}")
endif()
