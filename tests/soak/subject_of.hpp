// The calls of a loss: in every layout, with weights and without.
#pragma once

#include <cstring>

#include "soak/subject.hpp"

namespace soak {

/// Images in memory of a layout. Borrowed by what view() returns.
template <typename T>
class Strided {
 public:
  Strided(const std::vector<T>& rows, const crisp::Shape& shape, Layout layout)
      : shape_(shape), memory_(rows.size()) {
    strides_ = {shape.channels * shape.plane_size(), shape.plane_size(), shape.width, 1};
    if (layout == Layout::interleaved)
      strides_ = {shape.channels * shape.plane_size(), 1, shape.width * shape.channels, shape.channels};
    if (layout == Layout::backwards) {
      strides_ = {-strides_.batch, -strides_.channels, -strides_.height, -strides_.width};
      first_ = static_cast<crisp::Index>(rows.size()) - 1;
    }
    for_each([&](T& element, std::size_t i) { element = rows[i]; });
  }

  auto view() { return crisp::strided_view(memory_.data() + first_, shape_, strides_); }
  auto view() const { return crisp::strided_view(memory_.data() + first_, shape_, strides_); }

  std::vector<T> in_rows() {
    std::vector<T> rows(memory_.size());
    for_each([&](const T& element, std::size_t i) { rows[i] = element; });
    return rows;
  }

 private:
  template <typename Body>
  void for_each(const Body& body) {
    std::size_t i = 0;
    for (crisp::Index n = 0; n < shape_.batch; ++n) {
      for (crisp::Index c = 0; c < shape_.channels; ++c) {
        for (crisp::Index y = 0; y < shape_.height; ++y) {
          for (crisp::Index x = 0; x < shape_.width; ++x) {
            body(memory_[static_cast<std::size_t>(first_ + n * strides_.batch + c * strides_.channels +
                                                  y * strides_.height + x * strides_.width)],
                 i++);
          }
        }
      }
    }
  }

  crisp::Shape shape_;
  crisp::Strides strides_;
  crisp::Index first_ = 0;
  std::vector<T> memory_;
};

template <typename T>
crisp::Images<T> images_of(const std::vector<T>& rows, const crisp::Shape& shape) {
  crisp::Images<T> images(shape.batch, shape.channels, shape.height, shape.width);
  std::copy(rows.begin(), rows.end(), images.data());
  return images;
}

template <typename T>
using ColumnMajor = Eigen::Tensor<T, 4, Eigen::ColMajor>;

/// Calls body(column-major element, index in rows).
template <typename T, typename Body>
void for_each_element(ColumnMajor<T>& images, const Body& body) {
  std::size_t i = 0;
  for (crisp::Index n = 0; n < images.dimension(0); ++n) {
    for (crisp::Index c = 0; c < images.dimension(1); ++c) {
      for (crisp::Index y = 0; y < images.dimension(2); ++y) {
        for (crisp::Index x = 0; x < images.dimension(3); ++x) body(images(n, c, y, x), i++);
      }
    }
  }
}

template <typename T>
ColumnMajor<T> column_major_of(const std::vector<T>& rows, const crisp::Shape& shape) {
  ColumnMajor<T> images(shape.batch, shape.channels, shape.height, shape.width);
  for_each_element(images, [&](T& element, std::size_t i) { element = rows[i]; });
  return images;
}

template <typename Loss>
class SubjectOf : public Subject<typename Loss::Scalar> {
 public:
  using T = typename Loss::Scalar;
  using EigenPlane = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

  explicit SubjectOf(Drawn<Loss> drawn) : drawn_(std::move(drawn)) {}

  std::string text() const override { return drawn_.text; }
  const Reference& reference() const override { return drawn_.reference; }
  const Reference& swapped_reference() const override { return drawn_.swapped; }

  T value(const Scene<T>& scene) override {
    return with_target(scene, [&](const auto& prediction, const auto& target) {
      return crisp::value(drawn_.loss, prediction, target, workspace_);
    });
  }

  Outcome<T> value_and_gradient(const Scene<T>& scene) override {
    return with_target(scene, [&](const auto& prediction, const auto& target) {
      crisp::Images<T> gradient;
      Outcome<T> outcome;
      outcome.value = crisp::value_and_gradient(drawn_.loss, prediction, target, gradient, workspace_);
      outcome.gradient.assign(gradient.data(), gradient.data() + gradient.size());
      return outcome;
    });
  }

  Outcome<T> value_and_gradient(const Scene<T>& scene, Layout layout,
                                const crisp::Threads& threads) override {
    const std::size_t size = scene.prediction.size();
    Outcome<T> outcome;
    const auto evaluate = [&](const auto& prediction, const auto& target, const auto& weights,
                              auto&& gradient) {
      outcome.value =
          scene.weights.empty()
              ? crisp::value_and_gradient(drawn_.loss, prediction, target, gradient, workspace_, threads)
              : crisp::value_and_gradient(drawn_.loss, prediction, crisp::weighted(target, weights), gradient,
                                          workspace_, threads);
    };
    switch (layout) {
      case Layout::rows: {
        crisp::Images<T> gradient;
        evaluate(images_of(scene.prediction, scene.shape), images_of(scene.target, scene.shape),
                 images_of(scene.weights, weight_shape(scene)), gradient);
        outcome.gradient.assign(gradient.data(), gradient.data() + size);
        break;
      }
      case Layout::view: {
        outcome.gradient.resize(size);
        const auto view = [](auto& pixels, const crisp::Shape& s) {
          return crisp::view(pixels.data(), s.batch, s.channels, s.height, s.width);
        };
        evaluate(view(scene.prediction, scene.shape), view(scene.target, scene.shape),
                 view(scene.weights, weight_shape(scene)), view(outcome.gradient, scene.shape));
        break;
      }
      case Layout::interleaved:
      case Layout::backwards: {
        const Strided<T> prediction(scene.prediction, scene.shape, layout);
        const Strided<T> target(scene.target, scene.shape, layout);
        const Strided<T> weights(scene.weights, weight_shape(scene), layout);
        Strided<T> gradient(std::vector<T>(size), scene.shape, layout);
        if (scene.weights.empty()) {
          outcome.value = crisp::value_and_gradient(drawn_.loss, prediction.view(), target.view(),
                                                    gradient.view(), workspace_, threads);
        } else {
          outcome.value = crisp::value_and_gradient(drawn_.loss, prediction.view(),
                                                    crisp::weighted(target.view(), weights.view()),
                                                    gradient.view(), workspace_, threads);
        }
        outcome.gradient = gradient.in_rows();
        break;
      }
      case Layout::column_major: {
        ColumnMajor<T> gradient;
        evaluate(column_major_of(scene.prediction, scene.shape), column_major_of(scene.target, scene.shape),
                 column_major_of(scene.weights, weight_shape(scene)), gradient);
        outcome.gradient.resize(size);
        for_each_element(gradient, [&](const T& element, std::size_t i) { outcome.gradient[i] = element; });
        break;
      }
      case Layout::eigen_plane: {
        const auto plane = [&](const std::vector<T>& rows) {
          EigenPlane result(rows.empty() ? 0 : scene.shape.height, rows.empty() ? 0 : scene.shape.width);
          for (crisp::Index i = 0; i < result.size(); ++i)
            result(i / scene.shape.width, i % scene.shape.width) = rows[static_cast<std::size_t>(i)];
          return result;
        };
        EigenPlane gradient;
        evaluate(plane(scene.prediction), plane(scene.target), plane(scene.weights), gradient);
        for (std::size_t i = 0; i < size; ++i) {
          const auto index = static_cast<crisp::Index>(i);
          outcome.gradient.push_back(gradient(index / scene.shape.width, index % scene.shape.width));
        }
        break;
      }
    }
    return outcome;
  }

  Outcome<T> value_and_gradients(const Scene<T>& scene, const crisp::Threads& threads) override {
    return with_target(scene, [&](const auto& prediction, const auto& target) {
      crisp::Images<T> gradient;
      crisp::Images<T> target_gradient;
      Outcome<T> outcome;
      outcome.value = crisp::value_and_gradients(drawn_.loss, prediction, target, gradient, target_gradient,
                                                 workspace_, threads);
      outcome.gradient.assign(gradient.data(), gradient.data() + gradient.size());
      outcome.target_gradient.assign(target_gradient.data(), target_gradient.data() + target_gradient.size());
      return outcome;
    });
  }

  Outcome<T> values(const Scene<T>& scene) override {
    return with_target(scene, [&](const auto& prediction, const auto& target) {
      const auto values = crisp::values(drawn_.loss, prediction, target, workspace_);
      Outcome<T> outcome;
      outcome.image_values.assign(values.data(), values.data() + values.size());
      return outcome;
    });
  }

 private:
  static crisp::Shape weight_shape(const Scene<T>& scene) {
    return scene.weights.empty() ? crisp::Shape() : scene.weight_shape();
  }

  /// Calls body with the images in rows, and weights if there are any.
  template <typename Body>
  auto with_target(const Scene<T>& scene, const Body& body) {
    const crisp::Images<T> prediction = images_of(scene.prediction, scene.shape);
    const crisp::Images<T> target = images_of(scene.target, scene.shape);
    if (scene.weights.empty()) return body(prediction, target);
    const crisp::Images<T> weights = images_of(scene.weights, scene.weight_shape());
    return body(prediction, crisp::weighted(target, weights));
  }

  Drawn<Loss> drawn_;
  crisp::Workspace<Loss> workspace_;
};

template <typename Loss>
std::unique_ptr<Subject<typename Loss::Scalar>> subject_of(Drawn<Loss> drawn) {
  return std::make_unique<SubjectOf<Loss>>(std::move(drawn));
}

}  // namespace soak
