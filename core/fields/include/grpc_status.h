/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_GRPC_STATUS_H
#define GOHTTPSNOOP_CORE_GRPC_STATUS_H

#include <stdint.h>

/* The server has no method of this name. */
enum { GRPC_UNIMPLEMENTED = 12 };

/* The name of a status code of gRPC, as the protocol's documentation spells it; NULL for other codes. */
const char *grpc_status_name(int64_t code);

#endif
