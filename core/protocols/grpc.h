/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_GRPC_H
#define GOHTTPSNOOP_CORE_GRPC_H

#include "library.h"

#define GRPC "google.golang.org/grpc"
/* The functions that each call of a client passes at its begin and at its end, the last one perhaps several times. */
#define GRPC_NEW_STREAM GRPC ".newClientStream"
#define GRPC_FINISH GRPC ".(*clientStream).finish"

/* google.golang.org/grpc, its server and its client. */
extern const struct library grpc_library;

#endif
