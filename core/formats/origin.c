/* SPDX-License-Identifier: MIT */
#include "origin.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "escape.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define REST LETTERS "0123456789./-"

/*
 * Keys that events have, in JSON or with OpenTelemetry's names, so that readers can join labels and events in one object. A
 * dot at the end: all keys that begin so.
 */
static const char *const reserved[] = {
	"abi",
	"args",
	"body",
	"captures",
	"client_count",
	"client_ns",
	"client.",
	"code.",
	"comm",
	"container",
	"container.id",
	"count",
	"duration_ns",
	"error",
	"error.",
	"event_name",
	"exception.",
	"exe",
	"function",
	"go",
	"goid",
	"gohttpsnoop.",
	"grpc_status",
	"grpc_status_name",
	"host",
	"host_bytes",
	"host.name",
	"http.",
	"id",
	"in",
	"in_by",
	"in_maybe",
	"labels",
	"library",
	"method",
	"method_bytes",
	"network.",
	"node",
	"outcome",
	"parent_span_id",
	"path",
	"path_bytes",
	"peer",
	"pid",
	"process.",
	"protocol",
	"query",
	"query_bytes",
	"remote",
	"remote_bytes",
	"request_bytes",
	"request_headers",
	"response_bytes",
	"response_headers",
	"ret",
	"route",
	"route_bytes",
	"rpc.",
	"sampled",
	"schema",
	"scheme",
	"server.",
	"severity_number",
	"severity_text",
	"span_id",
	"status",
	"targets",
	"thread.",
	"tid",
	"time",
	"timestamp",
	"trace_id",
	"truncated",
	"type",
	"unseen",
	"url.",
	"user_agent.",
	"version",
	"where",
};

static bool is_reserved(const char *key, size_t size)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		size_t length = strlen(reserved[i]);
		bool is_family = reserved[i][length - 1] == '.';

		if ((is_family ? size > length : size == length) &&
		    memcmp(key, reserved[i], length) == 0)
			return true;
	}
	return false;
}

static bool is_label_key(const char *key, size_t size)
{
	return size > 0 && size <= ORIGIN_MOST_KEY && strchr(LETTERS, *key) &&
	       strspn(key, REST) >= size;
}

static bool is_given(const struct origin *origin, const char *key, size_t size)
{
	for (size_t i = 0; i < origin->label_count; i++) {
		if (origin->labels[i].key_size == size &&
		    memcmp(origin->labels[i].key, key, size) == 0)
			return true;
	}
	return false;
}

static int check_label(const struct origin *origin, const char *text, struct error *err)
{
	size_t key = strcspn(text, "="), value;

	if (!text[key])
		return error_fail(err, -EINVAL, "a key and a value are expected: env=prod");
	if (!is_label_key(text, key))
		return error_fail(
			err, -EINVAL,
			"a key has up to %d letters, digits and _ . / -, and begins with a letter or _",
			ORIGIN_MOST_KEY);
	if (is_reserved(text, key))
		return error_fail(err, -EINVAL,
				  "events have a key of this name: choose another one");
	if (is_given(origin, text, key))
		return error_fail(err, -EINVAL, "this key is given twice");
	value = strlen(text + key + 1);
	if (value > ORIGIN_MOST_VALUE || !escape_is_utf8(text + key + 1, value))
		return error_fail(err, -EINVAL, "a value has up to %d bytes, in UTF-8",
				  ORIGIN_MOST_VALUE);
	if (origin->label_count == ORIGIN_MOST_LABELS)
		return error_fail(err, -EINVAL, "at most %d labels can be given",
				  ORIGIN_MOST_LABELS);
	return 0;
}

int origin_add_label(struct origin *origin, const char *text, struct error *err)
{
	struct origin_label *labels;
	size_t key = strcspn(text, "=");
	int r = check_label(origin, text, err);

	if (r < 0)
		return r;
	labels = array_grow(origin->labels, origin->label_count, sizeof(*labels));
	if (!labels)
		return error_fail(err, -ENOMEM, "out of memory");
	origin->labels = labels;
	labels[origin->label_count++] = (struct origin_label){ text, key, text + key + 1 };
	return 0;
}

int origin_set_node(struct origin *origin, const char *name, struct error *err)
{
	char host[ORIGIN_MOST_NODE + 1] = "";

	if (!name) {
		gethostname(host, sizeof(host) - 1);
		name = host;
	}
	if (!*name || strlen(name) > ORIGIN_MOST_NODE || !escape_is_utf8(name, strlen(name)))
		return error_fail(err, -EINVAL, "a name of 1 to %d bytes, in UTF-8, is expected",
				  ORIGIN_MOST_NODE);
	memcpy(origin->node, name, strlen(name) + 1);
	return 0;
}

void origin_finish(struct origin *origin)
{
	free(origin->labels);
	*origin = (struct origin){ 0 };
}
