#include "soak/estimate.hpp"

#include <utility>

namespace soak {

BatchEstimate with_stated(std::vector<Estimate> planes, const Stated& stated) {
  BatchEstimate batch;
  Real largest = 0;
  for (const Estimate& plane : planes) {
    batch.value_tolerances.push_back(static_cast<Real>(stated.value) * std::abs(plane.value));
    largest = std::max(largest, largest_entry(plane.gradient));
  }
  batch.gradient_tolerance = static_cast<Real>(stated.gradient) * largest;
  batch.planes = std::move(planes);
  return batch;
}

Reference over_planes(PlaneReference plane, Stated in_double, Stated in_float) {
  return [=](const Batch& batch, const Precision& precision) {
    std::vector<Estimate> planes;
    for (const Pair& pair : batch.planes) planes.push_back(plane(pair, precision));
    return with_stated(std::move(planes), precision.is_float ? in_float : in_double);
  };
}

Reference sum_of(std::vector<Summand> summands) {
  return [summands = std::move(summands)](const Batch& batch, const Precision& precision) {
    BatchEstimate sum;
    for (const Pair& pair : batch.planes) {
      sum.planes.emplace_back(pair.prediction.height, pair.prediction.width);
      sum.value_tolerances.push_back(0);
    }
    for (const Summand& summand : summands) {
      const BatchEstimate term = summand.reference(batch, precision);
      const Real factor = static_cast<Real>(summand.factor);
      const Real size = std::abs(factor);
      sum.gradient_tolerance += size * term.gradient_tolerance;
      for (std::size_t i = 0; i < sum.planes.size(); ++i) {
        Estimate& to = sum.planes[i];
        const Estimate& from = term.planes[i];
        // The terms are added in the precision that is tested.
        const Real rounding = 2 * precision.epsilon;
        sum.value_tolerances[i] += size * (term.value_tolerances[i] + rounding * std::abs(from.value));
        to.value += factor * from.value;
        to.value_slack += size * from.value_slack;
        for (Size p = 0; p < to.gradient.size(); ++p) {
          to.gradient[p] += factor * from.gradient[p];
          to.gradient_slack[p] += size * (from.gradient_slack[p] + rounding * std::abs(from.gradient[p]));
        }
      }
    }
    return sum;
  };
}

}  // namespace soak
