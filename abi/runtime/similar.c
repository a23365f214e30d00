/* SPDX-License-Identifier: MIT */
#include "similar.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "edit_distance.h"

enum { MOST_NAMES = 3 };

struct candidate {
	const char *name;
	size_t distance;
};

/* Returns the name without its package and receiver: "ping" of "main.ping". */
static const char *last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

/* Keeps the candidates sorted by distance; the most distant one is dropped. */
static size_t keep_nearest(struct candidate *candidates, size_t count, struct candidate candidate)
{
	size_t at = count;

	while (at > 0 && candidates[at - 1].distance > candidate.distance)
		at--;
	if (at == MOST_NAMES)
		return count;
	if (count < MOST_NAMES)
		count++;
	memmove(candidates + at + 1, candidates + at, (count - at - 1) * sizeof(*candidates));
	candidates[at] = candidate;
	return count;
}

/* Instances of a generic function have the same name in the function tables of some releases. */
static bool has_candidate(const struct candidate *candidates, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(candidates[i].name, name) == 0)
			return true;
	}
	return false;
}

size_t similar_functions(const struct pclntab *table, const char *name, char *names, size_t size)
{
	struct candidate candidates[MOST_NAMES];
	size_t limit = strlen(name) / 3 + 1, count = 0, used = 0;
	struct function function;

	for (size_t i = 0; pclntab_next(table, &i, &function); i++) {
		struct candidate candidate = { function.name,
					       edit_distance(function.name, name, limit) };

		/* The user may have named the right function with a wrong package, or without its package. */
		if (candidate.distance > 1 &&
		    strcasecmp(last_part(function.name), last_part(name)) == 0)
			candidate.distance = strncmp(function.name, "main.", 5) == 0 ? 1 : 2;
		if (candidate.distance <= limit && !has_candidate(candidates, count, function.name))
			count = keep_nearest(candidates, count, candidate);
	}
	names[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++)
		used += snprintf(names + used, size - used, "%s%s", i ? ", " : "",
				 candidates[i].name);
	return count;
}
