/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_GRPC_H
#define GOHTTPSNOOP_CORE_GRPC_H

#include "library.h"

#define GRPC "google.golang.org/grpc"
/* The functions that each call of a client passes at its begin and at its end, the last one perhaps several times. */
#define GRPC_NEW_STREAM GRPC ".newClientStream"
#define GRPC_FINISH GRPC ".(*clientStream).finish"

/*
 * The trace in the metadata of a call. They are in a context, as a value of the type `metadata`, whose map is at `map` of it: in the
 * context itself, or in the one that it was made of. Of both captures one can be read.
 */
#define GRPC_VALUE ".(*context.valueCtx)"
#define GRPC_TRACE(context, metadata, map)                                                       \
	{ context GRPC_VALUE ".val.(" GRPC "/metadata." metadata ")" map "[\"traceparent\"][0]", \
	  FIELD_TRACEPARENT, .extra = EXTRA_TRACES },                                            \
	{                                                                                        \
		context GRPC_VALUE ".Context" GRPC_VALUE ".val.(" GRPC "/metadata." metadata     \
				   ")" map "[\"traceparent\"][0]",                               \
			FIELD_TRACEPARENT, .extra = EXTRA_TRACES                                 \
	}

/* google.golang.org/grpc, its server and its client. */
extern const struct library grpc_library;

#endif
