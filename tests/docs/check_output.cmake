# PROGRAM prints what PAGE says after "It prints".
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
file(READ ${PAGE} text)
string(FIND "${text}" "It prints\n\n```\n${printed}```\n" place)
if(place EQUAL -1)
  message(FATAL_ERROR "${PAGE} says otherwise than its program prints:\n${printed}")
endif()
