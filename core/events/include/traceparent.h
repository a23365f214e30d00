/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TRACEPARENT_H
#define GOHTTPSNOOP_CORE_TRACEPARENT_H

#include <stdbool.h>

#include "presence.h"

enum { TRACE_ID_SIZE = 32, SPAN_ID_SIZE = 16 }; /* digits */

/* The content of a header traceparent (W3C Trace Context, level 1). The ids are hexadecimal digits, and views. */
struct traceparent {
	enum presence presence; /* ABSENT: there is no header, or it is not valid */
	const char *trace_id;
	const char *span_id; /* of the span that sent the header */
	bool sampled;
};

/* A copy of the ids, for as long as a request is open. A zeroed struct has none. */
struct trace_copy {
	bool is_known;
	char trace_id[TRACE_ID_SIZE], span_id[SPAN_ID_SIZE];
};

/* Copies the ids of a header, unless it is ABSENT. */
void trace_copy_take(struct trace_copy *copy, const struct traceparent *trace);

/* Parses the text of a header. Headers of later versions may be longer. */
struct traceparent traceparent_parse(struct text header);

#endif
