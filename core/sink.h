/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SINK_H
#define GOHTTPSNOOP_CORE_SINK_H

#include "bytes.h"
#include "error.h"

/* Where lines go. Lines are gathered and written together when the sink is flushed. */
struct sink;

/* A sink on an open descriptor, which it does not close. */
int sink_create_stream(int descriptor, struct sink **ret_sink);
void sink_destroy(struct sink *sink);

/* Takes a copy of the line. -ENOMEM, or what flushing a full buffer gives. */
int sink_write(struct sink *sink, struct bytes line);

/* Writes what was gathered. -EPIPE when nobody reads any more; other errors as write(2) has them. */
int sink_flush(struct sink *sink);

#endif
