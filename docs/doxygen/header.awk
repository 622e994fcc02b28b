# Makes of a header's comments, which are plain text, what Doxygen understands, line by line:
#
#   - the comment at the head of a file becomes the description of the file;
#   - lines indented by three and more, which are formulas, code and small tables (or the points of a list), are shown
#     as they stand;
#   - "Gradient: ...", "Errors: ..." and the like begin a paragraph;
#   - a < or & in the text means itself.
#
# Doxygen runs it: awk -f header.awk HEADER

{ lines[NR] = $0 }

END {
  head = 1
  for (i = 1; i <= NR; ++i) {
    if (lines[i] !~ /^\/\//) head = 0
    # In its place stands the line of @file, so that lines keep their numbers.
    if (lines[i] != "#pragma once") print converted(i, head)
  }
}

function converted(i, head,    line, slashes) {
  line = lines[i]
  if (head) sub(/^\/\//, "///", line)
  if (match(line, /\/\/\/<?/) == 0) return line
  slashes = substr(line, 1, RSTART + RLENGTH - 1)
  line = substr(line, RSTART + RLENGTH)
  if (head && i == 1) slashes = slashes " @file\n" slashes
  if (is_shown(i)) {
    return slashes (is_shown(i - 1) ? " " : " <pre>") escaped(line) (is_shown(i + 1) ? "" : "</pre>")
  }
  line = escaped(line)
  if (match(line, /^ [A-Z][a-z-]+( [a-z]+)?: /)) {
    line = " <p><b>" substr(line, 2, RLENGTH - 2) "</b>" substr(line, RLENGTH)
  }
  return slashes line
}

function is_shown(i) { return lines[i] ~ /^ *\/\/\/?   / && lines[i] !~ /^ *\/\/\/?   - / }

function escaped(text) {
  gsub(/[\\<>&@#%]/, "\\\\&", text)
  return text
}
