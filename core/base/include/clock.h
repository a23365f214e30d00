/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CLOCK_H
#define GOHTTPSNOOP_CORE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since the epoch. */
int64_t clock_now(void);

/* Nanoseconds of CLOCK_MONOTONIC, which nobody sets. */
int64_t clock_monotonic(void);

/* What to add to CLOCK_MONOTONIC to get nanoseconds since the epoch. */
int64_t clock_wall_offset(void);

#endif
