/* SPDX-License-Identifier: MIT */
#include "refusals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "name_list.h"

void refusals_finish(struct refusals *refusals)
{
	free(refusals->reasons);
	*refusals = (struct refusals){ 0 };
}

static bool begins_with(const char *text, const char *name)
{
	return strncmp(text, name, strlen(name)) == 0;
}

/* Returns whether two messages are equal except for the names of their functions. */
static bool sentences_equal(const struct probe_candidate *a, const struct probe_candidate *b)
{
	const char *left = a->why.what, *right = b->why.what;

	while (*left && *right) {
		if (begins_with(left, a->function) && begins_with(right, b->function)) {
			left += strlen(a->function);
			right += strlen(b->function);
		} else if (*left++ != *right++) {
			return false;
		}
	}
	return *left == *right;
}

/* If an expression does not match several functions, the reason of the first one represents all of them. */
static bool reasons_equal(const struct probe_candidate *a, const struct probe_candidate *b)
{
	if (a->result != b->result || strcmp(a->why.quote, b->why.quote) != 0 ||
	    strcmp(a->why.hint, b->why.hint) != 0)
		return false;
	return a->why.quote[0] ? a->why.quote_at == b->why.quote_at : sentences_equal(a, b);
}

/* What a binary lacks of a protocol's functions was not asked for by name. */
static bool concerns_user(const struct probe_candidate *probe)
{
	return probe->result < 0 && !probe->protocol;
}

static bool is_told(const struct probe_set *probe_set, size_t number)
{
	for (size_t i = 0; i < number; i++) {
		if (concerns_user(&probe_set->probes[i]) &&
		    reasons_equal(&probe_set->probes[i], &probe_set->probes[number]))
			return true;
	}
	return false;
}

/* Returns the other functions with the same reason. */
static struct name_list others_of(const struct probe_set *probe_set, size_t number)
{
	const struct probe_candidate *probe = &probe_set->probes[number];
	struct name_list others = { .count = 0 };

	for (size_t i = number + 1; i < probe_set->count; i++) {
		const struct probe_candidate *other = &probe_set->probes[i];

		if (concerns_user(other) && reasons_equal(probe, other) &&
		    strcmp(probe->function, other->function) != 0)
			name_list_add(&others, other->function);
	}
	return others;
}

static struct error reason_of(const struct probe_set *probe_set, size_t number)
{
	const struct probe_candidate *probe = &probe_set->probes[number];
	bool names_function = strstr(probe->why.what, probe->function);
	struct name_list others = others_of(probe_set, number);
	char names[NAME_LIST_TEXT];
	struct error reason = { 0 };

	name_list_format(&others, names);
	error_fail(&reason, probe->why.code, "%s%s%s%s%s", names_function ? "" : probe->function,
		   names_function ? "" : ": ", probe->why.what, others.count ? "; likewise " : "",
		   names);
	if (probe->why.hint[0])
		error_hint(&reason, "%s", probe->why.hint);
	if (probe->why.quote[0])
		error_quote(&reason, probe->why.quote, probe->why.quote_at);
	return reason;
}

int refusals_create(const struct probe_set *probe_set, struct refusals *ret_refusals,
		    struct error *err)
{
	struct refusals refusals = {
		.reasons = calloc(probe_set->count + 1, sizeof(*refusals.reasons)),
	};
	bool traces_some = probe_set_count_fit(probe_set) > 0;

	if (!refusals.reasons)
		return error_fail(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < probe_set->count; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		/* That only some functions of a pattern are traced is no reason if none is traced. */
		if (!concerns_user(probe) || (probe->is_excess && !traces_some) ||
		    is_told(probe_set, i))
			continue;
		refusals.reasons[refusals.count++] = reason_of(probe_set, i);
	}
	*ret_refusals = refusals;
	return 0;
}

int refusals_fail_none(struct error *err)
{
	return error_fail(err, -ENOENT, "the program has none of the functions of the preset");
}
