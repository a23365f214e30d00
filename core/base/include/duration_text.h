/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DURATION_TEXT_H
#define GOHTTPSNOOP_CORE_DURATION_TEXT_H

#include <stdint.h>

/* A duration with three digits: "482ns", "48.2µs", "1.23ms", "12.3s". */
struct duration_text {
	char text[24];
};

struct duration_text duration_text(int64_t nanoseconds);

#endif
