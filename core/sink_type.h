/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SINK_TYPE_H
#define GOHTTPSNOOP_CORE_SINK_TYPE_H

#include "sink.h"

/* What a sink is made of; for its implementations only. A sink embeds this as its first member. */
struct sink {
	int (*write)(struct sink *sink, struct bytes line);
	int (*flush)(struct sink *sink);
	void (*destroy)(struct sink *sink);
};

#endif
