# cpack makes a Debian package of what is installed: headers alone, so one for all architectures.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME crisp)
set(CPACK_PACKAGE_CONTACT "The crisp authors <crisp@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "image losses with analytic gradients, for C++ (headers)")
set(CPACK_PACKAGE_DESCRIPTION
    "STFT amplitude and phase, SSIM, MS-SSIM, focal frequency and other losses that keep images sharp, over Eigen\ntensors, each with its exact gradient. For trainers written in C++ by hand, or with libtorch, dlib or Ceres.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};crisp;Unspecified;/")  # without the component python
set(CPACK_STRIP_FILES OFF)
set(CPACK_DEBIAN_PACKAGE_NAME libcrisp-dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libeigen3-dev (>= 3.4), libxsimd-dev (>= 8)")
if(CRISP_FFT STREQUAL "fftw")
  string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", libfftw3-dev")
endif()
include(CPack)
