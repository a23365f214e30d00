/* SPDX-License-Identifier: MIT */
#include "edit_distance.h"

#include <string.h>

#include "minimum.h"

enum { LONGEST_NAME = 128 };

size_t edit_distance(const char *a, const char *b, size_t limit)
{
	size_t row[LONGEST_NAME + 1];
	size_t a_size = strlen(a), b_size = strlen(b);

	if (a_size > LONGEST_NAME || b_size > LONGEST_NAME || a_size + limit < b_size ||
	    b_size + limit < a_size)
		return limit + 1;
	for (size_t i = 0; i <= b_size; i++)
		row[i] = i;
	for (size_t i = 1; i <= a_size; i++) {
		size_t diagonal = row[0], best = row[0] = i;

		for (size_t j = 1; j <= b_size; j++) {
			size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
			size_t removed = minimum(row[j], row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = minimum(replaced, removed);
			best = minimum(best, row[j]);
		}
		if (best > limit)
			return limit + 1;
	}
	return row[b_size];
}
