// What each term of a composed loss contributes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "crisp/core/compose.hpp"
#include "crisp/core/evaluate.hpp"

namespace crisp {

/// One term of a loss: it adds coefficient * value to the whole.
struct Term {
  std::string name;
  double coefficient = 1;
  double value = 0;
};

/// The terms of the evaluation that the workspace served last, in the order of the sum; one term for a loss that is
/// no sum. Nothing is evaluated again:
///
///   const float value = crisp::value_and_gradient(loss, prediction, target, gradient, workspace);
///   for (const crisp::Term& term : crisp::breakdown(loss, workspace)) log(term.name, term.value);
///
/// Names are those of the losses, or what crisp::named gave them. Throws OptionError if the workspace served none.
template <typename Loss>
std::vector<Term> breakdown(const Loss& loss, const Workspace<Loss>& workspace) {
  if (workspace.planes() == 0) {
    detail::fail<OptionError>(
        "a breakdown needs a workspace that an evaluation has used; this one served 0 planes");
  }
  if constexpr (detail::is_sum<Loss>) {
    std::vector<Term> terms;
    for (std::size_t i = 0; i < loss.names().size(); ++i) {
      terms.push_back({loss.names()[i], static_cast<double>(loss.coefficients()[i]),
                       static_cast<double>(workspace.mean_of_term(static_cast<Index>(i)))});
    }
    return terms;
  } else {
    return {{Loss::name, 1, static_cast<double>(workspace.mean_of_term(0))}};
  }
}

/// The same of images that are evaluated for it.
template <typename Loss, typename Prediction, typename Target, typename Executor = Serial,
          detail::IfExecutor<Executor> = 0>
std::vector<Term> breakdown(const Loss& loss, const Prediction& prediction, const Target& target,
                            const Executor& executor = Executor()) {
  Workspace<Loss> workspace;
  crisp::value(loss, prediction, target, workspace, executor);
  return crisp::breakdown(loss, workspace);
}

}  // namespace crisp
