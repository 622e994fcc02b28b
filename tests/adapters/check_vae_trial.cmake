# PROGRAM, torch_vae, learns drawn digits with the losses that docs/choosing_a_loss.md recommends, and not with those that it
# warns of. SSIM on images not trained on is 0.44 and more with the former, 0.13 and less with the latter.
foreach(expected IN ITEMS "ssim+charbonnier learns" "crisp learns" "amplitudes+ssim-by-median learns" "stft+ssim fails"
                          "gated+ssim-by-norm fails")
  string(REPLACE " " ";" expected "${expected}")
  list(GET expected 0 loss)
  list(GET expected 1 outcome)
  execute_process(COMMAND ${PROGRAM} --loss ${loss} --train-images 2000 --epochs 4 --out ${PICTURE}
                  OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
  if(NOT printed MATCHES "\nPSNR [^\n]*, SSIM ([0-9.e-]+),")
    message(FATAL_ERROR "no SSIM in\n${printed}")
  endif()
  set(ssim ${CMAKE_MATCH_1})
  message(STATUS "${loss}: SSIM ${ssim}")
  if((outcome STREQUAL learns AND ssim LESS 0.35) OR (outcome STREQUAL fails AND ssim GREATER 0.25))
    message(FATAL_ERROR "with ${loss}, of which docs/choosing_a_loss.md says that it ${outcome}:\n${printed}")
  endif()
endforeach()
