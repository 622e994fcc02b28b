// error: crisp: the losses of a sum must all be on the same scalar, float or double
#include <crisp/core/compose.hpp>
#include <crisp/losses/l1.hpp>
#include <crisp/losses/mse.hpp>

#ifdef MISTAKE
using Scalar = double;
#else
using Scalar = float;
#endif

auto loss() { return 0.5f * crisp::L1Loss<float>() + crisp::MseLoss<Scalar>(); }
