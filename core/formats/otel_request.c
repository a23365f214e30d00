/* SPDX-License-Identifier: MIT */
#include "otel_line.h"

#include <stdio.h>

#include "grpc_status.h"
#include "outcome_name.h"

/* ---- addresses ---- */

/* Returns 0 if the text is no port. */
static uint32_t parse_port_number(const char *text, size_t size)
{
	uint32_t port = 0;

	if (size == 0 || size > 5)
		return 0;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		port = port * 10 + (uint32_t)(text[i] - '0');
	}
	return port <= UINT16_MAX ? port : 0;
}

static bool ends_host(const char *host, const char *colon)
{
	return *host == '[' ? colon[-1] == ']' : !memchr(host, ':', (size_t)(colon - host));
}

/* The host of "host:port", "[host]:port" or "host", and the port; 0 if there is none. */
static struct text split_address(const struct text *text, uint32_t *ret_port)
{
	struct text host = *text;
	const char *colon = memrchr(text->data, ':', text->size);
	uint32_t port = 0;

	*ret_port = 0;
	if (text_is_cut(text))
		return host;
	if (colon && ends_host(text->data, colon))
		port = parse_port_number(colon + 1, (size_t)(text->data + text->size - colon) - 1);
	if (port)
		host.size = (uint32_t)(colon - text->data);
	if (host.size > 2 && *host.data == '[' && host.data[host.size - 1] == ']') {
		host.data++;
		host.size -= 2;
	}
	host.length = host.size;
	*ret_port = port;
	return host;
}

static void put_server_address(struct otel_line *line, const struct text *host)
{
	struct text address;
	uint32_t port;

	if (host->presence != PRESENT || !host->size)
		return;
	address = split_address(host, &port);
	otel_text(line, "server.address", &address, NO_SECRETS);
	otel_number(line, "server.port", &((struct integer){ port ? PRESENT : ABSENT, port }));
}

/* `remote` is that of a client, if this is the event of a server. */
static void put_peer(struct otel_line *line, const struct text *remote, bool is_client)
{
	struct text address;
	uint32_t port;

	if (remote->presence != PRESENT || !remote->size)
		return;
	address = split_address(remote, &port);
	if (is_client)
		otel_text(line, "client.address", &address, NO_SECRETS);
	otel_text(line, "network.peer.address", &address, NO_SECRETS);
	otel_number(line, "network.peer.port",
		    &((struct integer){ port ? PRESENT : ABSENT, port }));
}

/* Patterns may begin with a method and a host: "GET example.org/items/{id}". */
struct text otel_route_path(const struct text *route)
{
	struct text path = *route;
	const char *slash = NULL;

	if (route->presence == PRESENT)
		slash = memchr(route->data, '/', route->size);
	if (!slash)
		return (struct text){ .presence = ABSENT };
	path.size -= (uint32_t)(slash - route->data);
	path.length -= (uint64_t)(slash - route->data);
	path.data = slash;
	return path;
}

void otel_put_route(struct otel_line *line, const struct text *route)
{
	struct text path = otel_route_path(route);

	otel_text(line, "http.route", &path, NO_SECRETS);
}

/* Names of systems are in lower case. */
static void put_rpc_system(struct otel_line *line, const char *protocol)
{
	char name[16];
	size_t size = 0;

	for (; protocol[size] && size < sizeof(name); size++)
		name[size] = protocol[size] >= 'A' && protocol[size] <= 'Z' ?
				     (char)(protocol[size] + 'a' - 'A') :
				     protocol[size];
	otel_bytes(line, "rpc.system.name", name, size);
}

/* HTTP/2 and HTTP/3 have no minor version there. gRPC runs over HTTP/2. */
void otel_put_protocol(struct otel_line *line, const struct event *event)
{
	char version[48] = "2";

	if (event->protocol) {
		put_rpc_system(line, event->protocol);
	} else if (event->protocol_major.presence != PRESENT ||
		   event->protocol_minor.presence != PRESENT) {
		return;
	} else if (event->protocol_major.value >= 2 && event->protocol_minor.value == 0) {
		snprintf(version, sizeof(version), "%d", (int)event->protocol_major.value);
	} else {
		snprintf(version, sizeof(version), "%d.%d", (int)event->protocol_major.value,
			 (int)event->protocol_minor.value);
	}
	otel_name(line, "network.protocol.name", "http");
	otel_name(line, "network.protocol.version", version);
}

void otel_put_scheme(struct otel_line *line, const struct event *event)
{
	if (event->tls.presence == PRESENT)
		otel_name(line, "url.scheme", event->tls.value ? "https" : "http");
	else
		otel_text(line, "url.scheme", &event->scheme, NO_SECRETS);
}

void otel_put_request(struct otel_line *line, const struct event *event)
{
	otel_text(line, "http.request.method", &event->method, NO_SECRETS);
	otel_text(line, "url.path", &event->path, SECRETS_OF_PATH);
	otel_text(line, "url.query", &event->query, SECRETS_OF_QUERY);
	otel_put_scheme(line, event);
	otel_put_route(line, &event->route);
	put_server_address(line, &event->host);
	put_peer(line, &event->remote, event->type != EVENT_CLIENT);
	otel_put_protocol(line, event);
	otel_name(line, "gohttpsnoop.library", event->library);
	if (event->request_bytes.value >= 0)
		otel_number(line, "http.request.body.size", &event->request_bytes);
}

void otel_put_rpc_status(struct otel_line *line, const struct integer *code)
{
	const char *name = code->presence == PRESENT ? grpc_status_name(code->value) : NULL;
	char number[24];

	if (code->presence != PRESENT)
		return;
	snprintf(number, sizeof(number), "%lld", (long long)code->value);
	otel_name(line, "rpc.response.status_code", name ? name : number);
}

/* The status, if the request failed by it, or else the outcome, if it was none that is good. */
void otel_put_error_type(struct otel_line *line, const struct event *event)
{
	const struct integer *rpc = &event->grpc_status;
	char status[24];

	if (event->outcome == OUTCOME_OK || event->outcome == OUTCOME_HIJACKED ||
	    event->outcome == OUTCOME_OPEN) {
		if (otel_severity_of(event) != OTEL_ERROR)
			return;
		snprintf(status, sizeof(status), "%lld",
			 (long long)(rpc->presence == PRESENT ? rpc->value : event->status.value));
		otel_name(line, "error.type",
			  rpc->presence == PRESENT && grpc_status_name(rpc->value) ?
				  grpc_status_name(rpc->value) :
				  status);
	} else {
		otel_name(line, "error.type", outcome_name(event->outcome));
	}
}

void otel_put_outcome(struct otel_line *line, const struct event *event)
{
	otel_number(line, "gohttpsnoop.duration_ns", &event->duration);
	otel_name(line, "gohttpsnoop.outcome", outcome_name(event->outcome));
	otel_put_error_type(line, event);
}

void otel_put_response(struct otel_line *line, const struct event *event)
{
	otel_number(line, "http.response.status_code", &event->status);
	otel_put_rpc_status(line, &event->grpc_status);
	otel_number(line, "http.response.body.size", &event->response_bytes);
	otel_number(line, "gohttpsnoop.client_count", &event->client_count);
	otel_number(line, "gohttpsnoop.client_ns", &event->client_duration);
	otel_put_outcome(line, event);
}
