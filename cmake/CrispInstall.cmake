# Installs the headers and a package that find_package(crisp) finds, and what says which libraries it needs.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/crisp)

# What is a part of another project is installed only if that asks for it (CRISP_INSTALL). But the project may install libraries of its
# own, made with crisp, whose export set then says crisp::crisp, which their package has to find.
set(optional "")
if(NOT CRISP_INSTALL)
  get_target_property(eigen_is_found Eigen3::Eigen IMPORTED)
  if(NOT eigen_is_found)  # it is the project's own, which may not be in any export set
    return()
  endif()
  set(optional EXCLUDE_FROM_ALL)
endif()
install(TARGETS crisp EXPORT crispTargets)
install(EXPORT crispTargets NAMESPACE crisp:: DESTINATION ${package_dir} ${optional})
if(NOT CRISP_INSTALL)
  return()
endif()

set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # headers are installed without building anything
install(DIRECTORY include/crisp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
configure_package_config_file(cmake/crispConfig.cmake.in ${PROJECT_BINARY_DIR}/crispConfig.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/crispConfigVersion.cmake COMPATIBILITY SameMinorVersion
                                 ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/crispConfig.cmake ${PROJECT_BINARY_DIR}/crispConfigVersion.cmake
              cmake/CrispDependencies.cmake DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# For those who build with pkg-config. Folders are said relative to the file's own, unless somebody has fixed them. Eigen's is a system
# folder, whose warnings are not the user's. xsimd is not asked for: older ones have no file of their own, and its headers are found
# where Debian has them.
set(pkg_config_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)
if(IS_ABSOLUTE "${pkg_config_dir}")
  set(crisp_pkg_config_prefix ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH up "/prefix/${pkg_config_dir}" /prefix)
  set(crisp_pkg_config_prefix "\${pcfiledir}/${up}")
endif()
set(crisp_pkg_config_includedir ${CMAKE_INSTALL_INCLUDEDIR})
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  string(PREPEND crisp_pkg_config_includedir "\${prefix}/")
endif()
set(crisp_pkg_config_requires "eigen3 >= 3.4")
get_target_property(eigen_dirs Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
list(FILTER eigen_dirs EXCLUDE REGEX "\\$<|NOTFOUND")
list(TRANSFORM eigen_dirs PREPEND "-isystem ")
list(JOIN eigen_dirs " " crisp_pkg_config_flags)
if(CRISP_FFT STREQUAL "fftw")
  string(APPEND crisp_pkg_config_requires ", fftw3, fftw3f")
else()
  string(APPEND crisp_pkg_config_flags " -DCRISP_FFT_EIGEN")
endif()
configure_file(cmake/crisp.pc.in ${PROJECT_BINARY_DIR}/crisp.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/crisp.pc DESTINATION ${pkg_config_dir})

if(PROJECT_IS_TOP_LEVEL)
  include(CrispPackage)
endif()
