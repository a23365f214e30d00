/* SPDX-License-Identifier: MIT */
#include "ends.h"

#include <stdlib.h>
#include <string.h>

void ends_finish(struct ends *ends)
{
	free(ends->waiting);
	*ends = (struct ends){ 0 };
}

/* Room behind the last one: what was removed at the front makes some. */
static bool ends_make_room(struct ends *ends)
{
	size_t capacity = ends->capacity ? 2 * ends->capacity : 16;
	struct end *waiting;

	if (ends->first) {
		memmove(ends->waiting, ends->waiting + ends->first,
			ends->count * sizeof(struct end));
		ends->first = 0;
		return true;
	}
	waiting = realloc(ends->waiting, capacity * sizeof(struct end));
	if (!waiting)
		return false;
	ends->waiting = waiting;
	ends->capacity = capacity;
	return true;
}

bool ends_add(struct ends *ends, const struct end *end)
{
	if (ends->first + ends->count == ends->capacity && !ends_make_room(ends))
		return false;
	ends->waiting[ends->first + ends->count++] = *end;
	ends->unknown += !end->target;
	return true;
}

const struct end *ends_first(const struct ends *ends)
{
	return ends->count ? &ends->waiting[ends->first] : NULL;
}

void ends_remove_first(struct ends *ends)
{
	ends->unknown -= !ends->waiting[ends->first].target;
	ends->first++;
	ends->count--;
	if (ends->count == 0)
		ends->first = 0;
}
