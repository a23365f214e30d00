/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROTOCOL_ROWS_H
#define GOHTTPSNOOP_CORE_PROTOCOL_ROWS_H

#include "arena.h"
#include "binary.h"
#include "protocol.h"

/*
 * The rows of a protocol as they are for one binary: those about golang.org/x/net stand once for each of
 * the copies that it has (x_net.h), by the names that the functions have there.
 */
struct protocol_rows {
	struct probe_request *probes;
	size_t probe_count;
	struct protocol_blindness *blindnesses;
	size_t blindness_count;
	struct arena arena; /* of all of these */
};

/* -ENOMEM. They point into the protocol's table, too. */
int protocol_rows_init(struct protocol_rows *rows, const struct protocol *protocol,
		       const struct x_net *x_net, struct error *err);

/* Also of rows that are all zero. */
void protocol_rows_finish(struct protocol_rows *rows);

#endif
