// Once a batch size is known, a training step allocates nothing: neither through operator new, counted here,
// nor through Eigen's own allocator, which throws where it is told not to allocate. A program of its own,
// since both change the whole program.
#include <stdexcept>
#define EIGEN_RUNTIME_NO_MALLOC
#define eigen_assert(condition) ((condition) ? void(0) : throw std::logic_error(#condition))

#include <atomic>
#include <cstdlib>
#include <functional>
#include <new>

#include "network/vae.hpp"
#include "support/catch.hpp"
#include "training/adam.hpp"

namespace {

std::atomic<long> allocations{0};

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

/// Two threads, of which one does everything: which one is someone else's choice.
struct OneOfTwo {
  int concurrency() const { return 2; }
  template <typename Body>
  void for_each(vae_mnist::Index count, Body&& body) const {
    for (vae_mnist::Index i = 0; i < count; ++i) body(i, slot);
  }
  const int& slot;
};

template <typename Executor>
void require_quiet_steps(
    const Executor& executor, const vae_mnist::ImageShape& image = {1, 28, 28},
    const std::function<void()>& after_first = [] {}) {
  constexpr vae_mnist::Index batch = 37;
  vae_mnist::VaeOptions options;
  options.image = image;
  vae_mnist::Vae<float> vae(options, 1);
  vae_mnist::Adam<float> adam(vae.parameters());
  crisp::Images<float> images(batch, image.channels, image.height, image.width);
  vae_mnist::Latent<float> noise(batch, 2);
  vae_mnist::Latent<float> mean(batch, 2);
  vae_mnist::Latent<float> log_variance(batch, 2);
  images.setConstant(0.5F);
  noise.setConstant(0.5F);
  const auto step = [&] {
    const auto& output = vae.forward(images, noise, executor);
    vae.backward(output.reconstruction, output.mean, output.log_variance, executor);
    adam.step(1e-4);
    vae.encode(images, mean, log_variance, executor);
    vae.decode(mean, images, executor);
  };
  step();
  after_first();
  const long before = allocations;
  Eigen::internal::set_is_malloc_allowed(false);
  REQUIRE_NOTHROW(step());
  REQUIRE_NOTHROW(step());
  Eigen::internal::set_is_malloc_allowed(true);
  CHECK(allocations == before);
}

}  // namespace

TEST_CASE("after the first, a step allocates nothing") {
  SECTION("on one thread") { require_quiet_steps(crisp::Serial()); }
  SECTION("on three threads") { require_quiet_steps(crisp::Threads(3)); }
  SECTION("on a thread that had no part in the first") {
    int slot = 0;
    require_quiet_steps(OneOfTwo{slot}, {1, 28, 28}, [&] { slot = 1; });
  }
  SECTION("with colour images") { require_quiet_steps(crisp::Threads(3), {3, 12, 20}); }
}
