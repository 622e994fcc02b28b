// error: crisp: a loss is on float or double
#include <crisp/losses/l1.hpp>

#ifdef MISTAKE
crisp::L1Loss<int> loss;
#else
crisp::L1Loss<double> loss;
#endif
