/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_HIT_FIELD_H
#define GOHTTPSNOOP_CORE_HIT_FIELD_H

/* The meaning of a captured value. Each has one bit in a hit's masks, so there are at most 64. */
enum hit_field {
	FIELD_KEY, /* joins a request's start and end: the address of its response writer */
	FIELD_GOID,
	FIELD_METHOD,
	FIELD_PATH,
	FIELD_QUERY,
	FIELD_ROUTE,
	FIELD_HOST,
	FIELD_REMOTE,
	FIELD_PROTOCOL_MAJOR,
	FIELD_PROTOCOL_MINOR,
	FIELD_TLS,
	FIELD_REQUEST_BYTES,
	FIELD_STATUS,
	FIELD_RESPONSE_BYTES,
	FIELD_DECLARED_BYTES, /* Content-Length of the response over HTTP/1; negative if there is none */
	FIELD_HEADER_SENT,    /* over HTTP/1: a part of the response was flushed */
	FIELD_BUFFERED_BYTES, /* of the body, not flushed yet */
	FIELD_SENT_LENGTH,    /* Content-Length that was sent over HTTP/2, or 0 */
	FIELD_BORROWED_BYTES, /* of a body that is sent from the handler's own memory */
	FIELD_BODY_STREAM,    /* a word that is not 0 if the body is sent from a stream */
	FIELD_TARGET, /* of the request, as sent, for requests whose path and query are not captured */
	FIELD_BEGAN_WALL, /* with the next a time.Time, taken just before the handler was called */
	FIELD_BEGAN_EXT,
	FIELD_PEER_ADDRESS, /* with the next two: the client's IP address, a []byte of a net.TCPAddr */
	FIELD_PEER_CAPACITY, /* of that []byte */
	FIELD_PEER_PORT,
	FIELD_TLS_VERSION, /* of the connection; another number if it has no TLS */
	FIELD_GRPC_STATUS, /* the code of a call's status */
	FIELD_GRPC_MESSAGE, /* the address of the object that contains this code; 0: there is none, and the code is 0 */
	FIELD_TRANSPORT_STATE, /* of the connection of a gRPC call, then */
	FIELD_STREAM_STATE,    /* of a gRPC call, before its status is sent */
	FIELD_CANCELED,	       /* the client had gone when the request ended */
	FIELD_SCHEME,	       /* of the URL, for requests that the program makes */
	FIELD_ERROR, /* the first word of the error that a client returned; 0: it has none */
	FIELD_CARRIER, /* the key of the request of another server that carries this one, if there is one */
	FIELD_CONTEXT,	     /* the address of the context that the server made for the request */
	FIELD_CONTEXT_CHAIN, /* the contexts of a request that the program makes, see decode_chain() */
	FIELD_PARENT_GOID, /* of the goroutine that started this one; 0: unknown */
	FIELD_TRACEPARENT, /* the header of this name */
	FIELD_STACK_END,   /* of the goroutine; with the next field it identifies the call */
	FIELD_STACK_POINTER,
	FIELD_ROUTE_PARTS, /* the number of the parts of a route, of which the first one is FIELD_ROUTE */
	FIELD_ROUTE_2,
	FIELD_ROUTE_3,
	FIELD_ROUTE_4,
	FIELD_METADATA_ADDED, /* how often metadata was added to those in the context of a gRPC call */
	FIELD_OUTER_TRACEPARENT, /* in the metadata in the context that the one of the call was made of */
	FIELD_ADDED_KEY_1, /* of metadata that were added, with the next ones; see grpc_client.c */
	FIELD_ADDED_KEY_2,
	FIELD_ADDED_KEY_3,
	FIELD_ADDED_KEY_4,
	FIELD_ADDED_VALUE_1,
	FIELD_ADDED_VALUE_2,
	FIELD_ADDED_VALUE_3,
	FIELD_ADDED_VALUE_4,
	FIELD_BODY_BUFFER, /* the address of the buffer whose length is FIELD_BUFFERED_BYTES; 0: there is none */
	FIELD_COUNT,
};

_Static_assert(FIELD_COUNT <= 64, "a bit for each");

/* The key of events that shows the field ("status"); NULL if it only serves to compute others. */
const char *hit_field_key(enum hit_field field);

#endif
