/* SPDX-License-Identifier: MIT */
/*
 * The calls that a program makes by google.golang.org/grpc, unary calls and streams. A call begins when its stream is
 * made. If that succeeds, it ends when the stream is finished.
 */
#include <strings.h>

#include "grpc.h"
#include "protocol_registry.h"
#include "row_notation.h"

#define STREAM "(*" GRPC ".clientStream)"
#define STATUS_ERROR "(*" GRPC "/internal/status.Error)"

/*
 * The metadata that a call sends are a value in its context, or in the one that this was made of: a map, and what was added to it by
 * AppendToOutgoingContext, a slice of keys and values for each time, of which two pairs of the first two are read.
 */
#define OUTGOING(context) context GRPC_VALUE ".val.(" GRPC "/metadata.rawMD)"
#define TRACEPARENT_CAPTURE(context, field)                                               \
	{                                                                                 \
		OUTGOING(context) ".md[\"traceparent\"][0]", field, .extra = EXTRA_TRACES \
	}
#define ADDED_PAIR(number, key, value, of_key, of_value)                                  \
	{ OUTGOING("ctx") ".added[" number "][" key "]", of_key, .extra = EXTRA_TRACES }, \
	{                                                                                 \
		OUTGOING("ctx")                                                           \
		".added[" number "][" value "]", of_value, .extra = EXTRA_TRACES          \
	}

static const struct capture new_stream[] = {
	FRAME_CAPTURES,
	{ "method", FIELD_PATH },
	LINK_CAPTURES("ctx"),
	TRACEPARENT_CAPTURE("ctx", FIELD_TRACEPARENT),
	TRACEPARENT_CAPTURE("ctx" GRPC_VALUE ".Context", FIELD_OUTER_TRACEPARENT),
	{ "len(" OUTGOING("ctx") ".added)", FIELD_METADATA_ADDED, .extra = EXTRA_TRACES },
	ADDED_PAIR("0", "0", "1", FIELD_ADDED_KEY_1, FIELD_ADDED_VALUE_1),
	ADDED_PAIR("0", "2", "3", FIELD_ADDED_KEY_2, FIELD_ADDED_VALUE_2),
	ADDED_PAIR("1", "0", "1", FIELD_ADDED_KEY_3, FIELD_ADDED_VALUE_3),
	ADDED_PAIR("1", "2", "3", FIELD_ADDED_KEY_4, FIELD_ADDED_VALUE_4),
};

/*
 * An error with a status has the code; of each pair of captures one exists, in releases until 1.39 the second one.
 * io.EOF, the end of a stream, has none.
 */
#define ERROR_CAPTURES(error)                                                                     \
	{ error ".tab", FIELD_ERROR }, { error "." STATUS_ERROR ".s.s.Code", FIELD_GRPC_STATUS }, \
	{                                                                                         \
		error "." STATUS_ERROR ".e.Code", FIELD_GRPC_STATUS                               \
	}

static const struct capture stream[] = {
	FRAME_CAPTURES,
	{ "ret0.data", FIELD_KEY },
	ERROR_CAPTURES("ret1"),
};

/*
 * The address of the connection, which is not checked to be a *net.TCPAddr: other bytes are no address. Later releases have another
 * name for the transport.
 */
#define CLIENT_PEER(transport)                                                                     \
	{ transport ".(*" GRPC_TRANSPORT "http2Client).remoteAddr.data.(*net.TCPAddr).IP",         \
	  FIELD_PEER_ADDRESS },                                                                    \
		{ "cap(" transport ".(*" GRPC_TRANSPORT                                            \
		  "http2Client).remoteAddr.data.(*net.TCPAddr).IP)",                               \
		  FIELD_PEER_CAPACITY },                                                           \
	{                                                                                          \
		transport ".(*" GRPC_TRANSPORT "http2Client).remoteAddr.data.(*net.TCPAddr).Port", \
			FIELD_PEER_PORT                                                            \
	}

static const struct capture finish[] = {
	{ "cs", FIELD_KEY, .required = true },
	{ "cs.callHdr.Host", FIELD_HOST },
	CLIENT_PEER("cs.attempt.t"),
	CLIENT_PEER("cs.attempt.transport"),
	ERROR_CAPTURES("err"),
};

static const struct capture goroutine[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

static const struct probe_request probes[] = {
	{ GRPC_NEW_STREAM, PLAN_ROLE_CALL, CAPTURES(new_stream) },
	{ GRPC_NEW_STREAM, PLAN_ROLE_RETURN, CAPTURES(stream), .returns = true },
	{ GRPC_FINISH, PLAN_ROLE_END, CAPTURES(finish) },
	/* For a call that a panic or runtime.Goexit left before it had a stream. */
	{ GOROUTINE_EXIT, PLAN_ROLE_GOROUTINE_EXIT, CAPTURES(goroutine) },
};

/* Returns the header among the metadata that were added, of which the first one is sent before the others. */
static struct text find_added_trace(const struct hit *hit)
{
	static const char name[] = "traceparent";

	for (int i = 0; i <= FIELD_ADDED_KEY_4 - FIELD_ADDED_KEY_1; i++) {
		struct text key = hit_text(hit, FIELD_ADDED_KEY_1 + i);

		if (key.presence == PRESENT && key.size == sizeof(name) - 1 &&
		    strncasecmp(key.data, name, key.size) == 0)
			return hit_text(hit, FIELD_ADDED_VALUE_1 + i);
	}
	return (struct text){ .presence = ABSENT };
}

/* The metadata in the context itself count, and without any those in the context that it was made of. */
static void choose_trace(struct hit *hit)
{
	struct integer added = hit_integer(hit, FIELD_METADATA_ADDED);
	struct text own = hit_text(hit, FIELD_TRACEPARENT);

	if (added.presence == ABSENT)
		return;
	if (added.presence != PRESENT)
		hit_set_text(hit, FIELD_TRACEPARENT, hit_text(hit, FIELD_OUTER_TRACEPARENT));
	else if (own.presence != PRESENT || !own.size)
		hit_set_text(hit, FIELD_TRACEPARENT, find_added_trace(hit));
}

/* What is only known at the end of a call, if at all. Each call is a POST. */
static void grpc_client_complete_begin(struct hit *hit)
{
	static const char post[] = "POST";
	static const struct text unknown = { .presence = UNREADABLE };

	choose_trace(hit);
	hit_set_text(hit, FIELD_METHOD,
		     (struct text){ PRESENT, post, sizeof(post) - 1, sizeof(post) - 1 });
	hit_set_text(hit, FIELD_HOST, unknown);
	hit_set_text(hit, FIELD_SCHEME, unknown);
	hit_set_integer(hit, FIELD_GRPC_STATUS, (struct integer){ UNREADABLE, 0 });
}

/*
 * Without an error, and at the end of a stream, which is an error without a status, the status is OK. That of HTTP is
 * known then, too: otherwise the code may be the server's or the client's own.
 */
static void grpc_client_complete_end(struct hit *hit)
{
	bool is_end = hit_text(hit, FIELD_HOST).presence != ABSENT;
	struct integer error = hit_integer(hit, FIELD_ERROR);
	struct integer code = hit_integer(hit, FIELD_GRPC_STATUS);

	hit_set_integer(hit, FIELD_STATUS, (struct integer){ UNREADABLE, 0 });
	if (error.presence != PRESENT || (error.value && (!is_end || code.presence == PRESENT)))
		return;
	hit_set_integer(hit, FIELD_ERROR, (struct integer){ PRESENT, 0 });
	hit_set_integer(hit, FIELD_GRPC_STATUS, (struct integer){ PRESENT, 0 });
	hit_set_integer(hit, FIELD_STATUS, (struct integer){ PRESENT, 200 });
}

static void grpc_client_complete(struct hit *hit)
{
	if (hit_integer(hit, FIELD_ERROR).presence == ABSENT)
		grpc_client_complete_begin(hit);
	else
		grpc_client_complete_end(hit);
}

const struct protocol protocol_grpc_client = {
	.side = SIDE_CLIENT,
	.server = GRPC ".ClientConn",
	.name = "grpc",
	.protocol = "gRPC",
	.library = &grpc_library,
	.manner = "over gRPC",
	.probes = probes,
	.probe_count = COUNT(probes),
	.complete = grpc_client_complete,
	.ends_later = true,
};
