/* SPDX-License-Identifier: MIT */
#include "escape.h"
#include "format_type.h"
#include "timestamp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

struct json_format {
	struct format format;
	yajl_gen gen;
	struct timestamp timestamp;
	char *scratch; /* for strings that need escapes */
	size_t scratch_size;
	bool failed; /* out of memory while the line was made */
};

static void put_raw(struct json_format *json, const char *text, size_t size)
{
	/* yajl writes a "number" as it is; that is how what it cannot spell itself gets into the line. */
	if (yajl_gen_number(json->gen, text, size) != yajl_gen_status_ok)
		json->failed = true;
}

static void put_string(struct json_format *json, const char *text, size_t size)
{
	if (yajl_gen_string(json->gen, (const unsigned char *)text, size) != yajl_gen_status_ok)
		json->failed = true;
}

#define put_key(json, key) put_string(json, key, sizeof(key) - 1)

static void put_escaped(struct json_format *json, const char *text, size_t size)
{
	size_t needed = size * ESCAPE_MAX_GROWTH + 2;
	size_t written;

	if (needed > json->scratch_size) {
		char *scratch = realloc(json->scratch, needed);

		if (!scratch) {
			json->failed = true;
			return;
		}
		json->scratch = scratch;
		json->scratch_size = needed;
	}
	json->scratch[0] = '"';
	written = escape(ESCAPE_JSON, text, size, json->scratch + 1);
	json->scratch[written + 1] = '"';
	put_raw(json, json->scratch, written + 2);
}

/* Any bytes as a string. */
static void put_bytes(struct json_format *json, const char *text, size_t size)
{
	if (escape_is_needless(text, size))
		put_string(json, text, size);
	else
		put_escaped(json, text, size);
}

static void put_null(struct json_format *json)
{
	yajl_gen_null(json->gen);
}

/* yajl would go through sprintf(), a fifth of the time a line takes. */
static void put_integer(struct json_format *json, int64_t value)
{
	char text[24];
	char *begin = text + sizeof(text);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do {
		*--begin = '0' + rest % 10;
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--begin = '-';
	put_raw(json, begin, text + sizeof(text) - begin);
}

static bool is_cut(const struct text *text)
{
	return text->presence == PRESENT && text->size < text->length;
}

static void put_text_member(struct json_format *json, const char *key, size_t key_size,
			    const struct text *text, bool leave_out_empty)
{
	if (text->presence == ABSENT || (leave_out_empty && text->presence == PRESENT && !text->length))
		return;
	put_string(json, key, key_size);
	if (text->presence == UNREADABLE)
		put_null(json);
	else if (is_cut(text))
		put_bytes(json, text->data, escape_trim_cut(text->data, text->size));
	else
		put_bytes(json, text->data, text->size);
}

/* Readers keep numbers in doubles: what does not fit would be another number there. A client can
 * declare a Content-Length of 2^63 - 1. */
static bool is_exact(int64_t value)
{
	return value >= -(INT64_C(1) << 53) && value <= INT64_C(1) << 53;
}

static void put_integer_member(struct json_format *json, const char *key, size_t key_size,
			       const struct integer *integer)
{
	if (integer->presence == ABSENT)
		return;
	put_string(json, key, key_size);
	if (integer->presence == UNREADABLE || !is_exact(integer->value))
		put_null(json);
	else
		put_integer(json, integer->value);
}

#define put_text(json, key, text) put_text_member(json, key, sizeof(key) - 1, text, false)
#define put_text_unless_empty(json, key, text) put_text_member(json, key, sizeof(key) - 1, text, true)
#define put_number(json, key, integer) put_integer_member(json, key, sizeof(key) - 1, integer)

static void put_protocol(struct json_format *json, const struct event *event)
{
	char text[32];

	if (event->protocol_major.presence == ABSENT || event->protocol_minor.presence == ABSENT)
		return;
	put_key(json, "protocol");
	if (event->protocol_major.presence != PRESENT || event->protocol_minor.presence != PRESENT) {
		put_null(json);
		return;
	}
	put_string(json, text, snprintf(text, sizeof(text), "HTTP/%d.%d",
					(int)event->protocol_major.value,
					(int)event->protocol_minor.value));
}

static void put_scheme(struct json_format *json, const struct integer *tls)
{
	if (tls->presence == ABSENT)
		return;
	put_key(json, "scheme");
	if (tls->presence == UNREADABLE)
		put_null(json);
	else if (tls->value)
		put_key(json, "https");
	else
		put_key(json, "http");
}

static void put_truncated(struct json_format *json, const struct event *event)
{
	const struct {
		const char *key, *length_key;
		const struct text *text;
	} texts[] = {
		{"method", "method_bytes", &event->method}, {"path", "path_bytes", &event->path},
		{"query", "query_bytes", &event->query},    {"route", "route_bytes", &event->route},
		{"host", "host_bytes", &event->host},	    {"remote", "remote_bytes", &event->remote},
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!is_cut(texts[i].text))
			continue;
		if (!any) {
			put_key(json, "truncated");
			yajl_gen_array_open(json->gen);
			any = true;
		}
		put_string(json, texts[i].key, strlen(texts[i].key));
	}
	if (!any)
		return;
	yajl_gen_array_close(json->gen);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!is_cut(texts[i].text))
			continue;
		put_string(json, texts[i].length_key, strlen(texts[i].length_key));
		put_integer(json, (int64_t)texts[i].text->length);
	}
}

/* A length that net/http declares unknown (-1) is left out. */
static void put_request_bytes(struct json_format *json, const struct integer *bytes)
{
	if (bytes->presence != PRESENT || bytes->value >= 0)
		put_number(json, "request_bytes", bytes);
}

static void put_request_members(struct json_format *json, const struct event *event)
{
	put_text(json, "method", &event->method);
	put_text(json, "path", &event->path);
	put_text_unless_empty(json, "query", &event->query);
	put_text_unless_empty(json, "route", &event->route);
	put_text_unless_empty(json, "host", &event->host);
	put_protocol(json, event);
	put_scheme(json, &event->tls);
	put_text_unless_empty(json, "remote", &event->remote);
}

static const char *const type_names[] = {
	[EVENT_REQUEST] = "request", [EVENT_CALL] = "call",	[EVENT_LOST] = "lost",
	[EVENT_ATTACH] = "attach",   [EVENT_DETACH] = "detach", [EVENT_HELLO] = "hello",
};

static const char *const outcome_names[] = {
	[OUTCOME_OK] = "ok",	     [OUTCOME_PANIC] = "panic",	    [OUTCOME_HIJACKED] = "hijacked",
	[OUTCOME_EXITED] = "exited", [OUTCOME_UNKNOWN] = "unknown",
};

static void put_name(struct json_format *json, const char *name)
{
	put_bytes(json, name, strlen(name));
}

static void put_target(struct json_format *json, const struct process_identity *process)
{
	put_key(json, "go");
	put_name(json, process->go_version);
	put_key(json, "abi");
	put_name(json, process->convention);
}

static void put_process(struct json_format *json, const struct event *event)
{
	const struct process_identity *process = event->process;

	if (!process)
		return;
	put_key(json, "pid");
	put_integer(json, process->pid);
	if (event->type == EVENT_REQUEST || event->type == EVENT_CALL) {
		put_key(json, "tid");
		put_integer(json, event->tid);
		put_number(json, "goid", &event->goid);
	}
	put_key(json, "comm");
	put_name(json, process->comm);
	put_key(json, "exe");
	put_name(json, process->exe);
	if (process->container) {
		put_key(json, "container");
		put_name(json, process->container);
	}
	if (event->type == EVENT_ATTACH || event->type == EVENT_DETACH)
		put_target(json, process);
}

static void put_hello(struct json_format *json, const struct event *event)
{
	put_key(json, "version");
	put_name(json, event->version);
	put_key(json, "schema");
	put_integer(json, EVENT_SCHEMA);
	put_key(json, "targets");
	yajl_gen_array_open(json->gen);
	for (size_t i = 0; i < event->target_count; i++) {
		struct event target = {.type = EVENT_ATTACH, .process = event->targets[i]};

		yajl_gen_map_open(json->gen);
		put_process(json, &target);
		yajl_gen_map_close(json->gen);
	}
	yajl_gen_array_close(json->gen);
}

static void put_members(struct json_format *json, const struct event *event)
{
	put_key(json, "type");
	put_name(json, type_names[event->type]);
	put_key(json, "time");
	put_string(json, timestamp_format(&json->timestamp, event->time), TIMESTAMP_SIZE);
	put_process(json, event);
	switch (event->type) {
	case EVENT_CALL:
		put_key(json, "function");
		put_name(json, event->function);
		put_request_members(json, event);
		put_request_bytes(json, &event->request_bytes);
		put_truncated(json, event);
		break;
	case EVENT_REQUEST:
		put_request_members(json, event);
		put_number(json, "status", &event->status);
		put_number(json, "duration_ns", &event->duration);
		put_request_bytes(json, &event->request_bytes);
		put_number(json, "response_bytes", &event->response_bytes);
		put_key(json, "outcome");
		put_name(json, outcome_names[event->outcome]);
		put_truncated(json, event);
		break;
	case EVENT_LOST:
		put_key(json, "count");
		put_integer(json, (int64_t)event->count);
		put_key(json, "where");
		put_name(json, event->where);
		break;
	case EVENT_HELLO:
		put_hello(json, event);
		break;
	case EVENT_ATTACH:
	case EVENT_DETACH:
		break;
	}
}

static int json_line(struct format *format, const struct event *event, struct bytes *ret_line)
{
	struct json_format *json = (struct json_format *)format;
	const unsigned char *line;
	size_t size;

	yajl_gen_clear(json->gen);
	json->failed = false;
	yajl_gen_map_open(json->gen);
	put_members(json, event);
	yajl_gen_map_close(json->gen);
	yajl_gen_reset(json->gen, "\n");
	if (json->failed || yajl_gen_get_buf(json->gen, &line, &size) != yajl_gen_status_ok)
		return -ENOMEM;
	*ret_line = (struct bytes){line, size};
	return 0;
}

static void json_destroy(struct format *format)
{
	struct json_format *json = (struct json_format *)format;

	if (json->gen)
		yajl_gen_free(json->gen);
	free(json->scratch);
	free(json);
}

int format_create_json(struct format **ret_format)
{
	struct json_format *json = calloc(1, sizeof(*json));

	if (!json)
		return -ENOMEM;
	json->format = (struct format){.line = json_line, .destroy = json_destroy};
	json->gen = yajl_gen_alloc(NULL);
	if (!json->gen) {
		json_destroy(&json->format);
		return -ENOMEM;
	}
	*ret_format = &json->format;
	return 0;
}
