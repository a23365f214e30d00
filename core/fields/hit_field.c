/* SPDX-License-Identifier: MIT */
#include "hit_field.h"

#include <stddef.h>

const char *hit_field_key(enum hit_field field)
{
	static const char *const keys[FIELD_COUNT] = {
		[FIELD_GOID] = "goid",
		[FIELD_METHOD] = "method",
		[FIELD_PATH] = "path",
		[FIELD_QUERY] = "query",
		[FIELD_ROUTE] = "route",
		[FIELD_HOST] = "host",
		[FIELD_REMOTE] = "remote",
		[FIELD_PROTOCOL_MAJOR] = "protocol",
		[FIELD_TLS] = "scheme",
		[FIELD_REQUEST_BYTES] = "request_bytes",
		[FIELD_SCHEME] = "scheme",
		[FIELD_STATUS] = "status",
		[FIELD_RESPONSE_BYTES] = "response_bytes",
		[FIELD_GRPC_STATUS] = "grpc_status",
		[FIELD_PEER_ADDRESS] = "remote",
		[FIELD_TLS_VERSION] = "scheme",
	};

	return keys[field];
}
