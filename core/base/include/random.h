/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_RANDOM_H
#define GOHTTPSNOOP_CORE_RANDOM_H

#include <stdint.h>

/* Returns a random number, not for secrets: without entropy, early in the boot, it is the time. */
uint64_t random_number(void);

#endif
