/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REQUEST_ID_H
#define GOHTTPSNOOP_CORE_REQUEST_ID_H

#include <stdint.h>

#include "decode.h"

/*
 * The id of a request, computed from its first record, so that nothing has to be stored. `seed` is random and the same
 * for all requests of a run. Never 0. Two requests of a run have the same id with a probability of 2^-64.
 */
uint64_t request_id(uint64_t seed, const struct hit_head *start);

#endif
