/* SPDX-License-Identifier: MIT */
#include "capture_warnings.h"

#include <errno.h>
#include <string.h>

/* Returns the capture after `node`, or the first one if `node` is NULL. NULL behind the last one. */
static const struct shape_node *next_capture(const struct probe_candidate *probe,
					     const struct shape_node *node)
{
	const struct shape_node *root = probe->probe.arguments.nodes;

	if (!probe->probe.has_arguments || probe->result < 0)
		return NULL;
	node = node ? node + node->size : root + 1;
	return node < root + root->size ? node : NULL;
}

/* A capture that the user asked for: of requests or of responses, a header or an expression; or a client's error. */
struct wanted {
	const char *name;
	bool of_response, is_header;
};

static bool is_about_responses(const struct probe_set *probe_set, size_t row)
{
	const struct scope_roots *roots = &probe_set->rows.items[row].request.argument_roots;

	return scope_roots_find(roots, RESPONSE_ROOT);
}

/* Returns what the user asked for that led to the capture `node`, number `index` of the row. */
static struct wanted wanted_by(const struct probe_set *probe_set, size_t row,
			       const struct shape_node *node, size_t index)
{
	const struct probe_candidate *probe = &probe_set->probes[row];

	return (struct wanted){
		.name = shape_name(&probe->probe.arguments, node),
		.of_response = is_about_responses(probe_set, row),
		/* Of a request that the program makes, its error. */
		.is_header = probe->protocol->side == SIDE_SERVER &&
			     index >= probe->expression_count,
	};
}

static bool is_same(const struct wanted *a, const struct wanted *b)
{
	return a->of_response == b->of_response && a->is_header == b->is_header &&
	       strcmp(a->name, b->name) == 0;
}

/*
 * Returns whether the row has the capture, and in `ret_null` whether it is null there. A header can be several
 * captures.
 */
static bool row_has(const struct probe_set *probe_set, size_t row, const struct wanted *wanted,
		    bool *ret_null)
{
	const struct probe_candidate *probe = &probe_set->probes[row];
	const struct shape_node *node = NULL;
	bool has = false;

	*ret_null = false;
	for (size_t i = 0; (node = next_capture(probe, node)); i++) {
		struct wanted other = wanted_by(probe_set, row, node, i);

		if (!is_same(wanted, &other))
			continue;
		has = true;
		*ret_null |= node->kind == SHAPE_NULL;
	}
	return has;
}

/* Returns whether some row with this manner of requests has the capture and its value. NULL: any manner. */
static bool is_known_capture(const struct probe_set *probe_set, const struct wanted *wanted,
			     const char *manner)
{
	for (size_t i = 0; i < probe_set->rows.count; i++) {
		bool is_null;

		if ((!manner || strcmp(probe_set->rows.items[i].protocol->manner, manner) == 0) &&
		    row_has(probe_set, i, wanted, &is_null) && !is_null)
			return true;
	}
	return false;
}

/* Returns the manner of requests of all rows in which the capture is null; NULL if there are several. */
static const char *manner_of_nulls(const struct probe_set *probe_set, const struct wanted *wanted)
{
	const char *manner = NULL;

	for (size_t i = 0; i < probe_set->rows.count; i++) {
		const char *other = probe_set->rows.items[i].protocol->manner;
		bool is_null;

		if (!row_has(probe_set, i, wanted, &is_null) || !is_null)
			continue;
		if (manner && strcmp(manner, other) != 0)
			return NULL;
		manner = other;
	}
	return manner;
}

/* Describes in which of the requests that have the capture it is null. */
static const char *where_null(const struct probe_set *probe_set, const struct wanted *wanted)
{
	const char *manner = manner_of_nulls(probe_set, wanted);

	if (!is_known_capture(probe_set, wanted, NULL))
		return "";
	/* One probe observes the begin of requests of several manners, but not their end. */
	return wanted->of_response && manner && !is_known_capture(probe_set, wanted, manner) ?
		       manner :
		       "in some requests";
}

static const char *why_null(const struct probe *probe, const char *name)
{
	for (size_t i = 0; i < probe->gaps.count; i++) {
		if (strcmp(probe->gaps.gaps[i].name, name) == 0)
			return probe->gaps.gaps[i].why;
	}
	return "it cannot be read";
}

static void tell_null(const struct probe_set *probe_set, size_t row, const struct wanted *wanted,
		      const struct warning_listener *listener)
{
	const char *where = where_null(probe_set, wanted);
	struct error why = { 0 };

	error_fail(&why, -ENODATA, "%s%s will be null%s%s: %s",
		   !wanted->is_header  ? "" :
		   wanted->of_response ? "response header " :
					 "request header ",
		   wanted->name, where[0] ? " " : "", where,
		   why_null(&probe_set->probes[row].probe, wanted->name));
	warning_tell(listener, &why);
}

/* The captures that were reported. There are no more names than the options allow. */
struct told {
	struct wanted captures[2 * REQUEST_MAX_VALUES];
	size_t count;
};

static bool is_new(struct told *told, const struct wanted *wanted)
{
	for (size_t i = 0; i < told->count; i++) {
		if (is_same(&told->captures[i], wanted))
			return false;
	}
	if (told->count == sizeof(told->captures) / sizeof(told->captures[0]))
		return false;
	told->captures[told->count++] = *wanted;
	return true;
}

void capture_warn(const struct probe_set *probe_set, const struct warning_listener *listener)
{
	struct told told = { .count = 0 };

	for (size_t row = 0; row < probe_set->rows.count; row++) {
		const struct shape_node *node = NULL;

		for (size_t i = 0; (node = next_capture(&probe_set->probes[row], node)); i++) {
			struct wanted wanted = wanted_by(probe_set, row, node, i);

			if (node->kind == SHAPE_NULL && is_new(&told, &wanted))
				tell_null(probe_set, row, &wanted, listener);
		}
	}
}
