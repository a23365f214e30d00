/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ORIGIN_H
#define GOHTTPSNOOP_CORE_ORIGIN_H

#include <stddef.h>

#include "error.h"

enum {
	ORIGIN_MOST_LABELS = 32,
	ORIGIN_MOST_KEY = 63,	 /* bytes */
	ORIGIN_MOST_VALUE = 255, /* bytes */
	ORIGIN_MOST_NODE = 255,	 /* bytes */
};

/* A view of "key=value". */
struct origin_label {
	const char *key;
	size_t key_size;
	const char *value;
};

/* What events of several machines are told apart by. A zeroed struct is empty. */
struct origin {
	char node[ORIGIN_MOST_NODE + 1]; /* empty: there is none */
	struct origin_label *labels;
	size_t label_count;
};

/* Adds "key=value", which must outlive the origin. -EINVAL, with an error that says what is expected, or -ENOMEM. */
int origin_add_label(struct origin *origin, const char *text, struct error *err);

/* Sets the name of the node; NULL: that of this machine. -EINVAL. */
int origin_set_node(struct origin *origin, const char *name, struct error *err);

void origin_finish(struct origin *origin);

#endif
