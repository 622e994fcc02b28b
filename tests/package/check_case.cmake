# cmake -D case=NAME -D crisp_source=... -D scratch=... -D compiler=... -D generator=... -D fft=fftw|eigen -P check_case.cmake
# What other people's projects have around crisp. Each is configured, and built where a build could fail.
cmake_minimum_required(VERSION 3.22)

include(${CMAKE_CURRENT_LIST_DIR}/../support/run.cmake)

file(REMOVE_RECURSE ${scratch})
set(prefix ${scratch}/prefix)

# project(TEXT OPTIONS...): a project with that text, configured, in `output` what that said.
function(project_with text)
  file(WRITE ${scratch}/project/main.cpp [=[
#include <crisp/losses/l1.hpp>
#include <crisp/spectral/fft.hpp>
int main() { return crisp::L1Loss<float>::takes_weights ? 0 : 1; }
]=])
  file(WRITE ${scratch}/project/CMakeLists.txt "cmake_minimum_required(VERSION 3.22)\nproject(consumer CXX)\n${text}")
  run(${CMAKE_COMMAND} -S ${scratch}/project -B ${scratch}/build -G ${generator} -D CMAKE_CXX_COMPILER=${compiler}
      -D CRISP_FFT=${fft} ${ARGN})
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(build)
  run(${CMAKE_COMMAND} --build ${scratch}/build)
endfunction()

function(require words)
  string(FIND "${output}" "${words}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "\"${words}\" is not in\n${output}")
  endif()
endfunction()

# install_crisp(OPTIONS...): into `prefix`.
function(install_crisp)
  run(${CMAKE_COMMAND} -S ${crisp_source} -B ${scratch}/crisp -G ${generator} -D CMAKE_CXX_COMPILER=${compiler}
      -D CRISP_FFT=${fft} -D CRISP_TESTS=OFF -D CRISP_EXAMPLES=OFF -D CMAKE_INSTALL_PREFIX=${prefix} ${ARGN})
  run(${CMAKE_COMMAND} --install ${scratch}/crisp)
endfunction()

# A package of Eigen of another version, with the headers that are here.
function(write_eigen_package folder version)
  file(WRITE ${folder}/Eigen3Config.cmake "
if(NOT TARGET Eigen3::Eigen)
  add_library(Eigen3::Eigen INTERFACE IMPORTED)
  target_include_directories(Eigen3::Eigen INTERFACE /usr/include/eigen3)
  message(STATUS \"This is Eigen ${version}\")
endif()
")
  include(CMakePackageConfigHelpers)
  write_basic_package_version_file(${folder}/Eigen3ConfigVersion.cmake VERSION ${version} COMPATIBILITY SameMajorVersion
                                   ARCH_INDEPENDENT)
endfunction()

set(use_crisp "add_subdirectory(${crisp_source} crisp)
add_executable(consumer main.cpp)
target_link_libraries(consumer PRIVATE crisp::crisp)
")
set(find_crisp "find_package(crisp REQUIRED)
add_executable(consumer main.cpp)
target_link_libraries(consumer PRIVATE crisp::crisp)
")

if(case STREQUAL "export_set")  # a library of the project's own, installed with an export set
  project_with("add_subdirectory(${crisp_source} crisp)
add_library(sharp STATIC main.cpp)
target_link_libraries(sharp PUBLIC crisp::crisp)
install(TARGETS sharp EXPORT sharp)
install(EXPORT sharp NAMESPACE sharp:: DESTINATION lib/cmake/sharp)
")
  build()
  run(${CMAKE_COMMAND} --install ${scratch}/build --prefix ${prefix})
  file(READ ${prefix}/lib/cmake/sharp/sharp.cmake output)
  require("crisp::crisp")

elseif(case STREQUAL "cpack")  # the project makes packages, and installs crisp with itself
  project_with("set(CRISP_INSTALL ON)
set(CPACK_PACKAGE_NAME theirs)
set(CPACK_GENERATOR TGZ)
include(CPack)
add_subdirectory(${crisp_source} crisp)
")
  file(READ ${scratch}/build/CPackConfig.cmake output)
  require("set(CPACK_PACKAGE_NAME \"theirs\")")
  require("set(CPACK_GENERATOR \"TGZ\")")

elseif(case STREQUAL "eigen_dir")  # another Eigen than the one that is installed
  write_eigen_package(${scratch}/eigen 5.0.1)
  project_with("${use_crisp}" -D Eigen3_DIR=${scratch}/eigen)
  require("This is Eigen 5.0.1")
  install_crisp(-D Eigen3_DIR=${scratch}/eigen)
  file(REMOVE_RECURSE ${scratch}/build)
  project_with("${find_crisp}" -D Eigen3_DIR=${scratch}/eigen -D crisp_DIR=${prefix}/share/cmake/crisp)
  require("This is Eigen 5.0.1")

elseif(case STREQUAL "eigen_target")  # the project has Eigen3::Eigen already, and no package of it is to be found
  project_with("add_library(eigen INTERFACE)
add_library(Eigen3::Eigen ALIAS eigen)
target_include_directories(eigen SYSTEM INTERFACE /usr/include/eigen3)
set(CMAKE_DISABLE_FIND_PACKAGE_Eigen3 ON)
${use_crisp}")
  build()

elseif(case STREQUAL "fftw_packages")  # FFTW built by CMake: one package a precision, found by the project before
  foreach(precision IN ITEMS fftw3 fftw3f)
    string(REPLACE "fftw" "FFTW" package ${precision})
    file(WRITE ${scratch}/fftw/${package}Config.cmake "
find_path(their_fftw_headers fftw3.h)
find_library(their_${precision} ${precision})
add_library(FFTW3::${precision} UNKNOWN IMPORTED)
set_target_properties(FFTW3::${precision} PROPERTIES IMPORTED_LOCATION \${their_${precision}}
                      INTERFACE_INCLUDE_DIRECTORIES \${their_fftw_headers})
message(STATUS \"The package ${package}\")
")
  endforeach()
  set(packages -D FFTW3_DIR=${scratch}/fftw -D FFTW3f_DIR=${scratch}/fftw)
  project_with("find_package(FFTW3 CONFIG REQUIRED)\n${use_crisp}" ${packages})
  require("The package FFTW3f")
  build()
  install_crisp(${packages})
  file(REMOVE_RECURSE ${scratch}/build)
  project_with("${find_crisp}" ${packages} -D crisp_DIR=${prefix}/share/cmake/crisp)
  require("The package FFTW3f")
  build()

elseif(case STREQUAL "not_found")  # an optional crisp, whose Eigen is too old: says so, and leaves nothing behind
  install_crisp()
  write_eigen_package(${scratch}/eigen 3.3.9)
  project_with("set(CMAKE_MODULE_PATH theirs)
find_package(crisp)
if(crisp_FOUND OR TARGET crisp::crisp)
  message(FATAL_ERROR \"found\")
endif()
message(STATUS \"the path is \${CMAKE_MODULE_PATH}.\")
" -D Eigen3_DIR=${scratch}/eigen -D crisp_DIR=${prefix}/share/cmake/crisp)
  require("the path is theirs.")
  require("3.3.9")

elseif(case MATCHES "^(nested|absolute)_folders$")  # installed elsewhere than by default, as by Nix
  set(base "")
  if(case STREQUAL "absolute_folders")
    set(base ${prefix}/elsewhere/)
  endif()
  install_crisp(-D CMAKE_INSTALL_INCLUDEDIR=${base}include/deep -D CMAKE_INSTALL_DATADIR=${base}lib/our/share)
  set(data ${base}lib/our/share)
  cmake_path(ABSOLUTE_PATH data BASE_DIRECTORY ${prefix})
  project_with("${find_crisp}" -D crisp_DIR=${data}/cmake/crisp)
  build()
  find_program(pkg_config pkg-config)
  if(pkg_config)
    set(ENV{PKG_CONFIG_PATH} ${data}/pkgconfig)
    run(${pkg_config} --cflags --libs crisp)
    require("-isystem /usr/include/eigen3")
    separate_arguments(flags UNIX_COMMAND "${output}")
    run(${compiler} -std=c++17 -Wall -Wextra -Wshadow -Werror ${scratch}/project/main.cpp -o ${scratch}/program ${flags})
    run(${scratch}/program)
  endif()

else()
  message(FATAL_ERROR "there is no case '${case}'")
endif()
