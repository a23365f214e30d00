/* SPDX-License-Identifier: MIT */
#include "duration_text.h"

#include <stddef.h>
#include <stdio.h>

struct duration_text duration_text(int64_t nanoseconds)
{
	/* Limits are below the next unit, so that what is rounded up to it is written in that unit. */
	static const struct {
		double limit, unit;
		const char *name;
	} scales[] = { { 999.5, 1, "ns" },
		       { 999.5e3, 1e3, "µs" },
		       { 999.5e6, 1e6, "ms" },
		       { 1e300, 1e9, "s" } };
	struct duration_text shown;
	size_t scale = 0;
	double value;

	while (nanoseconds >= scales[scale].limit)
		scale++;
	value = nanoseconds / scales[scale].unit;
	snprintf(shown.text, sizeof(shown.text), "%.*f%s",
		 scale == 0 || value >= 99.95 ? 0 :
		 value >= 9.995		      ? 1 :
						2,
		 value, scales[scale].name);
	return shown;
}
