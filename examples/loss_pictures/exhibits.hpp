// Which losses are drawn, with which options.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "crisp/core/images.hpp"

namespace loss_pictures {

/// A picture: the name of its file, and its rows of maps from top to bottom.
struct Exhibit {
  /// A loss, as its value and its gradient with respect to the prediction, which is overwritten.
  struct Row {
    std::string name;
    std::function<double(const crisp::Images<double>& prediction, const crisp::Images<double>& target,
                         crisp::Images<double>& gradient)>
        evaluate;
  };

  std::string name;
  std::vector<Row> rows;
};

std::vector<Exhibit> exhibits();

}  // namespace loss_pictures
