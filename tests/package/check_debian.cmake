# cmake -D crisp_build=... -D scratch=... -D consumer=... -D compiler=... -D fft=fftw|eigen -P check_debian.cmake
# Fails unless cpack makes a Debian package that installs into an empty root, works from there, and leaves nothing behind.
cmake_minimum_required(VERSION 3.22)

include(${CMAKE_CURRENT_LIST_DIR}/../support/run.cmake)

file(REMOVE_RECURSE ${scratch})
file(MAKE_DIRECTORY ${scratch}/root/var/lib/dpkg/updates ${scratch}/root/var/lib/dpkg/info)
file(TOUCH ${scratch}/root/var/lib/dpkg/status)

run(${CMAKE_CPACK_COMMAND} -G DEB --config ${crisp_build}/CPackConfig.cmake -B ${scratch}/packages)
file(GLOB package ${scratch}/packages/libcrisp-dev_*_all.deb)
if(NOT package)
  message(FATAL_ERROR "cpack made no libcrisp-dev_*_all.deb:\n${output}")
endif()
run(dpkg-deb --field ${package} Depends)
if(NOT output MATCHES "libeigen3-dev" OR NOT output MATCHES "libxsimd-dev")
  message(FATAL_ERROR "The package depends on: ${output}")
endif()

# What it depends on is not in that root.
set(dpkg dpkg --root=${scratch}/root --force-not-root --force-depends --log=${scratch}/dpkg.log)
run(${dpkg} --install ${package})
run(${compiler} -std=c++17 -O1 ${consumer}/main.cpp -o ${scratch}/program -I${scratch}/root/usr/include
    ${plain_flags})
run(${scratch}/program)
run(${dpkg} --remove libcrisp-dev)
file(GLOB_RECURSE left ${scratch}/root/usr/*)
if(left)
  message(FATAL_ERROR "Removing the package leaves ${left}")
endif()
