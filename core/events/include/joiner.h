/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_JOINER_H
#define GOHTTPSNOOP_CORE_JOINER_H

#include "bytes.h"

/*
 * The requests that began and have not ended: their start records, by target and key, and by target
 * and owner (the goroutine; 0 when it is not known, and then not found by it). Memory is bounded: above
 * `limit` open requests, or `max_bytes` of records, the oldest give way. On the steady path nothing is
 * allocated.
 */
struct joiner;

int joiner_create(uint32_t limit, size_t max_bytes, struct joiner **ret_joiner);
void joiner_destroy(struct joiner *joiner);

uint32_t joiner_count(const struct joiner *joiner);

/*
 * Keeps a copy of a request's start record. Where another open request had to give way (the same key
 * again: it never ended; or the limit), returns 1 and hands its record out; else 0, or -ENOMEM.
 * A record handed out here or below is a view that lives until the next call on the joiner.
 */
int joiner_open(struct joiner *joiner, uint32_t target, uint64_t key, uint64_t owner,
		struct bytes record, struct bytes *ret_displaced);

/* Takes the oldest open request out while there are too many bytes of them; false when there are not. */
bool joiner_take_excess(struct joiner *joiner, struct bytes *ret_record);

/* Takes the request out; false when no such request is open. */
bool joiner_take(struct joiner *joiner, uint32_t target, uint64_t key, struct bytes *ret_record);

/* Takes the request of this owner that began last out; false when it has none. */
bool joiner_take_owned(struct joiner *joiner, uint32_t target, uint64_t owner,
		       struct bytes *ret_record);

/* Looks at the request of this owner that began last. */
bool joiner_look_owned(const struct joiner *joiner, uint32_t target, uint64_t owner,
		       struct bytes *ret_record);

/* Looks at the request without taking it out; false when no such request is open. */
bool joiner_look(const struct joiner *joiner, uint32_t target, uint64_t key,
		 struct bytes *ret_record);

/* Takes the oldest open request of all out; false when there is none. */
bool joiner_take_oldest(struct joiner *joiner, struct bytes *ret_record);

/* Looks at the open requests, the oldest first: at that after number `*at`, which begins as JOINER_NONE. */
#define JOINER_NONE UINT32_MAX
bool joiner_look_next(const struct joiner *joiner, uint32_t *at, struct bytes *ret_record);

/* Takes the oldest open request of a target out; false when it has none. */
bool joiner_take_oldest_of_target(struct joiner *joiner, uint32_t target, struct bytes *ret_record);

#endif
