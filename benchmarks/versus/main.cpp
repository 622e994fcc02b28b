// crisp against libtorch: the same losses on the same tensors, with as many threads, in one process, by turns.
// That both give the same value and gradient is checked before anything is timed.
#include <malloc.h>
#include <torch/torch.h>

#include <cmath>
#include <cstring>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "losses/loss_call.hpp"
#include "losses/required.hpp"
#include "losses/timed_call.hpp"
#include "support/command_line.hpp"
#include "support/images.hpp"
#include "support/report.hpp"
#include "support/timing.hpp"
#include "vae/training_step.hpp"
#include "versus/torch_losses.hpp"
#include "versus/torch_vae.hpp"

namespace crisp_benchmarks {
namespace {

using at::Tensor;

struct Settings {
  Effort effort = thorough;
  int threads = 1;
  bool quick = false;
};

// ---- Agreement ---------------------------------------------------------------------------------------------------

/// So far may gradients be apart by the sum of their absolute values, and values, relatively. Losses are compared in
/// double: in float a rounding decides the derivative of a bin on a kink (equal amplitudes, phases π apart), and one
/// such bin may be a thousandth of the sum. The VAE's step, which is in float alone, has so many bins that none matters.
struct Tolerance {
  double value;
  double gradient;
};
constexpr Tolerance in_double{1e-10, 1e-8};
constexpr Tolerance in_float{1e-4, 1e-3};

void require_agreement(const std::string& what, const Tolerance& tolerance, double crisp_value,
                       double torch_value, const Tensor& crisp_gradient, const Tensor& torch_gradient) {
  const double value_error = std::abs(crisp_value - torch_value) / std::abs(torch_value);
  const double gradient_error =
      ((crisp_gradient - torch_gradient).abs().sum() / torch_gradient.abs().sum()).item<double>();
  if (value_error <= tolerance.value && gradient_error <= tolerance.gradient) return;
  std::ostringstream message;
  message << what << ": crisp and libtorch disagree, the values by " << value_error
          << " and the gradients by " << gradient_error << " of their sum";
  throw std::runtime_error(message.str());
}

// ---- What is compared --------------------------------------------------------------------------------------------

/// A way to do the work in libtorch, ready to be called.
struct Formulation {
  std::string name;
  Call call;
};

/// One row of the table. Everything in it is ready to run.
struct Work {
  std::string title;
  double images;
  Bound required;  ///< how many times as fast as the usual formulation
  Call crisp;
  std::vector<Formulation> torch;  ///< the usual one first
};

/// A tensor that shares the memory of pixels.
template <typename T>
Tensor tensor_of(T* data, const crisp::Shape& shape) {
  return torch::from_blob(data, {shape.batch, shape.channels, shape.height, shape.width},
                          torch::CppTypeToScalarType<T>::value);
}

/// While it lives, libtorch makes new tensors in double.
class DoubleByDefault {
 public:
  DoubleByDefault() : before_(torch::get_default_dtype()) {
    torch::set_default_dtype(caffe2::TypeMeta::Make<double>());
  }
  ~DoubleByDefault() { torch::set_default_dtype(before_); }
  DoubleByDefault(const DoubleByDefault&) = delete;
  DoubleByDefault& operator=(const DoubleByDefault&) = delete;

 private:
  caffe2::TypeMeta before_;
};

/// Compares a loss with the formulations of it in libtorch that are timed, all in double.
void check_loss(const std::string& title, const std::string& name, const crisp::Shape& shape,
                std::size_t formulations) {
  const DoubleByDefault guard;
  ImagePair<double> pair(shape);
  const double value =
      make_loss_call<double>(name, shape, 1)
          ->value_and_gradient(pair.prediction.data(), pair.target.data(), pair.gradient.data());
  const Tensor prediction = tensor_of(pair.prediction.data(), shape).requires_grad_(true);
  const Tensor target = tensor_of(pair.target.data(), shape);
  std::vector<TorchLoss> torch = torch_losses(name, shape);
  torch.resize(formulations);
  for (const TorchLoss& torch_loss : torch) {
    const Tensor torch_value = torch_loss.value(prediction, target);
    require_agreement(title + ", " + torch_loss.formulation, in_double, value, torch_value.item<double>(),
                      tensor_of(pair.gradient.data(), shape),
                      torch::autograd::grad({torch_value}, {prediction})[0]);
  }
}

Work loss_work(const RequiredLoss& row, const Settings& settings) {
  const std::string name = row.name;
  const crisp::Shape& shape = row.shape;
  const auto pair = std::make_shared<ImagePair<float>>(shape);
  Work work{name + ", " + text(shape),
            static_cast<double>(shape.batch),
            {Bound::at_least, row.times_as_fast, row.margin},
            {},
            {}};
  work.crisp = timed_call(
      std::shared_ptr<LossCall<float>>(make_loss_call<float>(name, shape, settings.threads)), pair);

  const Tensor prediction = tensor_of(pair->prediction.data(), shape).requires_grad_(true);
  const Tensor target = tensor_of(pair->target.data(), shape);
  std::vector<TorchLoss> torch = torch_losses(name, shape);
  if (settings.quick) torch.resize(1);
  check_loss(work.title, name, shape, torch.size());
  for (const TorchLoss& torch_loss : torch) {
    work.torch.push_back({torch_loss.formulation, [=, keep = pair] {
                            torch::autograd::grad({torch_loss.value(prediction, target)}, {prediction});
                          }});
  }
  return work;
}

/// A VAE in libtorch and its optimiser.
struct TorchTrainer {
  TorchVae vae;
  torch::optim::Adam adam{vae->parameters(), torch::optim::AdamOptions(vae_learning_rate)};
  TorchLoss stft;
  TorchLoss ssim;

  Tensor value(const Tensor& images, const Tensor& noise) {
    const VaeObjective objective;
    const auto output = vae->forward(images, noise);
    const Tensor kl = 0.5 * (output.mean.pow(2) + output.log_variance.exp() - 1 - output.log_variance).sum() /
                      static_cast<double>(images.size(0));
    return objective.kl * kl + objective.stft * stft.value(output.reconstruction, images) +
           objective.ssim * ssim.value(output.reconstruction, images);
  }
  void step(const Tensor& images, const Tensor& noise) {
    adam.zero_grad();
    value(images, noise).backward();
    adam.step();
  }
};

/// Makes the network's pictures as strong as those it is to learn. Untrained ones are almost black, and of what is almost 0
/// rounding decides the phase.
void give_contrast(VaeStep& step) {
  for (const VaeParameter& parameter : step.parameters()) {
    const bool is_weight = parameter.name.find("decoder") == 0 && parameter.shape.size() > 1;
    if (is_weight) torch::from_blob(parameter.value, parameter.shape).mul_(2);
  }
}

/// A trainer with the parameters of crisp's, and its gradients compared.
std::shared_ptr<TorchTrainer> twin_of(VaeStep& step, const TorchLoss& stft, const TorchLoss& ssim,
                                      const Tensor& images, const Tensor& noise, double value) {
  auto trainer = std::make_shared<TorchTrainer>();
  trainer->stft = stft;
  trainer->ssim = ssim;
  const std::vector<VaeParameter> parameters = step.parameters();
  std::vector<Tensor> twins = trainer->vae->in_order();
  for (std::size_t i = 0; i < twins.size(); ++i) {
    torch::NoGradGuard no_gradient;
    twins[i].copy_(torch::from_blob(parameters[i].value, parameters[i].shape));
  }
  const Tensor torch_value = trainer->value(images, noise);
  torch_value.backward();
  for (std::size_t i = 0; i < twins.size(); ++i) {
    require_agreement("the VAE's " + parameters[i].name, in_float, value, torch_value.item<double>(),
                      torch::from_blob(parameters[i].gradient, parameters[i].shape), twins[i].grad());
  }
  return trainer;
}

Work vae_work(const Settings& settings) {
  const crisp::Shape shape{128, 1, 28, 28};
  const std::vector<float> pixels = random_pixels<float>(shape, 3);
  const Tensor images =
      torch::from_blob(const_cast<float*>(pixels.data()), {128, 1, 28, 28}).gt(0.8).to(torch::kFloat);
  torch::manual_seed(1);
  const Tensor noise = torch::randn({128, 2});
  const std::shared_ptr<VaeStep> step = make_vae_step(shape.batch, settings.threads);
  give_contrast(*step);

  Work work{"VAE step, STFT + SSIM, batch 128", 128, {Bound::at_least, vae_times_as_fast}, {}, {}};
  work.crisp = [=] {
    step->value_and_gradient(images.data_ptr<float>(), noise.data_ptr<float>());
    step->update();
  };
  const double value =
      static_cast<double>(step->value_and_gradient(images.data_ptr<float>(), noise.data_ptr<float>()));
  const auto stft = torch_losses("STFT 16/4", shape);
  const auto ssim = torch_losses("SSIM", shape);
  for (const std::size_t index : {std::size_t{0}, stft.size() - 1}) {
    const auto trainer = twin_of(*step, stft[index], ssim[index], images, noise, value);
    work.torch.push_back(
        {stft[index].formulation + "; " + ssim[index].formulation, [=] { trainer->step(images, noise); }});
    if (settings.quick) break;
  }
  return work;
}

std::vector<Work> all_work(const Settings& settings) {
  const crisp::Shape large{settings.quick ? 2 : 16, 3, 256, 256};
  std::vector<RequiredLoss> rows = required_losses(large.batch);
  if (!settings.quick) {
    for (const char* loss :
         {"STFT 32/8", "DFT Fuoli 2021", "L1", "MSE", "Huber", "BCE with logits", "TV anisotropic"}) {
      rows.push_back({loss, large, 0});
    }
  }
  std::vector<Work> work;
  work.push_back(vae_work(settings));
  for (const RequiredLoss& row : rows) {
    work.push_back(loss_work(row, settings));
  }
  return work;
}

// ---- The table ---------------------------------------------------------------------------------------------------

/// Makes malloc keep what is freed, for good. By default it gives large blocks back to the system, and to have them
/// again costs libtorch more than its arithmetic.
void keep_freed_memory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
}

Timing time_work(const Work& work, std::size_t formulations, const Effort& effort) {
  std::vector<Call> calls = {work.crisp};
  for (std::size_t i = 0; i < formulations; ++i) calls.push_back(work.torch[i].call);
  return Timing(calls, effort);
}

int compare(const Settings& settings) {
  at::set_num_threads(settings.threads);
  Verdict verdict;
  const std::vector<Work> work = all_work(settings);

  std::vector<std::vector<std::string>> rows;
  for (const Work& one : work) {
    const Timing timing = time_work(one, 1, settings.effort);
    const double ratio = timing.ratio(1, 0);
    verdict.check(one.title, ratio, one.required);
    rows.push_back({one.title, microseconds(timing.seconds(0) / one.images),
                    microseconds(timing.seconds(1) / one.images), times(ratio), one.required.text()});
    std::cerr << one.title << ": " << times(ratio) << std::endl;
  }
  std::vector<std::string> header = {"work", "crisp", "libtorch", "faster by", "required"};
  if (!settings.quick) {
    header.insert(header.end(), {"than the best", "which is"});
    keep_freed_memory();
    for (std::size_t i = 0; i < work.size(); ++i) {
      const Timing timing = time_work(work[i], work[i].torch.size(), settings.effort);
      std::size_t best = 0;
      std::cerr << work[i].title << ":";
      for (std::size_t k = 0; k < work[i].torch.size(); ++k) {
        if (timing.ratio(k + 1, 0) < timing.ratio(best + 1, 0)) best = k;
        std::cerr << " " << work[i].torch[k].name << " " << times(timing.ratio(k + 1, 0));
      }
      std::cerr << std::endl;
      rows[i].insert(rows[i].end(), {times(timing.ratio(best + 1, 0)), work[i].torch[best].name});
    }
  }
  Table table(header);
  for (const auto& row : rows) table.add(row);
  std::cout << "libtorch " << TORCH_VERSION
            << ", float, value and gradient, microseconds an image, threads each: " << settings.threads
            << ". In double, values agree to " << in_double.value << " and gradients to "
            << in_double.gradient << " of the sum of their absolute values.\n\n"
            << table;
  return verdict.exit_status();
}

}  // namespace
}  // namespace crisp_benchmarks

int main(int argc, char** argv) {
  using namespace crisp_benchmarks;
  CommandLine options(argc, argv);
  Settings settings;
  settings.quick = options.flag("--quick");
  settings.effort = settings.quick ? quick : thorough;
  settings.threads = options.number("--threads", 1);
  if (!options.complete("benchmark_versus [--quick] [--threads N]")) return 2;
  return exit_status_of([&] { return compare(settings); });
}
