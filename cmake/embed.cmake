# answerback_embed(OUT files…): the files as text in the program, each with the hash of its content, as the
# table that http/page_assets.h declares. Made anew whenever one of them changes.
#
# As a script (cmake -DOUT=… -DFILES=… -P embed.cmake) it writes that table.

if(CMAKE_SCRIPT_MODE_FILE)
  set(rows "")
  string(REPLACE "|" ";" FILES "${FILES}")
  foreach(file ${FILES})
    file(READ ${file} text)
    file(SHA256 ${file} hash)
    string(SUBSTRING ${hash} 0 16 hash)
    get_filename_component(name ${file} NAME)
    string(APPEND rows "    {\"${name}\", \"\\\"${hash}\\\"\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  file(WRITE ${OUT} "// Made by cmake/embed.cmake.\n#include \"http/page_assets.h\"\n\nnamespace answerback::http {\n"
       "namespace {\nconstexpr Asset table[] = {\n${rows}};\n}  // namespace\n"
       "std::span<const Asset> page_assets() { return table; }\n}  // namespace answerback::http\n")
  return()
endif()

set(answerback_embed_script ${CMAKE_CURRENT_LIST_FILE})
function(answerback_embed out)
  list(JOIN ARGN "|" files)
  add_custom_command(OUTPUT ${out} DEPENDS ${ARGN} ${answerback_embed_script} VERBATIM
                     COMMAND ${CMAKE_COMMAND} -DOUT=${out} "-DFILES=${files}" -P ${answerback_embed_script}
                     COMMENT "Generating ${out}")
endfunction()
