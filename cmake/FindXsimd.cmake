# Finds xsimd's headers (Xsimd::xsimd).
# Not by xsimd's own CMake files: Debian 12's also ask to link a library named xtl, which does not exist.
include(FindPackageHandleStandardArgs)

find_path(XSIMD_INCLUDE_DIR xsimd/xsimd.hpp)
mark_as_advanced(XSIMD_INCLUDE_DIR)

if(XSIMD_INCLUDE_DIR)
  file(STRINGS ${XSIMD_INCLUDE_DIR}/xsimd/config/xsimd_config.hpp lines
       REGEX "#define XSIMD_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
  list(TRANSFORM lines REPLACE ".* ([0-9]+)$" "\\1")
  list(JOIN lines "." Xsimd_VERSION)
endif()

find_package_handle_standard_args(
  Xsimd
  REQUIRED_VARS XSIMD_INCLUDE_DIR
  VERSION_VAR Xsimd_VERSION
  REASON_FAILURE_MESSAGE "crisp needs xsimd: on Debian and Ubuntu, apt install libxsimd-dev")

if(Xsimd_FOUND AND NOT TARGET Xsimd::xsimd)
  add_library(Xsimd::xsimd INTERFACE IMPORTED)
  set_target_properties(Xsimd::xsimd PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${XSIMD_INCLUDE_DIR}")
endif()
