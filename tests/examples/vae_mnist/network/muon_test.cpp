// Muon against singular values and its formula, and which parameters it is given.
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "network/vae.hpp"
#include "support/catch.hpp"
#include "training/optimizer.hpp"

using namespace vae_mnist;

namespace {

Matrix<double> random_matrix(Index rows, Index columns, std::uint64_t seed) {
  Random random(seed);
  Matrix<double> matrix(rows, columns);
  for (Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = random.normal();
  return matrix;
}

}  // namespace

TEST_CASE("Orthogonalisation keeps singular vectors and brings singular values near 1") {
  for (const auto& [rows, columns] : {std::pair<Index, Index>{12, 30}, {30, 12}, {9, 9}, {1, 7}}) {
    Matrix<double> matrix = random_matrix(rows, columns, 1);
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(matrix, Eigen::ComputeThinU | Eigen::ComputeThinV);
    Orthogonalisation<double> orthogonalise;
    matrix *= 1e3;  // the size does not count
    orthogonalise(matrix);
    const Eigen::MatrixXd found = svd.matrixU().transpose() * matrix * svd.matrixV();
    for (Index i = 0; i < found.rows(); ++i) {
      for (Index j = 0; j < found.cols(); ++j) {
        if (i != j) CHECK(std::abs(found(i, j)) < 1e-8);
      }
      // Of random matrices; the square one has a singular value next to 0, which is raised but little.
      if (rows != columns) CHECK(found(i, i) > 0.6);
      CHECK(found(i, i) < 1.25);
    }
  }
  Matrix<double> zero = Matrix<double>::Zero(4, 5);
  Orthogonalisation<double> orthogonalise;
  orthogonalise(zero);
  CHECK(zero.isZero(0));
}

TEST_CASE("Muon follows its momentum, made orthogonal") {
  ParameterStorage<double> storage("filters", {6, 2, 3, 3});
  Muon<double> muon({storage.view()}, 0.9);
  Matrix<double> momentum = Matrix<double>::Zero(6, 18);
  Matrix<double> expected = Matrix<double>::Zero(6, 18);
  Orthogonalisation<double> orthogonalise;
  for (std::uint64_t step = 1; step <= 3; ++step) {
    const Matrix<double> gradient = random_matrix(6, 18, step);
    storage.gradient = Eigen::Map<const Eigen::ArrayXd>(gradient.data(), gradient.size());
    momentum = 0.9 * momentum + gradient;
    Matrix<double> direction = 0.9 * momentum + gradient;
    orthogonalise(direction);
    expected -= 0.01 * 0.2 * std::sqrt(18.0) * direction;
    muon.step(0.01);
  }
  CHECK(Eigen::Map<const Matrix<double>>(storage.value.data(), 6, 18).isApprox(expected, 1e-12));
}

TEST_CASE("Muon is given the filters between hidden layers, Adam the rest") {
  const auto kept = [](OptimizerMethod method) {
    Vae<float> vae({}, 1);
    OptimizerOptions options;
    options.method = method;
    Optimizer<float> optimizer(vae.parameters(), options);
    std::vector<std::string> names;
    optimizer.for_each_array([&](const std::string& name, auto& /*numbers*/) { names.push_back(name); });
    return names;
  };
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::count(names.begin(), names.end(), name) == 1;
  };
  const auto muon = kept(OptimizerMethod::muon);
  for (const char* layer : {"encoder.conv2", "decoder.deconv1", "decoder.deconv2"}) {
    CHECK(has(muon, std::string(layer) + ".weight.momentum"));
    CHECK_FALSE(has(muon, std::string(layer) + ".weight.m"));
    CHECK(has(muon, std::string(layer) + ".bias.m"));
  }
  for (const char* layer : {"encoder.conv1", "encoder.dense", "decoder.dense", "decoder.deconv3"}) {
    CHECK(has(muon, std::string(layer) + ".weight.m"));
    CHECK(has(muon, std::string(layer) + ".weight.v"));
  }
  for (const std::string& name : kept(OptimizerMethod::adam))
    CHECK(name.find("momentum") == std::string::npos);
}
