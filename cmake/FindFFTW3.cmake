# Finds FFTW 3 in double (FFTW3::fftw3) and single precision (FFTW3::fftw3f).
# FFTW's own CMake files exist only where it was built with CMake, which Debian's was not.
include(FindPackageHandleStandardArgs)

find_path(FFTW3_INCLUDE_DIR fftw3.h)
find_library(FFTW3_LIBRARY fftw3)
find_library(FFTW3F_LIBRARY fftw3f)
mark_as_advanced(FFTW3_INCLUDE_DIR FFTW3_LIBRARY FFTW3F_LIBRARY)

find_package_handle_standard_args(
  FFTW3
  REQUIRED_VARS FFTW3_LIBRARY FFTW3F_LIBRARY FFTW3_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "crisp needs FFTW 3 in float and double: on Debian and Ubuntu, apt install libfftw3-dev")

if(FFTW3_FOUND)
  foreach(precision IN ITEMS fftw3 fftw3f)
    string(TOUPPER ${precision} prefix)
    if(NOT TARGET FFTW3::${precision})
      add_library(FFTW3::${precision} UNKNOWN IMPORTED)
      set_target_properties(FFTW3::${precision} PROPERTIES IMPORTED_LOCATION "${${prefix}_LIBRARY}"
                                                           INTERFACE_INCLUDE_DIRECTORIES "${FFTW3_INCLUDE_DIR}")
    endif()
  endforeach()
endif()
