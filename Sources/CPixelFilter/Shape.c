#include "Shared.h"

size_t cpixelfilter_encode_scratch(const cpixelfilter_shape *shape);
size_t cpixelfilter_decode_scratch(const cpixelfilter_shape *shape);

size_t cpixelfilter_scratch(const cpixelfilter_shape *shape) {
  size_t encoding = cpixelfilter_encode_scratch(shape), decoding = cpixelfilter_decode_scratch(shape);
  return encoding > decoding ? encoding : decoding;
}

cpixelfilter_path cpixelfilter_best_path(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") ? cpixelfilter_avx2 : cpixelfilter_baseline;
#else
  return cpixelfilter_baseline;
#endif
}
