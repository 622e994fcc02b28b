# run(COMMAND...): fails, with what it printed, unless a command succeeds; leaves what it printed in `output`.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    string(REPLACE "\n" "\n  " output "\n${output}")  # indented, CMake's messages keep their lines
    message(FATAL_ERROR "${command}\nfailed:${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# What a user without CMake and pkg-config writes, besides where crisp's headers are.
if(fft STREQUAL "fftw")
  set(plain_flags -isystem/usr/include/eigen3 -lfftw3 -lfftw3f -pthread)
else()
  set(plain_flags -isystem/usr/include/eigen3 -DCRISP_FFT_EIGEN -pthread)
endif()
