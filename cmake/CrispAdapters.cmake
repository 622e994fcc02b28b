# The libraries that crisp has adapters for, as far as they are here, for our own tests and examples:
# crisp_has_torch, crisp_has_dlib, crisp_has_ceres, and what to link then.
find_package(Torch QUIET)
set(crisp_has_torch ${Torch_FOUND})

find_path(DLIB_INCLUDE_DIR dlib/dnn.h)
mark_as_advanced(DLIB_INCLUDE_DIR)
if(DLIB_INCLUDE_DIR)
  find_package(dlib QUIET)
endif()
set(crisp_has_dlib FALSE)
if(TARGET dlib::dlib)
  set(crisp_has_dlib TRUE)
endif()

find_package(Ceres QUIET)
set(crisp_has_ceres FALSE)
if(TARGET Ceres::ceres)
  set(crisp_has_ceres TRUE)
endif()
