# Read by project(crisp) where scripts/systems builds for another system: the headers that are the same on any, from this one. They lie
# among this system's own, which must not be read, so there are links to them in a folder of their own.
set(folder ${CMAKE_BINARY_DIR}/headers)
foreach(headers IN ITEMS eigen3 xsimd catch2 nlohmann)
  find_path(path_of_${headers} ${headers} PATHS /usr/include /usr/local/include NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH REQUIRED)
  file(MAKE_DIRECTORY ${folder})
  file(CREATE_LINK ${path_of_${headers}}/${headers} ${folder}/${headers} SYMBOLIC)
endforeach()

add_library(Eigen3::Eigen INTERFACE IMPORTED)
target_include_directories(Eigen3::Eigen INTERFACE ${folder}/eigen3)
foreach(target IN ITEMS Xsimd::xsimd Catch2::Catch2 nlohmann_json::nlohmann_json)
  add_library(${target} INTERFACE IMPORTED)
  target_include_directories(${target} INTERFACE ${folder})
endforeach()
