// A loss of an image that is too small for it: an error.
#include <crisp/crisp.hpp>

int main() {
  const crisp::Images<float> image(1, 1, 5, 7);
  crisp::value(crisp::StftLoss<float>(), image, image);
}
