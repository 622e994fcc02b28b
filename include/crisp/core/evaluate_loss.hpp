// What makes every loss one on batches: workspaces, and the loop over planes.
//
// The unit of work is a plane, and of planes so large that they are split (bands.hpp), a band. A sum of plane losses
// evaluates all its terms on a plane while that is hot in cache; on planes that one of its terms splits, and wherever
// a term is a batch loss, the terms go over the batch one after another.
#pragma once

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <vector>

#include "crisp/core/bands.hpp"
#include "crisp/core/batch_loss.hpp"
#include "crisp/core/loss.hpp"

namespace crisp::detail {

/// Sums have several values a plane, one a term; compose.hpp says which losses are sums.
template <typename Loss>
inline constexpr bool is_sum = false;

template <typename Loss>
Index term_count([[maybe_unused]] const Loss& loss) {
  if constexpr (is_sum<Loss>) {
    return static_cast<Index>(loss.names().size());
  } else {
    return 1;
  }
}

/// The memory of a plane loss for a whole batch.
template <typename Loss>
struct PlaneWorkspaces {
  using Workspaces = std::vector<typename Loss::Workspace>;  // one a thread
  Workspaces planes;
  Workspaces bands;
  Workspaces last_bands;
  std::vector<double> band_values;  // [plane][band]
  std::vector<char> is_whole;       // of each plane, whether it is one piece of work all the same
};
/// That of a sum of plane losses.
template <typename Loss>
struct SumWorkspaces {
  std::vector<typename Loss::Workspace> planes;
  typename Loss::TermWorkspaces terms;  // for planes that are split
};

template <typename Loss, bool is_plane = is_plane_loss<Loss>, bool is_a_sum = is_sum<Loss>>
struct BatchWorkspace {
  using Type = typename Loss::Workspace;
};
template <typename Loss>
struct BatchWorkspace<Loss, true, false> {
  using Type = PlaneWorkspaces<Loss>;
};
template <typename Loss>
struct BatchWorkspace<Loss, true, true> {
  using Type = SumWorkspaces<Loss>;
};

template <typename Loss>
void check_loss(const Loss& loss, const Shape& shape) {
  if constexpr (is_plane_loss<Loss>) {
    loss.check(shape.height, shape.width);
  } else {
    loss.check(shape);
  }
}

template <typename Loss>
Bands bands_of(const Loss& loss, const Shape& shape) {
  return {loss.row_windows(shape.height, shape.width), shape.height, shape.width};
}

/// Whether a plane loss, or a term of a sum of them, splits planes of a shape.
template <typename Loss>
bool splits_planes(const Loss& loss, const Shape& shape) {
  if constexpr (is_sum<Loss>) {
    return std::apply([&](const auto&... term) { return (detail::splits_planes(term, shape) || ...); },
                      loss.losses());
  } else {
    return detail::bands_of(loss, shape).count() > 1;
  }
}

/// Makes ready one workspace a slot.
template <typename Loss>
void prepare_slots(const Loss& loss, std::vector<typename Loss::Workspace>& workspaces, Index height,
                   Index width, int slot_count) {
  const auto count = static_cast<std::size_t>(slot_count);
  if (workspaces.size() < count) workspaces.resize(count);
  for (std::size_t slot = 0; slot < count; ++slot) loss.prepare(workspaces[slot], height, width);
}

/// Makes ready for batches of a shape, with weights or without, on an executor of so many threads.
template <typename Loss>
void prepare_loss(const Loss& loss, typename BatchWorkspace<Loss>::Type& workspace, const Shape& shape,
                  bool weighted, int concurrency) {
  const auto slot_count = [&](Index work) { return static_cast<int>(std::min<Index>(concurrency, work)); };
  if constexpr (!is_plane_loss<Loss>) {
    if constexpr (is_sum<Loss>) {
      loss.prepare_terms(workspace, shape, weighted, concurrency);
    } else {
      loss.prepare(workspace, shape, slot_count(shape.planes()));
    }
  } else if constexpr (is_sum<Loss>) {
    if (detail::splits_planes(loss, shape))
      return loss.prepare_terms(workspace.terms, shape, weighted, concurrency);
    detail::prepare_slots(loss, workspace.planes, shape.height, shape.width, slot_count(shape.planes()));
  } else {
    const Bands bands = detail::bands_of(loss, shape);
    const bool split = bands.count() > 1;
    if (!split || weighted)
      detail::prepare_slots(loss, workspace.planes, shape.height, shape.width, slot_count(shape.planes()));
    if (!split) return;
    const Index work = shape.planes() * bands.count();
    detail::prepare_slots(loss, workspace.bands, bands.row_count(0), shape.width, slot_count(work));
    detail::prepare_slots(loss, workspace.last_bands, bands.row_count(bands.count() - 1), shape.width,
                          slot_count(work));
    workspace.band_values.resize(static_cast<std::size_t>(work));
    workspace.is_whole.resize(static_cast<std::size_t>(shape.planes()));
  }
}

/// The bands of large planes. Planes whose pixels are weighted are one piece of work each: what a window counts then
/// depends on all of them.
template <typename Loss, typename T, typename Executor>
void evaluate_bands(const Loss& loss, const Bands& bands, const BatchPair<T>& images,
                    const BatchGradient<T>& gradient, PlaneWorkspaces<Loss>& workspace, T* values,
                    const Executor& executor) {
  const Index planes = images.shape().planes();
  const Index count = bands.count();
  const auto is_whole = [&](Index plane) -> char& {
    return workspace.is_whole[static_cast<std::size_t>(plane)];
  };
  executor.for_each(planes, [&](Index plane, int slot) {
    is_whole(plane) = 0;
    if (images.weights.data == nullptr) return;
    const PlanePair<T> pair = images.plane(plane);
    if (!pair.weighted()) return;
    is_whole(plane) = 1;
    values[plane] = detail::call_plane(loss, pair, gradient.plane(plane),
                                       workspace.planes[static_cast<std::size_t>(slot)]);
  });
  executor.for_each(planes * count, [&](Index piece, int /*slot*/) {
    const Index band = piece % count;
    if (is_whole(piece / count) == 0) {
      gradient.clear_rows(piece / count, bands.first_row(band), bands.own_row_count(band));
    }
  });
  // Every other band at a time, where they overlap.
  const Index step = bands.overlap() ? 2 : 1;
  for (Index first = 0; first < step; ++first) {
    const Index at_once = (count - first + step - 1) / step;
    executor.for_each(planes * at_once, [&](Index piece, int slot) {
      const Index plane = piece / at_once;
      const Index band = first + piece % at_once * step;
      if (is_whole(plane) != 0) return;
      auto& workspaces = band == count - 1 ? workspace.last_bands : workspace.bands;
      const Index row = bands.first_row(band);
      const Index rows = bands.row_count(band);
      const double share = bands.share(band);
      const T value = detail::call_plane(loss, images.rows(plane, row, rows),
                                         gradient.rows(plane, row, rows).scaled(static_cast<T>(share)),
                                         workspaces[static_cast<std::size_t>(slot)]);
      workspace.band_values[static_cast<std::size_t>(plane * count + band)] =
          share * static_cast<double>(value);
    });
  }
  for (Index plane = 0; plane < planes; ++plane) {
    if (is_whole(plane) != 0) continue;
    double sum = 0;
    for (Index band = 0; band < count; ++band) {
      sum += workspace.band_values[static_cast<std::size_t>(plane * count + band)];
    }
    values[plane] = static_cast<T>(sum);
  }
}

/// Writes the loss's values to `values`, [term][plane], and its derivative to the gradient.
template <typename Loss, typename T, typename Executor>
void evaluate_loss(const Loss& loss, const BatchPair<T>& images, const BatchGradient<T>& gradient,
                   typename BatchWorkspace<Loss>::Type& workspace, T* values, const Executor& executor) {
  const Index planes = images.shape().planes();
  if constexpr (!is_plane_loss<Loss>) {
    loss.batch(images, gradient, workspace, values, executor);
  } else if constexpr (is_sum<Loss>) {
    if (detail::splits_planes(loss, images.shape())) {
      return loss.batch(images, gradient, workspace.terms, values, executor);
    }
    executor.for_each(planes, [&](Index plane, int slot) {
      loss.plane_terms(images.plane(plane), gradient.plane(plane),
                       workspace.planes[static_cast<std::size_t>(slot)], values + plane, planes);
    });
  } else {
    const Bands bands = detail::bands_of(loss, images.shape());
    if (bands.count() > 1)
      return detail::evaluate_bands(loss, bands, images, gradient, workspace, values, executor);
    executor.for_each(planes, [&](Index plane, int slot) {
      values[plane] = detail::call_plane(loss, images.plane(plane), gradient.plane(plane),
                                         workspace.planes[static_cast<std::size_t>(slot)]);
    });
  }
}

}  // namespace crisp::detail
