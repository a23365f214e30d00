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

static void add_rows(struct protocol_rows *rows, const struct protocol *protocol,
		     struct naming *naming, bool is_first)
{
	for (size_t i = 0; i < protocol->probe_count; i++) {
		const struct probe_request *row = &protocol->probes[i];

		if (is_first || is_about_copies(row))
			rows->items[rows->count++] =
				(struct protocol_row){ protocol, probe_in_copy(naming, row) };
	}
	for (size_t i = 0; i < protocol->limitation_count; i++) {
		struct protocol_limitation limitation = protocol->limitations[i];

		if (!is_first && !x_net_has(limitation.call->callee))
			continue;
		limitation.call = call_in_copy(naming, limitation.call);
		rows->limitations[rows->limitation_count++] =
			(struct limitation_row){ protocol, limitation };
	}
}

/* Room for all rows in each copy; they are counted as they are added. */
static bool make_room(struct protocol_rows *rows, const struct protocol *const *protocols,
		      size_t count, size_t copies)
{
	size_t probes = 0, limitations = 0;

	for (size_t i = 0; i < count; i++) {
		probes += protocols[i]->probe_count;
		limitations += protocols[i]->limitation_count;
	}
	rows->items = arena_alloc(&rows->arena, copies * probes, sizeof(*rows->items));
	rows->limitations =
		arena_alloc(&rows->arena, copies * limitations, sizeof(*rows->limitations));
	return rows->items && rows->limitations;
}

int protocol_rows_init(struct protocol_rows *rows, const struct protocol *const *protocols,
		       size_t count, const struct x_net *x_net, struct error *err)
{
	struct naming naming = { .arena = &rows->arena };

	*rows = (struct protocol_rows){ 0 };
	naming.failed = !make_room(rows, protocols, count, x_net->count);
	for (size_t i = 0; i < count; i++) {
		for (size_t copy = 0; copy < x_net->count && !naming.failed; copy++) {
			naming.prefix = x_net->copies[copy].prefix;
			add_rows(rows, protocols[i], &naming, copy == 0);
		}
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
