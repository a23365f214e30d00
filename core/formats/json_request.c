/* SPDX-License-Identifier: MIT */
#include "json_line.h"

#include <stdio.h>

#include "grpc_status.h"
#include "outcome_name.h"

static bool is_digit(int64_t value)
{
	return value >= 0 && value <= 9;
}

/* A request may contain any numbers. Numbers of one digit are written faster. */
static void put_protocol_version(struct json_line *json, int64_t major, int64_t minor)
{
	char text[48] = "HTTP/0.0";

	if (is_digit(major) && is_digit(minor)) {
		text[5] = (char)('0' + major);
		text[7] = (char)('0' + minor);
		json_plain(json->writer, text, 8);
	} else {
		json_plain(json->writer, text,
			   (size_t)snprintf(text, sizeof(text), "HTTP/%d.%d", (int)major,
					    (int)minor));
	}
}

static void put_protocol(struct json_line *json, const struct event *event)
{
	if (event->protocol) {
		json_key(json->writer, "protocol");
		json_name(json->writer, event->protocol);
		return;
	}
	if (event->protocol_major.presence == ABSENT || event->protocol_minor.presence == ABSENT)
		return;
	json_key(json->writer, "protocol");
	if (event->protocol_major.presence != PRESENT ||
	    event->protocol_minor.presence != PRESENT) {
		json_null(json->writer);
		return;
	}
	put_protocol_version(json, event->protocol_major.value, event->protocol_minor.value);
}

static void put_library(struct json_line *json, const struct event *event)
{
	if (!event->library)
		return;
	json_key(json->writer, "library");
	json_name(json->writer, event->library);
}

/* The code of a call's status and its name. A code without a name has only the former. */
void json_put_grpc_status(struct json_line *json, const struct integer *code)
{
	const char *name = code->presence == PRESENT ? grpc_status_name(code->value) : NULL;

	put_number(json, "grpc_status", code);
	if (!name)
		return;
	json_key(json->writer, "grpc_status_name");
	json_name(json->writer, name);
}

static void put_scheme(struct json_line *json, const struct integer *tls)
{
	if (tls->presence == ABSENT)
		return;
	json_key(json->writer, "scheme");
	if (tls->presence == UNREADABLE)
		json_null(json->writer);
	else if (tls->value)
		json_key(json->writer, "https");
	else
		json_key(json->writer, "http");
}

/* The length is negative if it was not declared, and is then left out. */
void json_put_request_bytes(struct json_line *json, const struct integer *bytes)
{
	if (bytes->presence != PRESENT || bytes->value >= 0)
		put_number(json, "request_bytes", bytes);
}

void json_put_request(struct json_line *json, const struct event *event)
{
	put_text(json, "method", &event->method, NO_SECRETS);
	put_text(json, "path", &event->path, SECRETS_OF_PATH);
	put_text_unless_empty(json, "query", &event->query, SECRETS_OF_QUERY);
	put_text_unless_empty(json, "route", &event->route, NO_SECRETS);
	put_text_unless_empty(json, "host", &event->host, NO_SECRETS);
	put_protocol(json, event);
	put_library(json, event);
	put_scheme(json, &event->tls);
	put_text(json, "scheme", &event->scheme, NO_SECRETS);
	if (event->type == EVENT_CLIENT)
		put_text_unless_empty(json, "peer", &event->remote, NO_SECRETS);
	else
		put_text_unless_empty(json, "remote", &event->remote, NO_SECRETS);
}

void json_put_outcome(struct json_line *json, const struct event *event)
{
	json_key(json->writer, "outcome");
	json_name(json->writer, outcome_name(event->outcome));
}
