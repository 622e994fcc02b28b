// The losses of a plugin and this program's, by turns in one process: a table of both and their ratio.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "losses/timed_call.hpp"
#include "plugin/plugin.hpp"
#include "support/images.hpp"
#include "support/report.hpp"
#include "support/timing.hpp"

namespace crisp_benchmarks {

/// What becomes of the two times of a loss on images of a shape, in seconds a call.
using Row = std::function<void(const std::string& title, const Timing& timing, double images)>;

inline constexpr std::size_t of_plugin = 0;  // in the timings
inline constexpr std::size_t of_this_program = 1;

/// Times the losses of these names, all if there are none, and calls row for each.
inline void compare_with_plugin(const char* plugin, const std::vector<crisp::Shape>& shapes,
                                const std::vector<std::string>& names, bool is_quick, const Row& row) {
  const MakeLossCall make = load_plugin(plugin);
  for (const crisp::Shape& shape : shapes) {
    const auto pair = std::make_shared<ImagePair<float>>(shape);
    for (const std::string& name : names.empty() ? loss_names(shape) : names) {
      const Timing timing({timed_call(std::shared_ptr<LossCall<float>>(make(name.c_str(), shape)), pair),
                           timed_call(make_loss_call<float>(name, shape, 1), pair)},
                          is_quick ? quick : thorough);
      row(name + ", " + text(shape), timing, static_cast<double>(shape.batch));
    }
  }
}

}  // namespace crisp_benchmarks
