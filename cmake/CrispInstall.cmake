# Installs the headers and a package that find_package(crisp) finds, its own finders of FFTW and xsimd beside it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # headers are installed without building anything
set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/crisp)

install(DIRECTORY include/crisp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS crisp EXPORT crispTargets)
install(EXPORT crispTargets NAMESPACE crisp:: DESTINATION ${package_dir})

configure_package_config_file(cmake/crispConfig.cmake.in ${PROJECT_BINARY_DIR}/crispConfig.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/crispConfigVersion.cmake COMPATIBILITY SameMinorVersion
                                 ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/crispConfig.cmake ${PROJECT_BINARY_DIR}/crispConfigVersion.cmake
              cmake/FindFFTW3.cmake cmake/FindXsimd.cmake DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# For those who build with pkg-config. xsimd is not asked for: older ones have no file of their own, and its headers are
# found where Debian has them.
set(crisp_pkg_config_requires "eigen3 >= 3.4")
set(crisp_pkg_config_flags "")
if(CRISP_FFT STREQUAL "fftw")
  string(APPEND crisp_pkg_config_requires ", fftw3, fftw3f")
else()
  set(crisp_pkg_config_flags -DCRISP_FFT_EIGEN)
endif()
configure_file(cmake/crisp.pc.in ${PROJECT_BINARY_DIR}/crisp.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/crisp.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)

include(CrispPackage)
