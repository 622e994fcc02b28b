# cmake -D way=find_package|add_subdirectory|fetch_content|pkg_config|include_path -D crisp_source=... -D crisp_build=...
#       -D scratch=... -D compiler=... -D generator=... -D fft=fftw|eigen -P check.cmake
# Fails unless the project in consumer/ configures, builds and runs with crisp got in that way, and sees nothing
# of crisp's own business: its compiler flags, its tests, its programs, its install rules.
cmake_minimum_required(VERSION 3.22)

include(${CMAKE_CURRENT_LIST_DIR}/../support/run.cmake)

function(require_absent text words where)
  string(FIND "${text}" "${words}" place)
  if(NOT place EQUAL -1)
    message(FATAL_ERROR "\"${words}\" of crisp's own reaches ${where}:\n${text}")
  endif()
endfunction()

# Installs crisp, then moves it: what was installed must not remember where it was built or put.
function(install_to prefix)
  run(${CMAKE_COMMAND} --install ${crisp_build} --prefix ${scratch}/first_prefix)
  file(RENAME ${scratch}/first_prefix ${prefix})
  file(GLOB_RECURSE installed ${prefix}/*.cmake)
  foreach(file IN LISTS installed)
    file(READ ${file} text)
    require_absent("${text}" "${crisp_source}" ${file})
    require_absent("${text}" "${scratch}" ${file})
  endforeach()
endfunction()

# Without CMake: one source, and the flags that pkg-config names or that a user would write.
function(compile_with flags)
  run(${compiler} -std=c++17 -O1 ${scratch}/consumer/main.cpp -o ${scratch}/program ${flags})
  run(${scratch}/program)
  message(STATUS "The consumer says: ${output}")
endfunction()

file(REMOVE_RECURSE ${scratch})
file(COPY ${CMAKE_CURRENT_LIST_DIR}/consumer DESTINATION ${scratch})
if(way STREQUAL "pkg_config")
  install_to(${scratch}/prefix)
  set(ENV{PKG_CONFIG_PATH} ${scratch}/prefix/share/pkgconfig)
  run(pkg-config --cflags --libs "crisp >= 0.1")
  separate_arguments(flags UNIX_COMMAND "${output}")
  compile_with("${flags}")
  return()
elseif(way STREQUAL "include_path")
  install_to(${scratch}/prefix)
  compile_with("-I${scratch}/prefix/include;${plain_flags}")
  return()
elseif(way STREQUAL "find_package")
  install_to(${scratch}/prefix)
  set(where -D CMAKE_PREFIX_PATH=${scratch}/prefix)
elseif(way STREQUAL "add_subdirectory")
  set(where -D crisp_source=${crisp_source})
else()
  set(where -D FETCHCONTENT_SOURCE_DIR_CRISP=${crisp_source} -D FETCHCONTENT_FULLY_DISCONNECTED=ON)
endif()

run(${CMAKE_COMMAND} -S ${scratch}/consumer -B ${scratch}/build -G ${generator} -D way=${way} ${where}
    -D CMAKE_BUILD_TYPE=Release -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_EXPORT_COMPILE_COMMANDS=ON)
require_absent("${output}" "Warning" "the configuration")

run(${CMAKE_COMMAND} --build ${scratch}/build)
require_absent("${output}" "warning:" "the compiler's output")

file(READ ${scratch}/build/compile_commands.json commands)
foreach(flag IN ITEMS -W -march -fsanitize)
  require_absent("${commands}" " ${flag}" "the consumer's compile commands")
endforeach()
string(JSON number_of_commands LENGTH "${commands}")
if(NOT number_of_commands EQUAL 1)
  message(FATAL_ERROR "The consumer has one source, and its build compiles ${number_of_commands}:\n${commands}")
endif()

run(${CMAKE_CTEST_COMMAND} --test-dir ${scratch}/build --show-only)
if(NOT output MATCHES "Total Tests: 1\n")
  message(FATAL_ERROR "The consumer has one test, and ctest sees:\n${output}")
endif()

run(${CMAKE_COMMAND} --install ${scratch}/build --prefix ${scratch}/installed)
file(GLOB_RECURSE installed ${scratch}/installed/*crisp*)
if(installed)
  message(FATAL_ERROR "Installing the consumer installs crisp's own files: ${installed}")
endif()

run(${scratch}/build/consumer)
message(STATUS "The consumer says: ${output}")
