// A loss of the library with its type forgotten, and what is expected of it.
#pragma once

#include <crisp/crisp.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "soak/estimate.hpp"
#include "soak/scene.hpp"

namespace soak {

/// How images lie in memory.
enum class Layout { rows, view, interleaved, backwards, column_major, eigen_plane };

const char* name_of(Layout layout);

/// What came of an evaluation; the parts that were asked for.
template <typename T>
struct Outcome {
  T value = 0;
  std::vector<T> gradient;  ///< in rows
  std::vector<T> target_gradient;
  std::vector<T> image_values;
};

template <typename T>
class Subject {
 public:
  virtual ~Subject() = default;
  /// The expression that makes the loss.
  virtual std::string text() const = 0;
  /// The reference, and that of the loss with its arguments exchanged.
  virtual const Reference& reference() const = 0;
  virtual const Reference& swapped_reference() const = 0;

  /// All in one workspace, which keeps what earlier calls left in it.
  virtual T value(const Scene<T>& scene) = 0;
  virtual Outcome<T> value_and_gradient(const Scene<T>& scene) = 0;
  virtual Outcome<T> value_and_gradient(const Scene<T>& scene, Layout layout,
                                        const crisp::Threads& threads) = 0;
  virtual Outcome<T> value_and_gradients(const Scene<T>& scene, const crisp::Threads& threads) = 0;
  virtual Outcome<T> values(const Scene<T>& scene) = 0;
};

/// A loss as it was drawn.
template <typename Loss>
struct Drawn {
  Loss loss;
  std::string text;
  Reference reference;
  Reference swapped;
};

/// One of a loss that does not mind which image is which.
template <typename Loss>
Drawn<Loss> symmetric(const Loss& loss, const std::string& text, const Reference& reference) {
  return {loss, text, reference, reference};
}

}  // namespace soak
