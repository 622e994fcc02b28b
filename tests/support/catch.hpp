// Catch2 in either of the versions that distributions ship: v3 where CMake found it, else v2's single header; by names that both have.
#pragma once

#ifdef CRISP_CATCH2_V3
#include <catch2/catch_all.hpp>
namespace Catch {  // where v2 keeps them
inline auto Contains(const std::string& part) { return Matchers::ContainsSubstring(part); }
using Matchers::EndsWith;
using Matchers::Equals;
using Matchers::StartsWith;
using Matchers::VectorContains;
}  // namespace Catch
#else
#define CATCH_CONFIG_ENABLE_ALL_STRINGMAKERS
#include <catch2/catch.hpp>
namespace Catch {
using Detail::Approx;  // where v3 keeps it
}
#endif
using Catch::Approx;
