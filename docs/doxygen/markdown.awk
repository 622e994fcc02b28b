# Makes of a page as GitHub shows it one that Doxygen understands, line by line:
#
#   - every page and heading gets a label, from its path and GitHub's name for it: docs-losses-stft, docs-losses-stft-options;
#   - links to pages, headings, headers and other sources become references, which Doxygen checks;
#   - a README's links to the pages of its own folder make these its subpages: the tree of the navigation;
#   - formulas between $$ become Doxygen's.
#
# Doxygen runs it: awk -v root=FOLDER -f markdown.awk PAGE

FNR == 1 {
  page = substr(FILENAME, length(root) + 2)
  folder = page
  if (!sub(/\/[^\/]*$/, "", folder)) folder = ""
}

/^ *```/ { in_code = !in_code; print; next }
in_code { print; next }

/^#+ / {
  heading = $0
  sub(/^#+ /, "", heading)
  print $0 " {#" (/^# / ? label(page) : label(page) "-" slug(heading)) "}"
  next
}

/^\$\$.*\$\$$/ { print "\\f[" substr($0, 3, length($0) - 4) "\\f]"; next }

{ print with_links($0) }

# The line with every [text](target) in it made a reference. What stands in `code` is left alone.
function with_links(line,    result, start, end, target) {
  result = ""
  while ((start = index(line, "](")) > 0) {
    result = result substr(line, 1, start - 1)
    line = substr(line, start + 2)
    end = index(line, ")")
    if (end == 0 || ends_in_code(result)) {
      result = result "]("
      continue
    }
    target = substr(line, 1, end - 1)
    line = substr(line, end + 1)
    result = reference(result, target)
  }
  return result line
}

function ends_in_code(text) { return gsub(/`/, "", text) % 2 == 1 }

# `before` ends in "[text", to which the link to the target is added.
function reference(before, target,    hash, anchor, path, from) {
  if (target ~ /^[a-z]+:/) return before "](" target ")"
  hash = index(target, "#")
  anchor = hash ? substr(target, hash + 1) : ""
  path = hash ? substr(target, 1, hash - 1) : target
  path = path == "" ? page : normal(folder == "" ? path : folder "/" path)

  from = last_bracket(before)
  if (from && substr(before, from - 1, 1) == "!") return before "](" path ")"
  before = substr(before, 1, from) plain(substr(before, from + 1))
  if (path !~ /\.md$/) { sub(/^include\//, "", path); return before "](@ref " path ")" }
  if (anchor != "") return before "](@ref " label(path) "-" anchor ")"
  if (is_subpage(path) && !(path in subpages)) {
    subpages[path] = 1
    return substr(before, 1, from - 1) "@subpage " label(path) " \"" substr(before, from + 1) "\""
  }
  return before "](@ref " label(path) ")"
}

# Whether a page belongs to this one, a README: it lies in its folder, or is the README of a folder in that.
function is_subpage(path,    rest) {
  if (page !~ /^docs\/(.*\/)?README\.md$/ || index(path, folder "/") != 1) return 0
  rest = substr(path, length(folder) + 2)
  return rest !~ /\// || rest ~ /^[^\/]+\/README\.md$/
}

function last_bracket(text,    i) {
  for (i = length(text); i > 0; --i) if (substr(text, i, 1) == "[") return i
  return 0
}

# References show what they are called as it stands.
function plain(text) { gsub(/[`"]/, "", text); return text }

# A path without the ".." in it.
function normal(path) {
  while (sub(/[^\/]+\/\.\.\//, "", path)) {}
  return path
}

function label(path) { sub(/\.md$/, "", path); gsub(/\//, "-", path); return path }

# GitHub's name for a heading.
function slug(heading) {
  heading = tolower(heading)
  gsub(/[^a-z0-9 _-]/, "", heading)
  gsub(/ /, "-", heading)
  return heading
}
