/* SPDX-License-Identifier: MIT */
#include "protocol_rows.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What the names of a row consist of in one copy of the library. `failed` if memory ran out. */
struct naming {
	struct arena *arena;
	const struct library *library;
	const char *prefix;
	bool failed;
};

static const char *name_in_copy(struct naming *naming, const char *name)
{
	size_t size;
	char *text;

	if (!name || !library_has(naming->library, name) || !naming->prefix[0])
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

static bool is_about_copies(const struct library *library, const struct probe_request *row)
{
	return library_has(library, row->function) ||
	       (row->companion && library_has(library, row->companion));
}

static void protocol_rows_add(struct protocol_rows *rows, const struct protocol *protocol,
			      struct naming *naming, bool is_first)
{
	for (size_t i = 0; i < protocol->probe_count; i++) {
		const struct probe_request *row = &protocol->probes[i];

		if (is_first || is_about_copies(protocol->library, row))
			rows->items[rows->count++] =
				(struct protocol_row){ protocol, probe_in_copy(naming, row) };
	}
	for (size_t i = 0; i < protocol->limitation_count; i++) {
		struct protocol_limitation limitation = protocol->limitations[i];

		if (!is_first && !library_has(protocol->library, limitation.call->callee))
			continue;
		limitation.call = call_in_copy(naming, limitation.call);
		rows->limitations[rows->limitation_count++] =
			(struct limitation_row){ protocol, limitation };
	}
}

static size_t count_copies(const struct binary *binary, const struct protocol *protocol)
{
	const struct library_copies *copies = binary_library(binary, protocol->library);

	return copies ? copies->count : 1;
}

/* Allocates space for all rows in each copy. They are counted when they are added. */
static bool protocol_rows_make_room(struct protocol_rows *rows,
				    const struct protocol *const *protocols, size_t count,
				    const struct binary *binary)
{
	size_t probes = 0, limitations = 0;

	for (size_t i = 0; i < count; i++) {
		size_t copies = count_copies(binary, protocols[i]);

		probes += copies * protocols[i]->probe_count;
		limitations += copies * protocols[i]->limitation_count;
	}
	rows->items = arena_alloc(&rows->arena, probes, sizeof(*rows->items));
	rows->limitations = arena_alloc(&rows->arena, limitations, sizeof(*rows->limitations));
	return rows->items && rows->limitations;
}

static void add_protocol(struct protocol_rows *rows, const struct protocol *protocol,
			 const struct binary *binary, struct naming *naming)
{
	const struct library_copies *copies = binary_library(binary, protocol->library);
	size_t count = count_copies(binary, protocol);

	/* Most binaries have few of the libraries, and each of these rows would be searched in vain. */
	if (copies && !copies->exists)
		return;
	naming->library = protocol->library;
	for (size_t copy = 0; copy < count && !naming->failed; copy++) {
		naming->prefix = copies ? copies->copies[copy].prefix : "";
		protocol_rows_add(rows, protocol, naming, copy == 0);
	}
}

int protocol_rows_init(struct protocol_rows *rows, const struct protocol *const *protocols,
		       size_t count, const struct binary *binary, struct error *err)
{
	struct naming naming = { .arena = &rows->arena };

	*rows = (struct protocol_rows){ 0 };
	naming.failed = !protocol_rows_make_room(rows, protocols, count, binary);
	for (size_t i = 0; i < count && !naming.failed; i++)
		add_protocol(rows, protocols[i], binary, &naming);
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
