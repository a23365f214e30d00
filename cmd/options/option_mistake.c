/* SPDX-License-Identifier: MIT */
#include "option_mistake.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "edit_distance.h"

static bool is_letter_known(const struct option *table, int option)
{
	for (size_t i = 0; table[i].name; i++) {
		if (table[i].val == option)
			return true;
	}
	return false;
}

static size_t common_prefix(const char *a, const char *b)
{
	size_t size = 0;

	while (a[size] && a[size] == b[size])
		size++;
	return size;
}

/* Whether the word is the beginning of several options. */
static bool is_ambiguous(const struct option *table, const char *word)
{
	size_t size = strcspn(word, "="), count = 0;

	for (size_t i = 0; size > 2 && table[i].name; i++)
		count += strncmp(table[i].name, word + 2, size - 2) == 0;
	return count > 1;
}

/* Returns the option whose name is most similar to "--nmae=x"; NULL if none is. */
static const char *similar_option(const struct option *table, const char *word)
{
	size_t size = strcspn(word, "="), limit = size / 3, least = limit + 1, longest = 0;
	char name[64];
	const char *found = NULL;

	if (size < 3 || size > sizeof(name))
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)size - 2, word + 2);
	for (size_t i = 0; table[i].name; i++) {
		size_t distance = edit_distance(table[i].name, name, limit);

		size_t common = common_prefix(table[i].name, name);

		if (distance < least || (distance == least && found && common > longest)) {
			least = distance;
			longest = common;
			found = table[i].name;
		}
	}
	return found;
}

static void hint_option(const struct option *table, const char *word, struct error *err)
{
	const char *similar = strncmp(word, "--", 2) == 0 ? similar_option(table, word) : NULL;

	if (similar)
		error_hint(err, "did you mean --%s?", similar);
	else
		error_hint(err, "see gohttpsnoop --help");
}

/* getopt() has printed nothing, because opterr is 0. */
int option_mistake_fail(const struct option *table, int result, char **argv, struct error *err)
{
	const char *word = argv[optind - 1];

	if (result == '?' && optopt == 0)
		hint_option(table, word, err);
	else
		error_hint(err, "see gohttpsnoop --help");
	if (result == ':')
		return error_fail(err, -EINVAL, "option %s needs a value", word);
	/* Within "-xj" getopt() has not moved to the next word yet. */
	if (optopt > 0 && optopt < 256 && !is_letter_known(table, optopt))
		return error_fail(err, -EINVAL, "there is no option -%c", optopt);
	if (optopt > 0)
		return error_fail(err, -EINVAL, "option %s takes no value", word);
	if (strncmp(word, "--", 2) == 0 && is_ambiguous(table, word))
		return error_fail(err, -EINVAL, "several options begin with %s", word);
	return error_fail(err, -EINVAL, "there is no option %s", word);
}
