// Images and gradients in every order that memory can have: the same numbers, wherever they lie.
#include "crisp/core/layouts.hpp"

#include <algorithm>
#include <crisp/crisp.hpp>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/large_index.hpp"
#include "support/random_images.hpp"

using crisp::Images;
using crisp::Index;
using crisp::Shape;
using crisp::Strides;

namespace {

template <typename T>
using ColumnMajor = Eigen::Tensor<T, 4, Eigen::ColMajor>;

template <typename T>
ColumnMajor<T> column_major(const Images<T>& images) {
  ColumnMajor<T> result(images.dimension(0), images.dimension(1), images.dimension(2), images.dimension(3));
  for (Index n = 0; n < result.dimension(0); ++n) {
    for (Index c = 0; c < result.dimension(1); ++c) {
      for (Index y = 0; y < result.dimension(2); ++y) {
        for (Index x = 0; x < result.dimension(3); ++x) result(n, c, y, x) = images(n, c, y, x);
      }
    }
  }
  return result;
}

/// Whether two tensors, of any order, hold the same bits.
template <typename A, typename B>
bool same(const A& a, const B& b) {
  for (Index n = 0; n < a.dimension(0); ++n) {
    for (Index c = 0; c < a.dimension(1); ++c) {
      for (Index y = 0; y < a.dimension(2); ++y) {
        for (Index x = 0; x < a.dimension(3); ++x) {
          if (a(n, c, y, x) != b(n, c, y, x)) return false;
        }
      }
    }
  }
  return true;
}

/// Pixels whose channels lie side by side, as cameras and image files have them, with room between rows.
struct Interleaved {
  Shape shape;
  Index row;
  std::vector<double> memory;

  explicit Interleaved(const Shape& s)
      : shape(s),
        row(s.width * s.channels + 5),
        memory(static_cast<std::size_t>(s.batch * s.height * row), -7) {}
  Strides strides() const { return {shape.height * row, 1, row, shape.channels}; }
  double& operator()(Index n, Index c, Index y, Index x) {
    return memory[static_cast<std::size_t>(n * shape.height * row + y * row + x * shape.channels + c)];
  }
};

const Shape shape{2, 3, 12, 13};

}  // namespace

TEMPLATE_TEST_CASE("Column-major tensors give the bits that row-major ones give", "[layouts]", float,
                   double) {
  using T = TestType;
  const auto x = random_images<T>(shape, 1);
  const auto y = random_images<T>(shape, 2);
  const auto loss = T(0.1) * crisp::StftLoss<T>(crisp::StftOptions{{}, 8, 2}) + crisp::SsimLoss<T>();
  Images<T> expected;
  Images<T> expected_of_target;
  const T value = crisp::value_and_gradients(loss, x, y, expected, expected_of_target);
  const ColumnMajor<T> column_x = column_major(x);
  const ColumnMajor<T> column_y = column_major(y);

  ColumnMajor<T> gradient;
  CHECK(crisp::value(loss, column_x, y) == value);
  CHECK(crisp::value_and_gradient(loss, x, column_y, gradient) == value);
  CHECK(same(gradient, expected));
  gradient.setZero();
  ColumnMajor<T> of_target(2, 3, 12, 13);
  CHECK(crisp::value_and_gradients(loss, column_x, column_y, gradient, of_target) == value);
  CHECK(same(gradient, expected));
  CHECK(same(of_target, expected_of_target));
  Images<T> in_rows;
  CHECK(crisp::value_and_gradients(loss, column_x, y, in_rows, of_target) == value);
  CHECK(same(in_rows, expected));

  const Eigen::TensorMap<const ColumnMajor<T>> mapped(column_x.data(), 2, 3, 12, 13);
  ColumnMajor<T> memory(2, 3, 12, 13);
  CHECK(crisp::value_and_gradient(loss, mapped, y,
                                  Eigen::TensorMap<ColumnMajor<T>>(memory.data(), 2, 3, 12, 13)) == value);
  CHECK(same(memory, expected));
  CHECK(crisp::values(loss, column_x, y)(1) == crisp::values(loss, x, y)(1));
}

TEST_CASE("Memory with strides is read and written where it lies", "[layouts]") {
  const auto x = random_images<double>(shape, 1);
  const auto y = random_images<double>(shape, 2);
  Interleaved pixels(shape);
  for (Index i = 0; i < x.size(); ++i) {
    const Index column = i % 13;
    const Index row = i / 13 % 12;
    pixels(i / 13 / 12 / 3, i / 13 / 12 % 3, row, column) = x.data()[i];
  }
  Interleaved gradient(shape);
  Images<double> expected;
  const crisp::SsimLoss<double> loss;
  const double value = crisp::value_and_gradient(loss, x, y, expected);
  const double* from = pixels.memory.data();
  CHECK(crisp::value_and_gradient(loss, crisp::strided_view(from, shape, pixels.strides()), y,
                                  crisp::strided_view(gradient.memory.data(), shape, gradient.strides())) ==
        value);
  std::size_t written = 0;
  for (const double number : gradient.memory) written += number == -7 ? 0 : 1;
  CHECK(written == static_cast<std::size_t>(x.size()));  // and nothing in between
  bool all = true;
  for (Index n = 0; n < 2; ++n) {
    for (Index c = 0; c < 3; ++c) {
      for (Index y_ = 0; y_ < 12; ++y_) {
        for (Index x_ = 0; x_ < 13; ++x_) all = all && gradient(n, c, y_, x_) == expected(n, c, y_, x_);
      }
    }
  }
  CHECK(all);

  // Backwards: the images turned by half a turn.
  const Images<double> turned_x = x.reverse(Eigen::array<bool, 4>{false, false, true, true});
  const auto backwards =
      crisp::strided_view(x.data() + 12 * 13 - 1, shape, Strides{3 * 12 * 13, 12 * 13, -13, -1});
  CHECK(crisp::value(loss, backwards, y) == crisp::value(loss, turned_x, y));
  // One image for the whole batch.
  const Images<double> first =
      y.slice(Eigen::array<Index, 4>{0, 0, 0, 0}, Eigen::array<Index, 4>{1, 3, 12, 13});
  const Images<double> twice = first.broadcast(Eigen::array<Index, 4>{2, 1, 1, 1});
  CHECK(crisp::value(loss, x, crisp::strided_view(first.data(), shape, Strides{0, 12 * 13, 13, 1})) ==
        crisp::value(loss, x, twice));
}

TEST_CASE("A matrix of Eigen's, of any order, and a part of one is a plane", "[layouts]") {
  const Shape plane{1, 1, 12, 13};
  const auto x = random_images<double>(plane, 1);
  const auto y = random_images<double>(plane, 2);
  const crisp::SsimLoss<double> loss;
  Images<double> expected;
  const double value = crisp::value_and_gradient(loss, x, y, expected);
  const crisp::Plane<double> x_plane(x.data(), 12, 13);
  const crisp::Plane<double> y_plane(y.data(), 12, 13);
  const crisp::Plane<double> expected_plane(expected.data(), 12, 13);

  const Eigen::MatrixXd matrix = x_plane.matrix();
  const Eigen::ArrayXXd array = y_plane;
  Eigen::MatrixXd gradient;
  CHECK(crisp::value_and_gradient(loss, matrix, array, gradient) == value);
  CHECK((gradient.array() == expected_plane).all());
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows;
  CHECK(crisp::value_and_gradient(loss, x_plane, array, rows) == value);
  CHECK((rows.array() == expected_plane).all());
  Eigen::ArrayXXd large = Eigen::ArrayXXd::Constant(20, 20, -7);
  CHECK(crisp::value_and_gradient(loss, matrix, y_plane, large.block(3, 4, 12, 13)) == value);
  CHECK((large.block(3, 4, 12, 13) == expected_plane).all());
  CHECK((large == -7).count() == 400 - 12 * 13);
  const Eigen::Ref<const Eigen::MatrixXd> reference(matrix);
  CHECK(crisp::value(loss, reference, array) == value);
  Eigen::Matrix<double, 12, 13> fixed;
  CHECK(crisp::value_and_gradient(loss, matrix, array, fixed) == value);
  CHECK((fixed.array() == expected_plane).all());
}

TEST_CASE("Weights, metrics, transforms and the gradient check take any order, too", "[layouts]") {
  const auto x = random_images<double>(shape, 1);
  const auto y = random_images<double>(shape, 2);
  const auto mask = random_images<double>({2, 1, 12, 13}, 3);
  const auto column_x = column_major(x);
  const auto column_y = column_major(y);
  const auto column_mask = column_major(mask);
  const crisp::MseLoss<double> loss;
  const double weighted = crisp::value(loss, x, crisp::weighted(y, mask));
  CHECK(crisp::value(loss, x, crisp::weighted(column_y, column_mask)) == weighted);
  CHECK(crisp::value(loss, column_x, crisp::weighted(y, column_mask)) == weighted);

  const auto check_metric = [&](auto metric, auto same_metric) {
    metric.add(x, y);
    same_metric.add(column_x, column_y);
    CHECK(metric.value() == same_metric.value());
  };
  check_metric(crisp::metrics::Psnr<double>(), crisp::metrics::Psnr<double>());
  check_metric(crisp::metrics::Ssim<double>(), crisp::metrics::Ssim<double>());
  check_metric(crisp::metrics::HighFrequencyRatio<double>(), crisp::metrics::HighFrequencyRatio<double>());
  crisp::metrics::LocalPhaseCoherence<double> coherence;
  crisp::metrics::LocalPhaseCoherence<double> same_coherence;
  const auto large = random_images<double>({1, 1, 32, 32}, 1);
  coherence.add(large);
  same_coherence.add(column_major(large));
  CHECK(coherence.value() == same_coherence.value());

  const crisp::Stft<double> stft(4, 2);
  const auto spectra = stft.forward(x);
  const auto same_spectra = stft.forward(column_x);
  CHECK(std::equal(spectra.data(), spectra.data() + spectra.size(), same_spectra.data()));
  CHECK(crisp::check_gradient(loss, column_x, column_y).passed());
  CHECK(crisp::check_target_gradient(loss, column_x, column_y).passed());
}

TEST_CASE("What does not fit is an error before anything is written", "[layouts][errors]") {
  const auto x = random_images<double>(shape, 1);
  const auto y = random_images<double>(shape, 2);
  const crisp::MseLoss<double> loss;
  ColumnMajor<double> small(2, 3, 12, 12);
  small.setConstant(-7);
  CHECK_THROWS_WITH(crisp::value_and_gradient(loss, x, y, small), Catch::Contains("[2, 3, 12, 12]"));
  Eigen::MatrixXd plane;
  CHECK_THROWS_AS(crisp::value_and_gradient(crisp::SsimLoss<double>(), Eigen::MatrixXd::Zero(5, 5).eval(),
                                            Eigen::MatrixXd::Zero(5, 5).eval(), plane),
                  crisp::ShapeError);
  CHECK(plane.size() == 0);

  Images<double> own = x;
  const auto inside = crisp::strided_view(own.data(), shape, Strides{3 * 12 * 13, 12 * 13, 13, 1});
  CHECK_THROWS_WITH(crisp::value_and_gradient(loss, own, y, inside), Catch::Contains("memory"));
  CHECK(same(own, x));
  std::vector<double> memory(2 * 3 * 12 * 13);
  CHECK_THROWS_AS(crisp::strided_view(static_cast<double*>(nullptr), shape, Strides{1, 1, 1, 1}),
                  crisp::ShapeError);
  CHECK_THROWS_WITH(
      crisp::strided_view(memory.data(), shape, Strides{std::numeric_limits<Index>::max() / 4, 1, 1, 1}),
      Catch::Contains("stride"));
}

TEST_CASE("Memory is shared wherever images lie, copied or not", "[layouts][errors]") {
  const Shape square{1, 1, 12, 12};
  const auto other = random_images<double>(square, 3);
  const crisp::MseLoss<double> loss;
  Images<double> own = random_images<double>(square, 1);
  const Images<double> before = own;
  const auto transposed = crisp::strided_view(own.data(), square, Strides{0, 0, 1, 12});
  const auto refuses = [&](const auto& prediction, const auto& target, auto&& gradient) {
    CHECK_THROWS_WITH(crisp::value_and_gradient(loss, prediction, target, gradient),
                      Catch::Contains("shares memory"));
    CHECK(same(own, before));
  };
  refuses(transposed, other, own);
  refuses(other, transposed, own);
  refuses(own, other, transposed);
  refuses(other, crisp::weighted(own, other), transposed);
  refuses(other, crisp::weighted(other, own), transposed);
  refuses(other, crisp::weighted(transposed, other), own);
  refuses(other, crisp::weighted(other, transposed), own);

  const auto one_gradient = [&](auto&& first, auto&& second) {
    CHECK_THROWS_WITH(crisp::value_and_gradients(loss, other, other, first, second),
                      Catch::Contains("share memory"));
    CHECK(same(own, before));
  };
  one_gradient(own, transposed);
  one_gradient(transposed, own);
  one_gradient(transposed, transposed);
  Eigen::MatrixXd empty;
  one_gradient(empty, empty);
  CHECK(empty.size() == 0);
}

TEST_CASE("Every pixel of a gradient needs a place of its own", "[layouts][errors]") {
  const Shape few{2, 1, 3, 4};
  const auto x = random_images<double>(few, 1);
  const auto y = random_images<double>(few, 2);
  std::vector<double> memory(60, -7);
  const auto evaluate = [&](const Strides& strides) {
    crisp::value_and_gradient(crisp::MseLoss<double>(), x, y,
                              crisp::strided_view(memory.data() + 24, few, strides));
  };
  for (const Strides& strides : {Strides{0, 12, 4, 1}, Strides{12, 12, 1, 1}, Strides{12, 12, 3, 1},
                                 Strides{12, 12, -3, 1}, Strides{11, 12, 4, 1}, Strides{1, 0, 1, 6}}) {
    CHECK_THROWS_WITH(evaluate(strides), Catch::Contains("share a place"));
    CHECK(std::all_of(memory.begin(), memory.end(), [](double number) { return number == -7; }));
  }
  CHECK_NOTHROW(evaluate({12, 0, 4, 1}));
  CHECK_NOTHROW(evaluate({1, 0, 2, 6}));
  CHECK_NOTHROW(evaluate({-12, 0, 4, -1}));
}

TEST_CASE("A matrix that is empty is given one plane, and refused more", "[layouts][errors]") {
  Eigen::MatrixXd gradient;
  CHECK_THROWS_WITH(crisp::value_and_gradient(crisp::MseLoss<double>(), random_images<double>(shape, 1),
                                              random_images<double>(shape, 2), gradient),
                    Catch::Contains("[1, 1, 0, 0]"));
}

TEST_CASE("Strided memory without pixels is nowhere", "[layouts][errors]") {
  constexpr Index lowest = std::numeric_limits<Index>::min();
  const auto none =
      crisp::strided_view(static_cast<double*>(nullptr), {0, 1, 4, 4}, Strides{lowest, 1, 4, 1});
  const auto x = random_images<double>(shape, 1);
  CHECK_THROWS_AS(crisp::value(crisp::MseLoss<double>(), none, none), crisp::ShapeError);
  CHECK_THROWS_AS(crisp::value_and_gradient(crisp::MseLoss<double>(), x, x, none), crisp::ShapeError);
  constexpr Index large = large_index(31);
  double pixel = 0;
  const Eigen::TensorMap<const ColumnMajor<double>> beyond(&pixel, large, large, large, large);
  CHECK_THROWS_WITH(crisp::value(crisp::MseLoss<double>(), beyond, beyond),
                    Catch::Contains("larger than memory can address"));
}

TEST_CASE("Copies are made in the workspace's memory, once", "[layouts]") {
  const auto x = column_major(random_images<double>(shape, 1));
  const auto y = column_major(random_images<double>(shape, 2));
  const crisp::MseLoss<double> loss;
  crisp::Workspace<crisp::MseLoss<double>> workspace;
  crisp::value(loss, x, y, workspace);
  const double* const room = workspace.room(0).data();
  crisp::value(loss, x, y, workspace);
  CHECK(workspace.room(0).data() == room);
}
