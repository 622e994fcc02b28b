# What the scripts share; read by them, not run.
# shellcheck shell=bash

# Every script works from the root of the checkout, wherever it is called from.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# Compilations at once: one a core, but no more than 2 GB of memory each allow.
jobs() {
  local cores gigabytes
  cores=$(getconf _NPROCESSORS_ONLN)
  gigabytes=$(awk '/^MemAvailable:/ {print int($2 / 2000000)}' /proc/meminfo 2>/dev/null || true)
  if [ -n "$gigabytes" ] && [ "$gigabytes" -lt "$cores" ]; then cores=$gigabytes; fi
  if [ "$cores" -lt 1 ]; then cores=1; fi
  echo "$cores"
}

# Our C++ files, one a line.
sources() {
  find include python tests examples benchmarks fuzz -name '*.hpp' -o -name '*.cpp' | sort
}
