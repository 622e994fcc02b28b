// How our programs end: 0 done; 2 bad input, said in one sentence; 1 anything else that went wrong.
#pragma once

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "files/file_error.hpp"

namespace vae_mnist {

/// The exit status of a program whose work is `run`; it may throw whatever CLI11, crisp and our files do. Asking an app
/// for its help is work done.
template <typename Run>
int exit_status_of(const char* program, const CLI::App& app, const Run& run) {
  constexpr int bad_input = 2;
  const auto report = [&](const std::exception& error, int status) {
    std::cerr << program << ": " << error.what() << "\n";
    return status;
  };
  try {
    run();
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app.exit(error) : report(error, bad_input);  // 0 is --help
  } catch (const std::invalid_argument& error) {
    return report(error, bad_input);
  } catch (const FileError& error) {
    return report(error, bad_input);
  } catch (const std::exception& error) {
    return report(error, 1);
  }
  return 0;
}

}  // namespace vae_mnist
