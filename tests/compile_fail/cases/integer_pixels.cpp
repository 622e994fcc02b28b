// error: crisp: images are float or double; convert integer pixels first
#include <crisp/core/images.hpp>

#ifdef MISTAKE
using Pixel = unsigned char;
#else
using Pixel = float;
#endif

auto images(Pixel* pixels) { return crisp::view(pixels, 1, 1, 28, 28); }
