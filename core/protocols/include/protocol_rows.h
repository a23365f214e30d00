/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROTOCOL_ROWS_H
#define GOHTTPSNOOP_CORE_PROTOCOL_ROWS_H

#include "arena.h"
#include "binary.h"
#include "protocol.h"

/* A row of a protocol, as it applies to one binary. */
struct protocol_row {
	const struct protocol *protocol;
	struct probe_request request;
};

struct limitation_row {
	const struct protocol *protocol;
	struct protocol_limitation limitation;
};

/*
 * The rows of several protocols, one after the other. Rows about the functions of a module are repeated for each copy of
 * it in the binary (library_copies.h), with the names of the functions there.
 */
struct protocol_rows {
	struct protocol_row *items;
	size_t count;
	struct limitation_row *limitations;
	size_t limitation_count;
	struct arena arena; /* of all of these */
};

/* -ENOMEM. The rows also point into the tables of the protocols. */
int protocol_rows_init(struct protocol_rows *rows, const struct protocol *const *protocols,
		       size_t count, const struct binary *binary, struct error *err);

/* Also accepts zeroed rows. */
void protocol_rows_finish(struct protocol_rows *rows);

#endif
