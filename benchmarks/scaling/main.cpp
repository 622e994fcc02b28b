// How crisp's cost grows, and how near it is to what FFTW alone would take. Everything is a ratio of times that were
// taken by turns.
#include <array>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "losses/loss_call.hpp"
#include "losses/required.hpp"
#include "losses/timed_call.hpp"
#include "scaling/fftw_passes.hpp"
#include "support/command_line.hpp"
#include "support/images.hpp"
#include "support/report.hpp"
#include "support/timing.hpp"
#include "vae/training_step.hpp"

namespace crisp_benchmarks {
namespace {

class Scaling {
 public:
  explicit Scaling(bool is_quick) : quick_(is_quick), effort_(is_quick ? quick : thorough) {}

  int run() {
    above_fftw();
    over_batches();
    over_threads();
    over_pixels();
    if (!quick_) over_threads_on_one_plane();
    return verdict_.exit_status();
  }

 private:
  /// Value and gradient of a loss in float.
  static Call loss_call(const std::string& name, const crisp::Shape& shape, int threads) {
    return timed_call(make_loss_call<float>(name, shape, threads), std::make_shared<ImagePair<float>>(shape));
  }

  void above_fftw() {
    std::cout << "#### FFTW's three passes\n\n"
                 "The STFT loss and its gradient, windowing, distances and overlap-add included, beside the "
                 "three 2-D "
                 "transforms (r2c, r2c, c2r; plan_many, FFTW_MEASURE) that a plain implementation would run "
                 "over the "
                 "same frames. Microseconds an image, 1 thread.\n\n";
    Table table({"work", "crisp, all", "FFTW, three passes", "crisp / FFTW", "required"});
    for (const crisp::Shape& shape : {crisp::Shape{128, 1, 28, 28}, crisp::Shape{1, 1, 256, 256}}) {
      const auto passes = std::make_shared<FftwPasses>(shape, 16, 4);
      const Timing timing({loss_call("STFT 16/4", shape, 1), [=] { passes->run(); }}, effort_);
      const Bound bound{Bound::at_most, shape.height == 28 ? 1.2 : 0};
      const std::string title = "STFT 16/4, " + text(shape);
      const auto images = static_cast<double>(shape.batch);
      verdict_.check(title + " beside FFTW's three passes", timing.ratio(0, 1), bound);
      table.add({title, microseconds(timing.seconds(0) / images), microseconds(timing.seconds(1) / images),
                 times(timing.ratio(0, 1)), bound.text()});
    }
    std::cout << table << "\n";
  }

  void over_batches() {
    const std::vector<crisp::Index> batches =
        quick_ ? std::vector<crisp::Index>{1, 128} : std::vector<crisp::Index>{1, 4, 16, 64, 256, 1024};
    std::vector<crisp::Shape> shapes;
    for (const crisp::Index batch : batches) shapes.push_back({batch, 1, 28, 28});
    std::cout << "#### Batches\n\nMicroseconds an image of 28×28, by the size of the batch. 1 thread.\n\n";
    growth({"STFT 16/4", "SSIM"}, shapes, {Bound::at_most, 1.2},
           [](const crisp::Shape& shape, double seconds) {
             return std::pair(std::to_string(shape.batch), 1e6 * seconds / static_cast<double>(shape.batch));
           });
  }

  void over_pixels() {
    const std::vector<crisp::Index> sides = quick_ ? std::vector<crisp::Index>{128, 512}
                                                   : std::vector<crisp::Index>{64, 128, 256, 512, 1024, 2048};
    std::vector<crisp::Shape> shapes;
    for (const crisp::Index side : sides) shapes.push_back({1, 1, side, side});
    std::cout << "#### Pixels\n\nNanoseconds a pixel of one plane, by its size. 1 thread.\n\n";
    growth({"STFT 16/4", "SSIM", "DFT", "L1"}, shapes, {}, [](const crisp::Shape& shape, double seconds) {
      return std::pair(std::to_string(shape.height) + "²", 1e9 * seconds / static_cast<double>(shape.size()));
    });
  }

  /// One row a loss: its cost at every shape, and the largest divided by the smallest.
  template <typename Cost>
  void growth(const std::vector<std::string>& losses, const std::vector<crisp::Shape>& shapes,
              const Bound& bound, const Cost& cost) {
    std::vector<std::string> header = {"loss"};
    for (const crisp::Shape& shape : shapes) header.push_back(cost(shape, 0).first);
    header.insert(header.end(), {"largest / smallest", "required"});
    Table table(header);
    for (const std::string& loss : losses) {
      std::vector<Call> calls;
      for (const crisp::Shape& shape : shapes) calls.push_back(loss_call(loss, shape, 1));
      const Timing timing(calls, effort_);
      std::vector<std::string> row = {loss};
      std::vector<double> relative;  // beside the first shape, turn by turn
      for (std::size_t i = 0; i < shapes.size(); ++i) {
        row.push_back(number(cost(shapes[i], timing.seconds(i)).second));
        relative.push_back(cost(shapes[i], timing.ratio(i, 0)).second);
      }
      const auto [smallest, largest] = std::minmax_element(relative.begin(), relative.end());
      verdict_.check(loss + " over sizes", *largest / *smallest, bound);
      row.insert(row.end(), {times(*largest / *smallest), bound.text()});
      table.add(row);
    }
    std::cout << table << "\n";
  }

  void over_threads() {
    std::cout << "#### Threads\n\nMicroseconds an image on 1 thread and on 2.\n\n";
    std::vector<ByThreads> work;
    work.push_back(vae_by_threads());
    for (const RequiredLoss& loss : required_losses(quick_ ? 2 : 16))
      work.push_back(loss_by_threads(loss.name, loss.shape));
    compare_threads(work);
  }

  void over_threads_on_one_plane() {
    std::cout
        << "#### One large plane\n\nMicroseconds for a single image of 4096×4096 on 1 thread and on 2.\n\n";
    std::vector<ByThreads> work;
    for (const char* loss : {"STFT 16/4", "SSIM", "DFT", "L1"})
      work.push_back(loss_by_threads(loss, {1, 1, 4096, 4096}));
    compare_threads(work);
  }

  /// The same work on 1 thread and on 2.
  struct ByThreads {
    std::string title;
    double images;
    std::array<Call, 2> calls;
  };
  static ByThreads loss_by_threads(const std::string& name, const crisp::Shape& shape) {
    return {name + ", " + text(shape),
            static_cast<double>(shape.batch),
            {loss_call(name, shape, 1), loss_call(name, shape, 2)}};
  }

  void compare_threads(const std::vector<ByThreads>& work) {
    if (std::thread::hardware_concurrency() < 2) {
      std::cout << "Left out: this machine has one core.\n\n";
      return;
    }
    Table table({"work", "1 thread", "2 threads", "faster by", "required"});
    const Bound bound{Bound::at_least, 1.8, 3};  // whoever else is busy here has a core, too
    for (const ByThreads& one : work) {
      const Timing timing({one.calls[0], one.calls[1]}, effort_);
      verdict_.check(one.title + " on 2 threads", timing.ratio(0, 1), bound);
      table.add({one.title, microseconds(timing.seconds(0) / one.images),
                 microseconds(timing.seconds(1) / one.images), times(timing.ratio(0, 1)), bound.text()});
    }
    std::cout << table << "\n";
  }

  static ByThreads vae_by_threads() {
    const crisp::Shape shape{128, 1, 28, 28};
    const auto images = std::make_shared<std::vector<float>>(random_pixels<float>(shape, 1));
    const auto noise = std::make_shared<std::vector<float>>(random_pixels<float>({1, 1, 128, 2}, 2));
    const auto step_on = [&](int threads) -> Call {
      const std::shared_ptr<VaeStep> step = make_vae_step(shape.batch, threads);
      return [=] {
        step->value_and_gradient(images->data(), noise->data());
        step->update();
      };
    };
    return {"VAE step, STFT + SSIM, batch 128", 128, {step_on(1), step_on(2)}};
  }

  bool quick_;
  Effort effort_;
  Verdict verdict_;
};

}  // namespace
}  // namespace crisp_benchmarks

int main(int argc, char** argv) {
  crisp_benchmarks::CommandLine options(argc, argv);
  const bool quick = options.flag("--quick");
  if (!options.complete("benchmark_scaling [--quick]")) return 2;
  return crisp_benchmarks::Scaling(quick).run();
}
