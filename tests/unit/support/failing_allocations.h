/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_FAILING_ALLOCATIONS_H
#define GOHTTPSNOOP_TESTS_FAILING_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes allocations fail. The tests are linked with --wrap for each function that allocates, so this affects
 * the allocations of our own code, not those of libraries.
 */

/* The n-th allocation from now on fails, the others succeed. 0: no allocation fails. */
void allocations_fail_at(size_t n);

/* While paused, allocations of the test itself are not counted and do not fail. */
void allocations_pause(bool is_paused);

/* Whether that allocation was reached. Afterwards no allocation fails. */
bool allocations_have_failed(void);

/* Returns the number of allocations that were not freed. */
size_t allocations_live(void);

#endif
