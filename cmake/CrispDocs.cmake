# The target `docs`: the site, by Doxygen. There is none where Doxygen is not found. The theme and MathJax are Debian's
# packages doxygen-awesome-css and libjs-mathjax; without them pages look plainer, and formulas need a network.
find_package(Doxygen 1.9.4 QUIET)
find_program(CRISP_AWK awk)
mark_as_advanced(CRISP_AWK)
if(NOT DOXYGEN_FOUND OR NOT CRISP_AWK)
  message(STATUS "No target docs: it needs Doxygen 1.9.4 and awk")
  return()
endif()

find_path(DOXYGEN_AWESOME_DIR doxygen-awesome.css PATHS /usr/share/doxygen-awesome-css)
find_path(MATHJAX2_DIR jax/output/SVG/jax.js PATHS /usr/share/javascript/mathjax)
mark_as_advanced(DOXYGEN_AWESOME_DIR MATHJAX2_DIR)

set(crisp_docs_dir ${PROJECT_BINARY_DIR}/docs)
set(crisp_doxygen_dir ${PROJECT_SOURCE_DIR}/docs/doxygen)
set(crisp_docs_stylesheets "")
if(DOXYGEN_AWESOME_DIR)
  set(crisp_docs_stylesheets "\"${DOXYGEN_AWESOME_DIR}/doxygen-awesome.css\"")
endif()
string(APPEND crisp_docs_stylesheets " \"${crisp_doxygen_dir}/site.css\"")

# The site brings along the part of MathJax that it needs, so that it can be read without a network.
set(copy_mathjax "")
if(MATHJAX2_DIR)
  set(crisp_docs_mathjax mathjax)
  foreach(part IN ITEMS extensions jax/element jax/input/TeX jax/output/SVG/autoload jax/output/SVG/fonts/TeX)
    list(APPEND copy_mathjax COMMAND ${CMAKE_COMMAND} -E copy_directory ${MATHJAX2_DIR}/${part}
                                     ${crisp_docs_dir}/html/mathjax/${part})
  endforeach()
  foreach(file IN ITEMS MathJax.js jax/output/SVG/jax.js jax/output/SVG/config.js)
    list(APPEND copy_mathjax COMMAND ${CMAKE_COMMAND} -E copy ${MATHJAX2_DIR}/${file} ${crisp_docs_dir}/html/mathjax/${file})
  endforeach()
else()
  set(crisp_docs_mathjax https://cdn.jsdelivr.net/npm/mathjax@2)
endif()

# Doxygen does not mind a filter that fails: it makes no page of what it gets, and says nothing.
set(check_pages COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -D SITE=${crisp_docs_dir}/html
                        -P ${crisp_doxygen_dir}/check_pages.cmake)

file(MAKE_DIRECTORY ${crisp_docs_dir})
configure_file(${crisp_doxygen_dir}/Doxyfile.in ${crisp_docs_dir}/Doxyfile @ONLY)
add_custom_target(docs COMMAND ${CMAKE_COMMAND} -E rm -rf ${crisp_docs_dir}/html
                       COMMAND ${DOXYGEN_EXECUTABLE} ${crisp_docs_dir}/Doxyfile ${copy_mathjax} ${check_pages}
                  COMMENT "Doxygen makes ${crisp_docs_dir}/html/index.html" VERBATIM)
