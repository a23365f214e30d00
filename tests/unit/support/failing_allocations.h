/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_FAILING_ALLOCATIONS_H
#define GOHTTPSNOOP_TESTS_FAILING_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Allocations that fail, for tests that are linked with --wrap for each function that allocates: those of our
 * own code, not those of libraries.
 */

/* Refuses the allocation that comes as the n-th from now; the others succeed. 0: none. */
void allocations_fail_at(size_t n);

/* For what the test itself allocates meanwhile: it is not counted, and does not fail. */
void allocations_pause(bool is_paused);

/* Whether that was reached. Ends it. */
bool allocations_have_failed(void);

/* How many allocations were made and not freed. */
size_t allocations_live(void);

#endif
