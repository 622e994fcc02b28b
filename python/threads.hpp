// The threads that calls with threads=n work on.
#pragma once

#include <crisp/core/executor.hpp>

namespace crisp_python {

/// Those for a number of threads; made when it is first asked for, then kept. Several callers may use them at once.
/// Throws OptionError for a number that crisp::Threads does not take.
const crisp::Threads& threads(int count);

/// To be called in the child of a fork, to which no threads have come along.
void forget_threads();

}  // namespace crisp_python
