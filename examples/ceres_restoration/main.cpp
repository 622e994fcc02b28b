// ceres_restoration: takes the blur out of a picture by minimising losses of crisp over its pixels, with Ceres's L-BFGS.
//
// What is seen is b = K x + noise, K a Gaussian blur that sees no pixel from outside, so that b is smaller than x.
// Two restorations are compared:
//
//   minimise  MSE(K x, b) + μ TV(x)
//   and       MSE(K x, b) + μ TV(x) + λ STFT(K x, b),
//
// the latter by local amplitudes and phases: a Gaussian takes amplitudes away and leaves phases as they were, so the
// phases of b, where they rise above the noise, say where the edges are that its amplitudes have lost.
#include <ceres/gradient_problem.h>
#include <ceres/gradient_problem_solver.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <crisp/adapters/ceres.hpp>
#include <crisp/filters/separable.hpp>
#include <crisp/losses/mse.hpp>
#include <crisp/losses/stft.hpp>
#include <crisp/losses/total_variation.hpp>
#include <crisp/metrics/psnr.hpp>
#include <crisp/metrics/ssim.hpp>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/exit_status.hpp"
#include "experiment.hpp"
#include "files/image_grid.hpp"
#include "files/png.hpp"
#include "loss_pictures/test_picture.hpp"
#include "network/random.hpp"

namespace {

using crisp::Images;
using crisp::Index;
using crisp::adapters::CeresFunction;
using crisp::adapters::CeresSum;

struct Options {
  std::string png;  // empty: the built-in picture
  std::filesystem::path out = "ceres_restoration.png";
  double sigma = 2.5;
  double noise = 0.002;
  double variation = 1e-3;
  double frequency_weight = 1e-7;
  double phase_gate = 0.1;
  int iterations = 500;
};

/// K, which keeps the pixels that it can compute without looking outside.
class Blur {
 public:
  explicit Blur(double sigma)
      : filter_(crisp::gaussian_taps<double>(2 * static_cast<Index>(std::ceil(3 * sigma)) + 1, sigma)) {}

  Index border() const { return filter_.size() / 2; }

  crisp::Shape seen(const crisp::Shape& shape) const {
    return {shape.batch, shape.channels, shape.height - 2 * border(), shape.width - 2 * border()};
  }

  void apply(const Images<double>& from, Images<double>& to) const {
    resize(to, seen(crisp::detail::shape_of(from)));
    each_plane(from, to,
               [&](const auto& in, auto out, auto& workspace) { filter_.valid(in, out, workspace); });
  }
  void adjoint(const Images<double>& from, Images<double>& to) const {
    resize(to, {from.dimension(0), from.dimension(1), from.dimension(2) + 2 * border(),
                from.dimension(3) + 2 * border()});
    each_plane(from, to,
               [&](const auto& in, auto out, auto& workspace) { filter_.valid_adjoint(in, out, workspace); });
  }

 private:
  using Filter = crisp::SeparableFilter<double>;

  static void resize(Images<double>& images, const crisp::Shape& shape) {
    images.resize(shape.batch, shape.channels, shape.height, shape.width);
  }

  template <typename Body>
  static void each_plane(const Images<double>& from, Images<double>& to, const Body& body) {
    typename Filter::Workspace workspace;
    const crisp::Shape in = crisp::detail::shape_of(from);
    const crisp::Shape out = crisp::detail::shape_of(to);
    for (Index plane = 0; plane < in.planes(); ++plane) {
      body(crisp::Plane<double>(from.data() + plane * in.plane_size(), in.height, in.width),
           crisp::MutablePlane<double>(to.data() + plane * out.plane_size(), out.height, out.width),
           workspace);
    }
  }

  Filter filter_;
};

/// The pixels of an unknown that what is seen has, too.
Images<double> inner(const Images<double>& images, Index border) {
  return images.slice(
      Eigen::array<Index, 4>{0, 0, border, border},
      Eigen::array<Index, 4>{images.dimension(0), images.dimension(1), images.dimension(2) - 2 * border,
                             images.dimension(3) - 2 * border});
}

/// What is seen, its outermost pixels repeated: where the search starts.
Images<double> extended(const Images<double>& images, Index border) {
  Images<double> result(images.dimension(0), images.dimension(1), images.dimension(2) + 2 * border,
                        images.dimension(3) + 2 * border);
  const auto inside = [&](Index at, Index size) { return std::clamp<Index>(at - border, 0, size - 1); };
  for (Index i = 0; i < result.size(); ++i) {
    const Index x = i % result.dimension(3);
    const Index y = i / result.dimension(3) % result.dimension(2);
    const Index plane = i / result.dimension(3) / result.dimension(2);
    result.data()[i] = images(plane / images.dimension(1), plane % images.dimension(1),
                              inside(y, images.dimension(2)), inside(x, images.dimension(3)));
  }
  return result;
}

crisp::StftOptions local_phase(const Options& options) {
  crisp::StftOptions stft;
  stft.window = 16;
  stft.stride = 4;
  stft.padding = crisp::Padding::reflect;
  stft.phase_gate = options.phase_gate;
  return stft;
}

Images<double> restore(const Images<double>& seen, const Blur& blur, const Options& options,
                       bool with_phase) {
  Images<double> image = extended(seen, blur.border());
  const crisp::Shape shape = crisp::detail::shape_of(image);
  const crisp::adapters::LinearOperator through{
      [&](const Images<double>& from, Images<double>& to) { blur.apply(from, to); },
      [&](const Images<double>& from, Images<double>& to) { blur.adjoint(from, to); }};

  CeresSum::Terms terms;
  terms.push_back(std::make_unique<CeresFunction<crisp::MseLoss<double>>>(crisp::MseLoss<double>(), seen,
                                                                          shape, through));
  const crisp::TotalVariationLoss<double> variation({crisp::VariationNorm::isotropic});
  terms.push_back(std::make_unique<CeresFunction<crisp::TotalVariationLoss<double>>>(variation, image,
                                                                                     options.variation));
  if (with_phase) {
    terms.push_back(std::make_unique<CeresFunction<crisp::StftLoss<double>>>(
        crisp::StftLoss<double>(local_phase(options)), seen, shape, through, options.frequency_weight));
  }
  const ceres::GradientProblem problem(new CeresSum(std::move(terms)));

  ceres::GradientProblemSolver::Options solver;  // L-BFGS
  solver.max_num_iterations = options.iterations;
  solver.function_tolerance = 1e-9;
  solver.logging_type = ceres::SILENT;
  ceres::GradientProblemSolver::Summary summary;
  ceres::Solve(solver, problem, image.data(), &summary);
  std::cout << (with_phase ? "with local phase: " : "squared error:    ") << summary.iterations.size() - 1
            << " iterations, " << summary.initial_cost << " -> " << summary.final_cost << "\n";
  return image;
}

Images<double> see(const Images<double>& original, const Blur& blur, double noise) {
  Images<double> seen;
  blur.apply(original, seen);
  vae_mnist::Random random(1);
  for (Index i = 0; i < seen.size(); ++i) seen.data()[i] += noise * random.normal();
  return seen;
}

void run(const Options& options) {
  crisp::detail::check_factor("--noise", options.noise);
  crisp::detail::check_factor("--variation", options.variation);
  crisp::detail::check_factor("--frequency-weight", options.frequency_weight);
  crisp::detail::check_factor("--phase-gate", options.phase_gate);
  crisp::detail::check_factor("--iterations", options.iterations);
  const Images<double> original =
      options.png.empty() ? loss_pictures::test_picture(128) : phase_and_blur::load_original(options.png);
  const Blur blur(options.sigma);
  const crisp::Shape seen_shape = blur.seen(crisp::detail::shape_of(original));
  if (std::min(seen_shape.height, seen_shape.width) < 16) {
    crisp::detail::fail<crisp::ShapeError>("a blur of sigma ", options.sigma, " leaves ", seen_shape.height,
                                           "x", seen_shape.width,
                                           " pixels of the picture, and 16x16 are needed");
  }
  const Images<double> seen = see(original, blur, options.noise);
  const Images<double> truth = inner(original, blur.border());
  const std::vector<std::pair<std::string, Images<double>>> pictures = {
      {"original", truth},
      {"blurred", seen},
      {"squared error", inner(restore(seen, blur, options, false), blur.border())},
      {"with local phase", inner(restore(seen, blur, options, true), blur.border())}};

  Images<float> panel(static_cast<Index>(pictures.size()), truth.dimension(1), truth.dimension(2),
                      truth.dimension(3));
  std::cout << std::fixed << std::setprecision(4);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const auto& [name, picture] = pictures[i];
    std::transform(picture.data(), picture.data() + picture.size(),
                   panel.data() + static_cast<Index>(i) * picture.size(),
                   [](double pixel) { return static_cast<float>(pixel); });
    if (i == 0) continue;
    crisp::metrics::Psnr<double> psnr;
    crisp::metrics::Ssim<double> ssim;
    psnr.add(picture, truth);
    ssim.add(picture, truth);
    std::cout << std::left << std::setw(18) << name << "PSNR " << psnr.value() << " dB  SSIM " << ssim.value()
              << "\n";
  }
  vae_mnist::GridOptions grid;
  grid.columns = static_cast<Index>(pictures.size());
  vae_mnist::write_png(options.out, vae_mnist::image_grid(panel, grid));
  std::cout << "wrote " << options.out.string()
            << ": original, blurred, restored by squared error, and with local phase\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Takes the blur out of a picture by minimising crisp's losses with Ceres.",
               "ceres_restoration");
  Options options;
  app.add_option("png", options.png, "A picture, gray or color; by default one that is built in");
  app.add_option("--out", options.out, "Where to write the four side by side")->capture_default_str();
  app.add_option("--sigma", options.sigma, "Standard deviation of the blur, in pixels")
      ->capture_default_str();
  app.add_option("--noise", options.noise, "Standard deviation of the noise; white is 1")
      ->capture_default_str();
  app.add_option("--variation", options.variation, "Weight of the total variation")->capture_default_str();
  app.add_option("--frequency-weight", options.frequency_weight, "Weight of the STFT loss")
      ->capture_default_str();
  app.add_option("--phase-gate", options.phase_gate, "Amplitude below which phases fade out")
      ->capture_default_str();
  app.add_option("--iterations", options.iterations, "Steps of L-BFGS at most")->capture_default_str();
  return vae_mnist::exit_status_of("ceres_restoration", app, [&] {
    app.parse(argc, argv);
    run(options);
  });
}
