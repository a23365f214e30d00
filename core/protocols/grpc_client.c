/* SPDX-License-Identifier: MIT */
/*
 * The calls that a program makes by google.golang.org/grpc, unary calls and streams. A call begins when its stream is
 * made. If that succeeds, it ends when the stream is finished.
 */
#include "grpc.h"
#include "protocol_registry.h"
#include "row_notation.h"

#define STREAM "(*" GRPC ".clientStream)"
#define STATUS_ERROR "(*" GRPC "/internal/status.Error)"

static const struct capture new_stream[] = {
	FRAME_CAPTURES,
	{ "method", FIELD_PATH },
	LINK_CAPTURES("ctx"),
	GRPC_TRACE("ctx", "rawMD", ".md"),
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

static const struct capture finish[] = {
	{ "cs", FIELD_KEY, .required = true },
	{ "cs.callHdr.Host", FIELD_HOST },
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

/* What is only known at the end of a call, if at all. Each call is a POST. */
static void grpc_client_complete_begin(struct hit *hit)
{
	static const char post[] = "POST";
	static const struct text unknown = { .presence = UNREADABLE };

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
