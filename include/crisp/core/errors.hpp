// What crisp throws. Everything is checked before anything is written, so a throw leaves the outputs as they
// were.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace crisp {

/// Images whose shapes do not fit each other, or do not fit the loss. The message quotes the shapes.
struct ShapeError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// An option outside its range. The message quotes the option and its value.
struct OptionError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

namespace detail {

/// Throws Error with the parts streamed one after another.
template <typename Error, typename... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  std::ostringstream message;
  message << "crisp: ";
  (message << ... << parts);
  throw Error(message.str());
}

}  // namespace detail
}  // namespace crisp
