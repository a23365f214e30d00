/* SPDX-License-Identifier: MIT */
#include "ends.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

enum { FIRST_COUNT = 16 };

void ends_finish(struct ends *ends)
{
	free(ends->waiting);
	*ends = (struct ends){ 0 };
}

/* Makes room behind the last one: first from what was removed at the front, then from the heap. */
static bool ends_make_room(struct ends *ends)
{
	struct end *waiting;

	if (ends->first) {
		memmove(ends->waiting, ends->waiting + ends->first,
			ends->count * sizeof(struct end));
		ends->first = 0;
		return true;
	}
	waiting = array_reserve(ends->waiting, (ends->count + 1) * sizeof(struct end),
				FIRST_COUNT * sizeof(struct end), &ends->size);
	if (waiting)
		ends->waiting = waiting;
	return waiting;
}

bool ends_add(struct ends *ends, const struct end *end)
{
	size_t last = ends->first + ends->count;

	if ((last + 1) * sizeof(struct end) > ends->size && !ends_make_room(ends))
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
