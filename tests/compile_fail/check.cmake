# cmake -D case=FILE -D compiler=... -D include_directories=... -P check.cmake
# Fails unless the control in FILE compiles, and its mistake does not and names the error that FILE announces.
cmake_minimum_required(VERSION 3.22)

list(TRANSFORM include_directories PREPEND -I)

function(compile result_name output_name)
  execute_process(COMMAND ${compiler} -std=c++17 -fsyntax-only ${include_directories} ${ARGN} ${case}
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REPLACE "\n" "\n  " output "\n${output}")  # indented, CMake's messages keep their lines
  set(${result_name} "${result}" PARENT_SCOPE)
  set(${output_name} "${output}" PARENT_SCOPE)
endfunction()

file(READ ${case} text)
if(NOT text MATCHES "^// error: ([^\n]+)\n")
  message(FATAL_ERROR "${case} must begin with \"// error: \" and the words of the error")
endif()
set(error "${CMAKE_MATCH_1}")

compile(result output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The control must compile, and does not:${output}")
endif()

compile(result output -DMISTAKE)
if(result EQUAL 0)
  message(FATAL_ERROR "The mistake compiles.")
endif()
string(FIND "${output}" "${error}" place)
if(place EQUAL -1)
  message(FATAL_ERROR "The mistake does not compile, but the compiler never says \"${error}\":${output}")
endif()
message(STATUS "The control compiles; the mistake says: ${error}")
