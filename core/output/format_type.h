/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FORMAT_TYPE_H
#define GOHTTPSNOOP_CORE_FORMAT_TYPE_H

#include "bytes.h"
#include "event.h"

/* The functions of a format, for its implementations only. A format embeds this as its first member. */
struct format {
	int (*line)(struct format *format, const struct event *event, struct bytes *ret_line);
	void (*destroy)(struct format *format);
};

#endif
