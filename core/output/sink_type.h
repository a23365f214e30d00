/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SINK_TYPE_H
#define GOHTTPSNOOP_CORE_SINK_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "batch.h"
#include "error.h"

struct sink_counts;

/* The functions of a sink, for its implementations only. A sink embeds this as its first member. */
struct sink {
	bool (*wants)(const struct sink *sink); /* NULL: there is always a reader */
	int (*write)(struct sink *sink, struct batch *batch);
	size_t (*end)(struct sink *sink);
	int (*conclude)(struct sink *sink, struct error *err); /* NULL: nothing to report */
	void (*count)(const struct sink *sink,
		      struct sink_counts *counts); /* NULL: it has no readers */
	void (*close)(struct sink *sink);
};

#endif
