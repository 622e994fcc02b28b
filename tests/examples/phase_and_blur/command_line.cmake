# The program as a user meets it: bad input gets one sentence and exit status 2, and writes nothing; good input works.
# Needs: PROGRAM, DATA with pictures, DOCS, and FOLDER to work in.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})

function(run expected_status)
  execute_process(COMMAND ${PROGRAM} ${ARGN} WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE status
                  OUTPUT_VARIABLE output ERROR_VARIABLE error)
  if(NOT status EQUAL expected_status)
    message(FATAL_ERROR "phase_and_blur ${ARGN}: exit status ${status}, not ${expected_status}\n${output}${error}")
  endif()
  set(output "${output}" PARENT_SCOPE)
  set(error "${error}" PARENT_SCOPE)
endfunction()

function(list_files result)
  file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/* ${FOLDER}/.*)
  set(${result} "${files}" PARENT_SCOPE)
endfunction()

# One line on the standard error, with these words, and no file written.
function(refuses words)
  list_files(before)
  run(2 ${ARGN})
  list_files(after)
  if(NOT error MATCHES "^phase_and_blur: [^\n]*\n$" OR output)
    message(FATAL_ERROR "phase_and_blur ${ARGN}: not one sentence:\n${output}${error}")
  endif()
  string(FIND "${error}" "${words}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "phase_and_blur ${ARGN}: no word of '${words}':\n${error}")
  endif()
  if(NOT before STREQUAL after)
    message(FATAL_ERROR "phase_and_blur ${ARGN}: wrote something: ${after}")
  endif()
endfunction()

function(expect_number key)
  string(JSON count LENGTH "${output}" measures ${key})
  string(JSON value GET "${output}" measures ${key} 1)
  if(NOT count EQUAL 4 OR NOT value MATCHES "^-?[0-9.]+(e[-+]?[0-9]+)?$")
    message(FATAL_ERROR "--json: ${key} of the second of ${count} pictures is ${value}")
  endif()
endfunction()

# Bytes 16 to 23 of a PNG file are its width and height.
function(expect_size path width_and_height)
  file(READ ${path} size OFFSET 16 LIMIT 8 HEX)
  if(NOT size STREQUAL width_and_height)
    message(FATAL_ERROR "${path} is ${size}, not ${width_and_height}")
  endif()
endfunction()

file(WRITE ${FOLDER}/text.png "this is no picture")
refuses("'text.png' cannot be read as PNG (18 bytes)" text.png)
refuses("'missing.png' cannot be read" missing.png)
refuses("is 1x1 pixels, and the losses need at least 16x16" ${DATA}/one_pixel.png)
refuses("'nowhere/panel.png' cannot be written" --out nowhere/panel.png)
refuses("sigma must be finite and positive, got 0" --sigma 0)
refuses("--sigma" --sigma wide)
refuses("octaves must be 1 to 16, got 0" --octaves 0)
refuses("rings_per_octave must be 1 to 64, got 65" --rings-per-octave 65)
refuses("--threads must be at least 1, got 0" --threads 0)
refuses("--no-such-option" --no-such-option)
file(COPY ${DATA}/color_23x31.png DESTINATION ${FOLDER})
refuses("is the picture itself" color_23x31.png --out color_23x31.png)

run(0 --help)
run(0 --out panel.png)
foreach(line IN ITEMS "built-in picture: 128x128 pixels, gray; blurred by sigma 2"
                      "0.1250 to 0.2500" "STFT phase, gated" "MS-SSIM, 4 levels" "LocalPhaseCoherence" "wrote panel.png")
  string(FIND "${output}" "${line}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "the tables have no '${line}':\n${output}")
  endif()
endforeach()
expect_size(${FOLDER}/panel.png 0000042800000110)          # 4 (256 + 8) + 8 pixels wide, 256 + 16 high
expect_size(${DOCS}/images/phase_and_blur.png 0000042800000110)  # else it is to be drawn again

run(0 color_23x31.png --out color_panel.png --sigma 1.5 --octaves 2 --rings-per-octave 2 --threads 2 --json)
foreach(key IN ITEMS stft_amplitude stft_phase stft_phase_gated stft_phase_weighted dft_amplitude dft_phase ssim ms_ssim
                     psnr high_frequency_ratio local_phase_coherence)
  expect_number(${key})
endforeach()
string(JSON bands LENGTH "${output}" bands)
string(JSON channels GET "${output}" channels)
string(JSON height GET "${output}" height)
string(JSON infinite TYPE "${output}" measures psnr 0)
if(NOT "${bands} ${channels} ${height} ${infinite}" STREQUAL "4 3 23 NULL")
  message(FATAL_ERROR "--json: bands, channels, height and the original's PSNR are ${bands} ${channels} ${height} ${infinite}")
endif()
expect_size(${FOLDER}/color_panel.png 00000408000000c8)  # 8 pixels for each of 31 and 23: 4 (248 + 8) + 8, 184 + 16
