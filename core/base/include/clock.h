/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CLOCK_H
#define GOHTTPSNOOP_CORE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since the epoch. */
int64_t clock_now(void);

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t clock_monotonic(void);

/* Nanoseconds since the epoch minus CLOCK_MONOTONIC, exact to some microseconds. */
int64_t clock_wall_offset(void);

#endif
