/* SPDX-License-Identifier: MIT */
/* The server of google.golang.org/grpc: its own transport, and its handler for net/http's server (Server.ServeHTTP). */
#include "grpc.h"

#include "module_version.h"
#include "protocol_registry.h"
#include "release_range.h"
#include "row_notation.h"

#define TRANSPORT GRPC "/internal/transport."
#define HANDLE_STREAM GRPC ".(*Server).handleStream"
#define OWN TRANSPORT "(*http2Server)."
#define CARRIED TRANSPORT "(*serverHandlerTransport)."

/*
 * If net/http carries the call, its response writer is the key of the request that does. Whether it does is not checked
 * here: of another transport this word is a channel, which is no key.
 *
 * The key is the stream, because worker goroutines (NumStreamWorkers) handle one call after another. */
static const struct capture handle_stream[] = {
	{ "stream", FIELD_KEY, .required = true },
	{ "@g.goid", FIELD_GOID },
	{ "stream.method", FIELD_PATH },
	{ "stream.ctx.data", FIELD_CONTEXT, .extra = EXTRA_LINKS },
	{ "t.data.(*" TRANSPORT "serverHandlerTransport).rw.data", FIELD_CARRIER },
	GRPC_TRACE("stream.ctx", "MD", ""),
};

static const struct capture goroutine[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

/* The status that the handler returned, or that the library made of its error. */
#define STATUS_CAPTURES                                                          \
	{ "s", FIELD_KEY, .required = true }, { "s.state", FIELD_STREAM_STATE }, \
		{ "st.s", FIELD_GRPC_MESSAGE },                                  \
	{                                                                        \
		"st.s.Code", FIELD_GRPC_STATUS                                   \
	}

/*
 * The address of the client, if it is a *net.TCPAddr, and the TLS state of the connection, if the credentials are a
 * credentials.TLSInfo. Neither is checked here: a type word cannot be compared in a short plan. What other types have
 * in these places is recognised by its values.
 */
#define PEER_CAPTURES(address, credentials)                                         \
	{ address ".data.(*net.TCPAddr).IP", FIELD_PEER_ADDRESS },                  \
		{ "cap(" address ".data.(*net.TCPAddr).IP)", FIELD_PEER_CAPACITY }, \
		{ address ".data.(*net.TCPAddr).Port", FIELD_PEER_PORT },           \
	{                                                                           \
		credentials ".data.(*" GRPC "/credentials.TLSInfo).State.Version",  \
			FIELD_TLS_VERSION                                           \
	}

/* Later releases have the two in a peer.Peer. Of each pair of captures one exists. */
static const struct capture own_status[] = {
	STATUS_CAPTURES,
	{ "t.state", FIELD_TRANSPORT_STATE },
	PEER_CAPTURES("t.remoteAddr", "t.authInfo"),
	PEER_CAPTURES("t.peer.Addr", "t.peer.AuthInfo"),
};

static const struct capture carried_status[] = {
	STATUS_CAPTURES,
	{ "ht.req.Host", FIELD_HOST },
	{ "ht.req.RemoteAddr", FIELD_REMOTE },
	{ "ht.req.TLS", FIELD_TLS },
};

#define STATUS(name, array)                          \
	{                                            \
		name, PLAN_ROLE_END, CAPTURES(array) \
	}

static const struct probe_request probes[] = {
	{ HANDLE_STREAM, PLAN_ROLE_START, CAPTURES(handle_stream) },
	STATUS(OWN "WriteStatus", own_status),
	STATUS(OWN "writeStatus", own_status),
	STATUS(CARRIED "WriteStatus", carried_status),
	STATUS(CARRIED "writeStatus", carried_status),
	/* No status is written if the answer cannot be sent. */
	{ GOROUTINE_EXIT, PLAN_ROLE_GOROUTINE_EXIT, CAPTURES(goroutine) },
};

static void set_known(struct hit *hit, enum hit_field field, int64_t value)
{
	hit_set_integer(hit, field, (struct integer){ PRESENT, value });
}

/* Each call is a POST, and its HTTP status is 200 whatever the status of the call. */
static void complete_http(struct hit *hit)
{
	static const char post[] = "POST";

	hit_set_text(hit, FIELD_METHOD,
		     (struct text){ PRESENT, post, sizeof(post) - 1, sizeof(post) - 1 });
	set_known(hit, FIELD_STATUS, 200);
}

/* What is captured only at the end of a call. */
static void complete_begin(struct hit *hit)
{
	static const struct integer unknown = { UNREADABLE, 0 };
	static const struct text unknown_text = { .presence = UNREADABLE };

	hit_set_integer(hit, FIELD_GRPC_STATUS, unknown);
	hit_set_integer(hit, FIELD_TLS, unknown);
	hit_set_text(hit, FIELD_HOST, unknown_text);
	hit_set_text(hit, FIELD_REMOTE, unknown_text);
}

/* No message means OK. */
static void grpc_complete_status(struct hit *hit)
{
	struct integer message = hit_integer(hit, FIELD_GRPC_MESSAGE);

	if (message.presence == PRESENT && message.value == 0)
		set_known(hit, FIELD_GRPC_STATUS, 0);
}

static bool is_in_state(const struct hit *hit, enum hit_field field, int64_t state)
{
	struct integer integer = hit_integer(hit, field);

	return integer.presence == PRESENT && integer.value == state;
}

/* Its own transport ends the stream of a client that has gone before the handler ends, or closes the connection. */
static void complete_cancellation(struct hit *hit)
{
	/* grpc-go internal/transport/transport.go, streamDone and closing, the same in all releases */
	enum { STREAM_DONE = 3, CLOSING = 1 };

	set_known(hit, FIELD_CANCELED,
		  is_in_state(hit, FIELD_STREAM_STATE, STREAM_DONE) ||
			  is_in_state(hit, FIELD_TRANSPORT_STATE, CLOSING));
}

/* Without credentials.TLSInfo these bytes belong to another type, or there are none. */
static bool is_tls_version(struct integer version)
{
	enum { TLS_1_0 = 0x0301, BEHIND_TLS = 0x0310 }; /* crypto/tls, VersionTLS10 and later */

	return version.presence == PRESENT && version.value >= TLS_1_0 &&
	       version.value < BEHIND_TLS;
}

static void complete_tls(struct hit *hit)
{
	struct integer version = hit_integer(hit, FIELD_TLS_VERSION);

	if (version.presence != ABSENT)
		set_known(hit, FIELD_TLS, is_tls_version(version));
}

static void grpc_complete(struct hit *hit)
{
	complete_http(hit);
	if (hit_integer(hit, FIELD_GRPC_MESSAGE).presence == ABSENT) {
		complete_begin(hit);
		return;
	}
	grpc_complete_status(hit);
	complete_cancellation(hit);
	complete_tls(hit);
}

/* Release 1.69.0 renamed WriteStatus and made server streams a type of their own. */
#define OF_SERVER_STREAM MODULE_VERSION(1, 69, 0)
#define OLD 0, OF_SERVER_STREAM
#define NEW OF_SERVER_STREAM, LATER
#define ALWAYS 0, LATER
#define HANDLE_PARAMETERS(stream) \
	"s *" GRPC ".Server, t " TRANSPORT "ServerTransport, stream *" TRANSPORT stream
#define STATUS_PARAMETERS(transport, stream) \
	transport ", s *" TRANSPORT stream ", st *" GRPC "/internal/status.Status"
#define OWN_TRANSPORT "t *" TRANSPORT "http2Server"
#define CARRIED_TRANSPORT "ht *" TRANSPORT "serverHandlerTransport"

static const struct layout_function functions[] = {
	{ HANDLE_STREAM, HANDLE_PARAMETERS("Stream"), "", OLD },
	{ HANDLE_STREAM, HANDLE_PARAMETERS("ServerStream"), "", NEW },
	{ OWN "WriteStatus", STATUS_PARAMETERS(OWN_TRANSPORT, "Stream"), "error", ALWAYS },
	{ OWN "writeStatus", STATUS_PARAMETERS(OWN_TRANSPORT, "ServerStream"), "error", ALWAYS },
	{ CARRIED "WriteStatus", STATUS_PARAMETERS(CARRIED_TRANSPORT, "Stream"), "error", ALWAYS },
	{ CARRIED "writeStatus", STATUS_PARAMETERS(CARRIED_TRANSPORT, "ServerStream"), "error",
	  ALWAYS },
	{ GRPC_NEW_STREAM,
	  "ctx context.Context, desc *" GRPC ".StreamDesc, cc *" GRPC
	  ".ClientConn, method string, opts []" GRPC ".CallOption",
	  GRPC ".ClientStream, error", ALWAYS },
	{ GRPC_FINISH, "cs *" GRPC ".clientStream, err error", "", ALWAYS },
};

/* Whatever the compiler inlines, a copy that serves or makes calls has one of these functions. */
static const char *const landmarks[] = { HANDLE_STREAM, GRPC_NEW_STREAM, NULL };

/* Layouts come from the program, whatever the release. */
const struct library grpc_library = {
	.module = GRPC,
	.landmarks = landmarks,
	.clue = OWN "writeStatus",
	.clue_release = OF_SERVER_STREAM,
	.functions = functions,
	.function_count = COUNT(functions),
};

const struct protocol protocol_grpc = {
	.server = GRPC,
	.name = "grpc",
	.protocol = "gRPC",
	.library = &grpc_library,
	.manner = "over gRPC",
	.probes = probes,
	.probe_count = COUNT(probes),
	.complete = grpc_complete,
	.goroutine_ends_requests = true,
};
