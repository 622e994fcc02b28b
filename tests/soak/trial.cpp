#include "soak/trial.hpp"

#include <array>
#include <cstring>
#include <limits>
#include <memory>
#include <sstream>

#include "soak/comparison.hpp"
#include "soak/latents.hpp"
#include "soak/losses/draw.hpp"
#include "soak/random.hpp"

namespace soak {

const char* name_of(Layout layout) {
  switch (layout) {
    case Layout::rows:
      return "rows";
    case Layout::view:
      return "a view";
    case Layout::interleaved:
      return "interleaved channels";
    case Layout::backwards:
      return "negative strides";
    case Layout::column_major:
      return "a column-major tensor";
    case Layout::eigen_plane:
      return "an Eigen matrix";
  }
  return "";
}

namespace {

const crisp::Threads& threads_of(int count) {
  static const std::array<std::unique_ptr<crisp::Threads>, 4> pools = {
      std::make_unique<crisp::Threads>(1), std::make_unique<crisp::Threads>(2),
      std::make_unique<crisp::Threads>(3), std::make_unique<crisp::Threads>(4)};
  return *pools[static_cast<std::size_t>(count - 1)];
}

template <typename T>
Precision precision_of() {
  return {static_cast<Real>(std::numeric_limits<T>::epsilon()),
          static_cast<Real>(std::numeric_limits<T>::min()), std::is_same_v<T, float>};
}

template <typename T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}
template <typename T>
bool same_bits(T a, T b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

crisp::Index any_side(Random& random, crisp::Index least) {
  const double which = random.uniform();
  const crisp::Index side = which < 0.78   ? random.integer(1, 13)
                            : which < 0.98 ? random.integer(14, 24)
                                           : random.integer(25, 48);
  return std::max(least, side);
}

/// In rows, with all digits.
template <typename T>
std::string pixels_of(const char* name, const std::vector<T>& pixels) {
  std::ostringstream stream;
  stream.precision(std::numeric_limits<T>::max_digits10);
  stream << name << ":";
  for (const T pixel : pixels) stream << " " << pixel;
  return stream.str();
}

template <typename T>
std::unique_ptr<Subject<T>> draw_subject(Random& random, double which, const crisp::Shape& shape) {
  if (which < 0.15) return draw_pixel_loss<T>(random, shape);
  if (which < 0.4) return draw_similarity_loss<T>(random, shape);
  if (which < 0.75) return draw_spectral_loss<T>(random, shape);
  if (which < 0.9) return draw_filtered_spectral_loss<T>(random, shape);
  return draw_sum<T>(random, shape);
}

template <typename T>
class Trial {
 public:
  Trial(Random& random, bool verbose) : random_(random), comparator_(report_, verbose, precision_of<T>()) {
    const double which = random.uniform();
    const crisp::Index least = which >= 0.4 && which < 0.75 ? 2 : 1;  // of spectra
    const crisp::Shape shape{random.chance(0.7) ? 1 : random.integer(2, 3),
                             random.chance(0.7) ? 1 : random.integer(2, 3), any_side(random, least),
                             any_side(random, least)};
    subject_ = draw_subject<T>(random, which, shape);
    scene_ = draw_scene<T>(random, shape);
    std::ostringstream stream;
    stream << subject_->text() << " of " << shape << ", " << scene_.kind;
    report_.description = stream.str();
    if (!verbose) return;
    report_.images = {pixels_of("prediction", scene_.prediction), pixels_of("target", scene_.target),
                      pixels_of("weights", scene_.weights)};
  }

  Report run() {
    const BatchEstimate expected = subject_->reference()(batch_of(scene_, false), precision_of<T>());
    const Outcome<T> plain = subject_->value_and_gradient(scene_);
    ++report_.evaluations;
    comparator_.compare_value("the value", plain.value, expected, 0, scene_.shape.planes());
    comparator_.compare_gradient("the gradient", plain.gradient, expected);
    check_value(plain);
    check_layout(plain);
    if (random_.chance(0.3)) check_target_gradient(plain);
    if (random_.chance(0.3)) check_values(expected);
    if (scene_.weights_are_one) check_without_weights(plain);
    return report_;
  }

 private:
  void check_value(const Outcome<T>& plain) {
    const T value = subject_->value(scene_);
    ++report_.evaluations;
    comparator_.check("the value has the same bits without a gradient", same_bits(value, plain.value));
  }

  void check_layout(const Outcome<T>& plain) {
    Layout layout = random_.one_of({Layout::rows, Layout::view, Layout::interleaved, Layout::backwards,
                                    Layout::column_major, Layout::eigen_plane});
    if (layout == Layout::eigen_plane && scene_.shape.planes() > 1) layout = Layout::interleaved;
    const int threads = static_cast<int>(random_.integer(1, 4));
    const Outcome<T> other = subject_->value_and_gradient(scene_, layout, threads_of(threads));
    ++report_.evaluations;
    const std::string how = std::string(" has the same bits in ") + name_of(layout) + " on " +
                            std::to_string(threads) + " threads";
    comparator_.check("the value" + how, same_bits(other.value, plain.value));
    comparator_.check("the gradient" + how, same_bits(other.gradient, plain.gradient));
  }

  void check_target_gradient(const Outcome<T>& plain) {
    const Outcome<T> both =
        subject_->value_and_gradients(scene_, threads_of(static_cast<int>(random_.integer(1, 4))));
    ++report_.evaluations;
    comparator_.check("the value has the same bits beside two gradients", same_bits(both.value, plain.value));
    comparator_.check("the gradient has the same bits beside the target's",
                      same_bits(both.gradient, plain.gradient));
    comparator_.compare_gradient("the target's gradient", both.target_gradient,
                                 subject_->swapped_reference()(batch_of(scene_, true), precision_of<T>()));
  }

  void check_values(const BatchEstimate& expected) {
    const Outcome<T> outcome = subject_->values(scene_);
    ++report_.evaluations;
    for (Size image = 0; image < scene_.shape.batch; ++image) {
      comparator_.compare_value("the value of image " + std::to_string(image),
                                outcome.image_values[static_cast<std::size_t>(image)], expected,
                                image * scene_.shape.channels, scene_.shape.channels);
    }
  }

  void check_without_weights(const Outcome<T>& plain) {
    Scene<T> scene = scene_;
    scene.weights.clear();
    const Outcome<T> unweighted = subject_->value_and_gradient(scene);
    ++report_.evaluations;
    comparator_.check("weights of 1 change no bit", same_bits(unweighted.value, plain.value) &&
                                                        same_bits(unweighted.gradient, plain.gradient));
  }

  Random& random_;
  Report report_;
  Comparator comparator_;
  std::unique_ptr<Subject<T>> subject_;
  Scene<T> scene_;
};

template <typename T>
Report run_case_of(Random& random, bool verbose) {
  if (random.chance(0.03)) return try_latents<T>(random, verbose, precision_of<T>());
  return Trial<T>(random, verbose).run();
}

}  // namespace

Report run_case(std::uint64_t seed, std::uint64_t number, bool verbose) {
  Random random(seed, number);
  return random.chance(0.5) ? run_case_of<float>(random, verbose) : run_case_of<double>(random, verbose);
}

}  // namespace soak
