// The options of our programs: flags, and numbers after their names.
#pragma once

#include <cstring>
#include <exception>
#include <iostream>
#include <string>

namespace crisp_benchmarks {

class CommandLine {
 public:
  CommandLine(int count, char** arguments) : count_(count), arguments_(arguments) {}

  bool flag(const char* name) {
    for (int i = 1; i < count_; ++i) {
      if (std::strcmp(arguments_[i], name) == 0) return ++known_, true;
    }
    return false;
  }
  int number(const char* name, int otherwise) {
    for (int i = 1; i + 1 < count_; ++i) {
      if (std::strcmp(arguments_[i], name) == 0) return known_ += 2, std::stoi(arguments_[i + 1]);
    }
    return otherwise;
  }
  /// Whether every argument has been asked for; if not, prints the usage.
  bool complete(const char* usage) const {
    if (known_ == count_ - 1) return true;
    std::cerr << "usage: " << usage << "\n";
    return false;
  }

 private:
  int count_;
  char** arguments_;
  int known_ = 0;
};

/// What the program's work exits with; 1, and what went wrong on the standard error, where that throws.
template <typename Work>
int exit_status_of(const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}

}  // namespace crisp_benchmarks
