/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FORMAT_TYPE_H
#define GOHTTPSNOOP_CORE_FORMAT_TYPE_H

#include "bytes.h"
#include "event.h"

/* The functions of a format, for its implementations only. A format embeds this as its first member. */
struct format {
	/* NULL: it has none */
	int (*heading)(struct format *format, const struct event *event, struct bytes *ret_line);
	int (*line)(struct format *format, const struct event *event, struct bytes *ret_line);
	/* NULL: a line that is held is as any other */
	int (*held_line)(struct format *format, const struct event *event, struct bytes *ret_line);
	/* NULL: it has none */
	void (*set_width)(struct format *format, size_t width);
	void (*destroy)(struct format *format);
};

#endif
