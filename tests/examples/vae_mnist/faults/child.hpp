// What must not happen to the test itself: to be killed, to lose its privileges.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>

#include "support/catch.hpp"

namespace vae_mnist_test {

/// Runs an action in a process of its own, whose standard error goes to a file. Returns how that ended, as waitpid() says it:
/// exit status 0, or 98 if the action throws.
template <typename Action>
int in_child(const Action& action, const std::filesystem::path& log = "/dev/null") {
  const pid_t child = fork();
  if (child == 0) {
    if (std::freopen(log.c_str(), "w", stderr) == nullptr) _exit(99);
    try {
      action();
    } catch (const std::exception&) {
      _exit(98);
    }
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace vae_mnist_test
