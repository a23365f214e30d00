/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_JOINER_H
#define GOHTTPSNOOP_CORE_JOINER_H

#include "bytes.h"

/*
 * The start records of open requests, indexed by what identifies them. Each has a note of `note_size` bytes (a multiple
 * of 8), zeroed when the request is opened, for the caller. Memory is bounded: above `limit` open requests, or
 * `max_bytes` of records and notes, the oldest are evicted. In the steady state no memory is allocated.
 */
struct joiner;

/* `key` identifies one open request of a target. The others can be 0, which stands for none. */
struct joiner_identity {
	uint32_t target;
	uint64_t key;
	uint64_t owner;	  /* the goroutine */
	uint64_t context; /* the address of its context */
};

int joiner_create(uint32_t limit, size_t max_bytes, uint32_t note_size, struct joiner **ret_joiner);
void joiner_destroy(struct joiner *joiner);

uint32_t joiner_count(const struct joiner *joiner);

/*
 * Keeps a copy of a request's start record. Returns 0 or -ENOMEM, or 1 if another open request was
 * evicted, because it has the same key (so its end was missed) or because of the limit; its record is
 * returned then. A record that is returned here or below is a view that is valid until the next
 * call with this joiner.
 */
int joiner_open(struct joiner *joiner, const struct joiner_identity *identity, struct bytes record,
		struct bytes *ret_displaced);

/* Returns the note of the request whose record this is, which a function of this joiner returned; valid as long. */
void *joiner_note(const struct joiner *joiner, struct bytes record);

/*
 * Removes the oldest open request if there are more bytes of records than permitted; false if not.
 */
bool joiner_take_excess(struct joiner *joiner, struct bytes *ret_record);

/* Removes the request; false if there is none with this key. */
bool joiner_take(struct joiner *joiner, uint32_t target, uint64_t key, struct bytes *ret_record);

/* Removes the latest request of this owner; false if it has none. */
bool joiner_take_owned(struct joiner *joiner, uint32_t target, uint64_t owner,
		       struct bytes *ret_record);

/* Finds the latest request of this owner without removing it; false if it has none. */
bool joiner_look_owned(const struct joiner *joiner, uint32_t target, uint64_t owner,
		       struct bytes *ret_record);

/* The same for the request with this context. */
bool joiner_look_context(const struct joiner *joiner, uint32_t target, uint64_t context,
			 struct bytes *ret_record);

/*
 * A helper is another goroutine that serves an open request; it helps one at most, and a request has one at most. Setting
 * one finds the request by its context; false if there is none.
 */
bool joiner_set_helper(struct joiner *joiner, uint32_t target, uint64_t context, uint64_t helper);
void joiner_drop_helper(struct joiner *joiner, uint32_t target, uint64_t helper);

/* Finds the request that this goroutine helps, without removing it; false if there is none. */
bool joiner_look_helped(const struct joiner *joiner, uint32_t target, uint64_t helper,
			struct bytes *ret_record);

/* Finds the request without removing it; false if there is none with this key. */
bool joiner_look(const struct joiner *joiner, uint32_t target, uint64_t key,
		 struct bytes *ret_record);

/* Removes the oldest open request of all targets; false if there is none. */
bool joiner_take_oldest(struct joiner *joiner, struct bytes *ret_record);

/*
 * Iterates over the open requests, the oldest first: finds the request after number `*at`, which is
 * JOINER_NONE at the beginning; false if there is none.
 */
#define JOINER_NONE UINT32_MAX
bool joiner_look_next(const struct joiner *joiner, uint32_t *at, struct bytes *ret_record);

/*
 * Removes the open requests of a target one by one, the oldest first; false if it has no more. `*passed` is JOINER_NONE at the
 * beginning, and then the newest request of another target that was passed over; that one must not be removed in between.
 */
bool joiner_take_of_target(struct joiner *joiner, uint32_t target, uint32_t *passed,
			   struct bytes *ret_record);

#endif
