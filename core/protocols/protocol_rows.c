/* SPDX-License-Identifier: MIT */
#include "protocol_rows.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What a row's names are put together from, for one copy. `failed` when there was no memory. */
struct naming {
	struct arena *arena;
	const char *prefix;
	bool failed;
};

static const char *name_in_copy(struct naming *naming, const char *name)
{
	size_t size;
	char *text;

	if (!name || !x_net_has(name) || !naming->prefix[0])
		return name;
	size = strlen(naming->prefix) + strlen(name) + 1;
	text = arena_alloc(naming->arena, size, 1);
	if (text)
		snprintf(text, size, "%s%s", naming->prefix, name);
	else
		naming->failed = true;
	return text;
}

static const struct expected_call *call_in_copy(struct naming *naming,
						const struct expected_call *call)
{
	struct expected_call named = {
		.caller = name_in_copy(naming, call->caller),
		.callee = name_in_copy(naming, call->callee),
	}, *copy;

	if (named.caller == call->caller && named.callee == call->callee)
		return call;
	copy = arena_alloc(naming->arena, 1, sizeof(*copy));
	if (copy)
		*copy = named;
	else
		naming->failed = true;
	return copy;
}

static struct probe_request probe_in_copy(struct naming *naming, const struct probe_request *row)
{
	struct probe_request probe = *row;

	probe.function = name_in_copy(naming, row->function);
	probe.call = name_in_copy(naming, row->call);
	probe.after_call = name_in_copy(naming, row->after_call);
	probe.companion = name_in_copy(naming, row->companion);
	probe.caller = name_in_copy(naming, row->caller);
	if (row->inlined)
		probe.inlined = call_in_copy(naming, row->inlined);
	return probe;
}

static bool is_about_copies(const struct probe_request *row)
{
	return x_net_has(row->function) || (row->companion && x_net_has(row->companion));
}

/* The rows are counted as they are filled in; there is room for all of them in each copy. */
static void fill(struct protocol_rows *rows, const struct protocol *protocol, struct naming *naming,
		 bool is_first)
{
	for (size_t i = 0; i < protocol->probe_count; i++) {
		if (is_first || is_about_copies(&protocol->probes[i]))
			rows->probes[rows->probe_count++] =
				probe_in_copy(naming, &protocol->probes[i]);
	}
	for (size_t i = 0; i < protocol->blindness_count; i++) {
		struct protocol_blindness blindness = protocol->blindnesses[i];

		if (!is_first && !x_net_has(blindness.call->callee))
			continue;
		blindness.call = call_in_copy(naming, blindness.call);
		rows->blindnesses[rows->blindness_count++] = blindness;
	}
}

int protocol_rows_init(struct protocol_rows *rows, const struct protocol *protocol,
		       const struct x_net *x_net, struct error *err)
{
	struct naming naming = { .arena = &rows->arena };

	*rows = (struct protocol_rows){ 0 };
	rows->probes = arena_alloc(&rows->arena, x_net->count * protocol->probe_count,
				   sizeof(*rows->probes));
	rows->blindnesses = arena_alloc(&rows->arena, x_net->count * protocol->blindness_count,
					sizeof(*rows->blindnesses));
	naming.failed = !rows->probes || !rows->blindnesses;
	for (size_t i = 0; i < x_net->count && !naming.failed; i++) {
		naming.prefix = x_net->copies[i].prefix;
		fill(rows, protocol, &naming, i == 0);
	}
	if (!naming.failed)
		return 0;
	protocol_rows_finish(rows);
	return error_fail(err, -ENOMEM, "out of memory");
}

void protocol_rows_finish(struct protocol_rows *rows)
{
	arena_finish(&rows->arena);
	*rows = (struct protocol_rows){ 0 };
}
