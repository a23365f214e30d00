/* SPDX-License-Identifier: MIT */
/* The server of github.com/valyala/fasthttp, on which fiber and other frameworks are built. */
#include "fasthttp.h"
#include "protocol_registry.h"
#include "release_range.h"
#include "row_notation.h"

#define SERVE_CONN FASTHTTP ".(*Server).serveConn"
/* The function of later releases, for which serveConn is only a wrapper. */
#define SERVE_CONN_COUNTED SERVE_CONN "Counted"
#define READ_BODY FASTHTTP ".(*Request).readLimitBody"
#define READ_BODY_STREAM FASTHTTP ".(*Request).readBodyStream"
#define WRITE_RESPONSE FASTHTTP ".writeResponse"

/*
 * One goroutine serves a connection, one request after another, and is the key: up to 1.55 the request is at the
 * begin of the RequestCtx, later it is not, and if a handler timed out, the answer is in another RequestCtx. Both
 * functions are called after the header was parsed, whether there is a body or not.
 */
#define REQUEST_CAPTURES(request)                                              \
	{ "@g.goid", FIELD_KEY, .required = true }, { "@g.goid", FIELD_GOID }, \
		{ request ".Header.method", FIELD_METHOD },                    \
		{ request ".Header.requestURI", FIELD_TARGET },                \
		{ request ".Header.host", FIELD_HOST },                        \
		{ request ".Header.noHTTP11", FIELD_PROTOCOL_MINOR },          \
		{ request ".Header.contentLength", FIELD_REQUEST_BYTES },      \
	{                                                                      \
		request ".isTLS", FIELD_TLS                                    \
	}

/*
 * The address of the client, if the connection is a *net.TCPConn, which is not checked here. Of other connections, as
 * those with TLS, other bytes are read, which are no address.
 */
#define PEER "ctx.c.data.(*net.TCPConn).fd.raddr.data.(*net.TCPAddr)"

/* serveConn stores the time just before it calls the handler. */
#define RESPONSE_CAPTURES                                                                          \
	{ "ctx.Response.Header.statusCode", FIELD_STATUS },                                        \
		{ "ctx.Response.bodyStream.data", FIELD_BODY_STREAM },                             \
		{ "ctx.Response.Header.contentLength", FIELD_DECLARED_BYTES },                     \
		{ "len(ctx.Response.bodyRaw)", FIELD_BORROWED_BYTES },                             \
		{ "len(ctx.Response.body.B)", FIELD_BUFFERED_BYTES },                              \
		{ "ctx.Response.body", FIELD_BODY_BUFFER }, { "ctx.time.wall", FIELD_BEGAN_WALL }, \
		{ PEER ".IP", FIELD_PEER_ADDRESS }, { "cap(" PEER ".IP)", FIELD_PEER_CAPACITY },   \
		{ PEER ".Port", FIELD_PEER_PORT },                                                 \
	{                                                                                          \
		"ctx.time.ext", FIELD_BEGAN_EXT                                                    \
	}

static const struct capture read_body[] = { REQUEST_CAPTURES("req") };

static const struct capture write_response[] = {
	{ "@g.goid", FIELD_KEY, .required = true },
	RESPONSE_CAPTURES,
};

/*
 * If the begin of a request is not observed, the request still exists at its end, except in old releases, which reset
 * it before.
 */
static const struct capture whole_request[] = { REQUEST_CAPTURES("ctx.Request"),
						RESPONSE_CAPTURES };

static const struct expected_call conn_reads = { SERVE_CONN, READ_BODY };
static const struct expected_call counted_reads = { SERVE_CONN_COUNTED, READ_BODY };
static const struct expected_call conn_writes = { SERVE_CONN, WRITE_RESPONSE };
static const struct expected_call counted_writes = { SERVE_CONN_COUNTED, WRITE_RESPONSE };

static const struct protocol_limitation limitations[] = {
	{ &conn_writes, "how requests of " FASTHTTP " end", true },
	{ &counted_writes, "how requests of " FASTHTTP " end", true },
};

static const struct probe_request probes[] = {
	{ READ_BODY, PLAN_ROLE_START, CAPTURES(read_body) },
	{ READ_BODY_STREAM, PLAN_ROLE_START, CAPTURES(read_body) },
	{ WRITE_RESPONSE, PLAN_ROLE_WHOLE, CAPTURES(whole_request), .inlined = &conn_reads },
	{ WRITE_RESPONSE, PLAN_ROLE_WHOLE, CAPTURES(whole_request), .inlined = &counted_reads },
	{ WRITE_RESPONSE, PLAN_ROLE_END, CAPTURES(write_response) },
};

void fasthttp_complete_method(struct hit *hit)
{
	static const char get[] = "GET";
	struct text method = hit_text(hit, FIELD_METHOD);

	if (method.presence == PRESENT && method.length == 0)
		hit_set_text(hit, FIELD_METHOD,
			     (struct text){ PRESENT, get, sizeof(get) - 1, sizeof(get) - 1 });
}

void fasthttp_complete_version(struct hit *hit)
{
	struct integer old = hit_integer(hit, FIELD_PROTOCOL_MINOR);

	if (old.presence == ABSENT)
		return;
	hit_set_integer(hit, FIELD_PROTOCOL_MAJOR, (struct integer){ old.presence, 1 });
	hit_set_integer(hit, FIELD_PROTOCOL_MINOR, (struct integer){ old.presence, !old.value });
}

/* The length is -2 if the request declares no body, and -1 if the body is chunked. */
static void complete_size(struct hit *hit)
{
	struct integer size = hit_integer(hit, FIELD_REQUEST_BYTES);

	if (size.presence == PRESENT && size.value == -2)
		hit_set_integer(hit, FIELD_REQUEST_BYTES, (struct integer){ PRESENT, 0 });
}

/* A status of 0 is sent as 200. */
static void complete_status(struct hit *hit)
{
	struct integer status = hit_integer(hit, FIELD_STATUS);

	if (status.presence == PRESENT && status.value == 0)
		hit_set_integer(hit, FIELD_STATUS, (struct integer){ PRESENT, 200 });
}

/* A response with one of these statuses has no body, whatever the handler wrote. */
static bool has_no_body(int64_t status)
{
	return (status >= 100 && status < 200) || status == 204 || status == 304;
}

/*
 * The body is sent after this hit: from a stream, from a slice of the handler or from the buffer of the response, which
 * does not exist before something is written. The length of a stream is known only if it is declared. As with net/http,
 * what the handler wrote counts for HEAD, too.
 */
static struct integer body_bytes(const struct hit *hit)
{
	static const struct integer unknown = { UNREADABLE, 0 }, none = { PRESENT, 0 };
	struct integer status = hit_integer(hit, FIELD_STATUS);
	struct integer stream = hit_integer(hit, FIELD_BODY_STREAM);
	struct integer declared = hit_integer(hit, FIELD_DECLARED_BYTES);
	struct integer borrowed = hit_integer(hit, FIELD_BORROWED_BYTES);
	struct integer buffered = hit_integer(hit, FIELD_BUFFERED_BYTES);
	struct integer buffer = hit_integer(hit, FIELD_BODY_BUFFER);

	if (status.presence != PRESENT || stream.presence != PRESENT ||
	    borrowed.presence != PRESENT)
		return unknown;
	if (has_no_body(status.value))
		return none;
	if (stream.value)
		return declared.presence == PRESENT && declared.value >= 0 ? declared : unknown;
	if (borrowed.value > 0)
		return borrowed;
	return buffer.presence == PRESENT && !buffer.value ? none : buffered;
}

/* The address of the client is captured at the end. */
static void complete_remote(struct hit *hit)
{
	if (hit_text(hit, FIELD_PEER_ADDRESS).presence == ABSENT)
		hit_set_text(hit, FIELD_REMOTE, (struct text){ .presence = UNREADABLE });
}

static void fasthttp_complete(struct hit *hit)
{
	fasthttp_complete_method(hit);
	fasthttp_complete_version(hit);
	complete_size(hit);
	complete_status(hit);
	hit_set_integer(hit, FIELD_RESPONSE_BYTES, body_bytes(hit));
	complete_remote(hit);
}

/* The parameters of these functions never changed. */
#define ALWAYS 0, LATER
#define BODY_PARAMETERS                                                               \
	"req *" FASTHTTP ".Request, r *bufio.Reader, maxBodySize int, getOnly bool, " \
	"preParseMultipartForm bool"

static const struct layout_function functions[] = {
	{ READ_BODY, BODY_PARAMETERS, "error", ALWAYS },
	{ READ_BODY_STREAM, BODY_PARAMETERS, "error", ALWAYS },
	{ WRITE_RESPONSE, "ctx *" FASTHTTP ".RequestCtx, w *bufio.Writer", "error", ALWAYS },
	{ FASTHTTP_DO,
	  "c *" FASTHTTP ".HostClient, req *" FASTHTTP ".Request, resp *" FASTHTTP ".Response",
	  "bool, error", ALWAYS },
	{ FASTHTTP_RESPONSE_HEADER, "h *" FASTHTTP ".ResponseHeader, buf []uint8", "int, error",
	  ALWAYS },
};

/* Whatever the compiler inlines, a copy that serves or makes requests has one of these functions. */
static const char *const landmarks[] = { SERVE_CONN, SERVE_CONN_COUNTED, FASTHTTP_DO, NULL };

/* Layouts come from the program, whatever the release. */
const struct library fasthttp_library = {
	.module = FASTHTTP,
	.landmarks = landmarks,
	.functions = functions,
	.function_count = COUNT(functions),
};

const struct protocol protocol_fasthttp = {
	.server = FASTHTTP,
	.name = "fasthttp",
	.library = &fasthttp_library,
	.manner = "over " FASTHTTP,
	.probes = probes,
	.probe_count = COUNT(probes),
	.limitations = limitations,
	.limitation_count = COUNT(limitations),
	.complete = fasthttp_complete,
};
