// The products on panels against Eigen's, for every remainder of rows and columns.
#include "network/panel_product.hpp"

#include <random>

#include "support/catch.hpp"

using vae_mnist::Index;
using vae_mnist::Matrix;
using vae_mnist::Panels;

namespace {

template <typename T>
Panels<T> panels_of(const Matrix<T>& matrix) {
  Panels<T> panels(matrix.rows(), matrix.cols());
  for (Index row = 0; row < matrix.rows(); ++row) {
    for (Index column = 0; column < matrix.cols(); ++column) panels(row, column) = matrix(row, column);
  }
  return panels;
}

template <typename T>
Matrix<T> matrix_of(const Panels<T>& panels) {
  return Matrix<T>::NullaryExpr(panels.rows(), panels.columns(),
                                [&](Index row, Index column) { return panels(row, column); });
}

template <typename T>
Matrix<T> random_matrix(Index rows, Index columns) {
  static std::minstd_rand random(7);
  // Small integers: their products and sums are exact, in any order.
  return Matrix<T>::NullaryExpr(rows, columns,
                                [](Index, Index) { return static_cast<T>(random() % 9) - T(4); });
}

}  // namespace

TEMPLATE_TEST_CASE("products on panels equal Eigen's", "", float, double) {
  using T = TestType;
  for (const Index m : {1, 2, 5, 6, 7, 12, 13, 23, 36}) {
    for (const Index k : {1, 4, 15, 16, 17, 33}) {
      for (const Index n : {1, 3, 8, 16, 19, 32, 35}) {
        CAPTURE(m, k, n);
        const Matrix<T> a = random_matrix<T>(m, k);
        const Matrix<T> b = random_matrix<T>(k, n);
        const Matrix<T> product = a * b;

        Panels<T> in_panels(m, n);
        vae_mnist::multiply<T>(panels_of(a).view(), panels_of(b).view(), in_panels.view());
        CHECK(matrix_of(in_panels) == product);

        const Matrix<T> before = random_matrix<T>(m, n);
        Panels<T> sum = panels_of(before);
        vae_mnist::add_transposed_product<T>(panels_of(Matrix<T>(a.transpose())).view(), panels_of(b).view(),
                                             sum.view());
        CHECK(matrix_of(sum) == before + product);

        // In memory as matrices lie there, in the place of every factor whose columns fill its panels.
        const auto in_place = [](auto& matrix) {
          return vae_mnist::image_panels(matrix.data(), matrix.rows(), matrix.cols());
        };
        if (n % Panels<T>::width != 0) continue;
        Matrix<T> in_memory(m, n);
        vae_mnist::multiply<T>(panels_of(a).view(), in_place(b), in_place(in_memory));
        CHECK(in_memory == product);
        if (k % Panels<T>::width != 0) continue;
        in_memory.setZero();
        vae_mnist::multiply<T>(in_place(a), panels_of(b).view(), in_place(in_memory));
        CHECK(in_memory == product);
      }
    }
  }
}
