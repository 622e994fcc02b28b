// What crisp throws. Everything is checked before anything is written, so a throw leaves the outputs as they
// were.
//
// Compiled without exceptions (-fno-exceptions), crisp prints what it would have thrown to the standard error and ends
// the program with std::abort.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <stdexcept>

#include "crisp/core/compiler.hpp"

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

/// Throws the error, where exceptions are.
template <typename Error>
[[noreturn]] void raise(const Error& error) {
#ifdef __cpp_exceptions
  throw error;
#else
  std::fprintf(stderr, "%s\n", error.what());
  std::abort();
#endif
}

/// Throws Error with the parts streamed one after another.
template <typename Error, typename... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  std::ostringstream message;
  message << "crisp: ";
  (message << ... << parts);
  raise(Error(message.str()));
}

/// Calls work(), and failed(exception) from within the handler if that throws.
template <typename Work, typename Failed>
void call_guarded(const Work& work, const Failed& failed) {
#ifdef __cpp_exceptions
  try {
    work();
  } catch (...) {
    failed(std::current_exception());
  }
#else
  (void)failed;
  work();
#endif
}

}  // namespace detail
}  // namespace crisp
