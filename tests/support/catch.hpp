// Catch2 in either of the versions that distributions ship: v3 where CMake found it, else v2's single header.
#pragma once

#ifdef CRISP_CATCH2_V3
#include <catch2/catch_all.hpp>
#else
#define CATCH_CONFIG_ENABLE_ALL_STRINGMAKERS
#include <catch2/catch.hpp>
namespace Catch {
using Detail::Approx;  // where v3 keeps it
}
#endif
