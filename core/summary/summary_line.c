/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json_tree.h"
#include "plain_text.h"
#include "summary_input.h"

/* Nanoseconds since 1970 fit 64 bits, and so do differences of two times. */
enum { FIRST_YEAR = 1970, LAST_YEAR = 2200 };

/* A hundred years. Longer durations are not true, and sums of them would not fit. */
static const double LONGEST = 3.2e18;

static struct json_value member(const struct json_tree *tree, const char *key)
{
	return json_tree_find(tree, &(struct value_step){ .key = key }, 1);
}

/* A string of ours, which has no NUL. */
static const char *member_string(const struct json_tree *tree, const char *key)
{
	struct json_value value = member(tree, key);

	return value.kind == JSON_STRING ? value.string : NULL;
}

/* A string of a traced program. */
static const char *member_text(struct plain_text *room, const struct json_tree *tree,
			       const char *key)
{
	struct json_value value = member(tree, key);

	return value.kind == JSON_STRING ? plain_text_copy(room, value.string, value.size) : NULL;
}

static int64_t member_integer(const struct json_tree *tree, const char *key, int64_t other)
{
	struct json_value value = member(tree, key);

	return value.kind == JSON_NUMBER && value.number >= -LONGEST && value.number <= LONGEST ?
		       value.is_integer ? value.integer : (int64_t)value.number :
		       other;
}

/* "2026-11-22T09:41:00.123456789Z"; 0 if it is no time. */
static int64_t time_of(const char *text)
{
	struct tm date = { 0 };
	long fraction;
	char zone;

	if (!text ||
	    sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%9ld%c", &date.tm_year, &date.tm_mon,
		   &date.tm_mday, &date.tm_hour, &date.tm_min, &date.tm_sec, &fraction,
		   &zone) != 8 ||
	    zone != 'Z')
		return 0;
	if (date.tm_year < FIRST_YEAR || date.tm_year > LAST_YEAR || fraction < 0)
		return 0;
	date.tm_year -= 1900;
	date.tm_mon--;
	return (int64_t)timegm(&date) * 1000000000 + fraction;
}

/* As the option --failed has it (docs/events.md, "Conditions"). */
static bool line_is_failed(const struct json_tree *tree)
{
	static const char *const outcomes[] = { "panic", "error", "exited", "unknown" };
	const char *outcome = member_string(tree, "outcome");

	for (size_t i = 0; outcome && i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		if (strcmp(outcome, outcomes[i]) == 0)
			return true;
	}
	return member_integer(tree, "status", 0) >= 400 ||
	       member_integer(tree, "grpc_status", 0) > 0;
}

/* An id of 16 hexadecimal digits; 0 if it is none. */
static uint64_t member_id(const struct json_tree *tree, const char *key)
{
	const char *text = member_string(tree, key);

	return text ? strtoull(text, NULL, 16) : 0;
}

static int take_tree(const struct json_tree *tree, summary_taker *take, void *user)
{
	const char *type = member_string(tree, "type"), *service;
	struct plain_text comm, method, route, path;
	struct summary_request request;
	int r;

	if (!type)
		return -EINVAL;
	if (strcmp(type, "request") != 0 && strcmp(type, "client") != 0)
		return 0;
	service = member_text(&comm, tree, "comm");
	request = (struct summary_request){
		.service = service ? service : "-",
		.is_client = strcmp(type, "client") == 0,
		.method = member_text(&method, tree, "method"),
		.route = member_text(&route, tree, "route"),
		.path = member_text(&path, tree, "path"),
		.time = time_of(member_string(tree, "time")),
		.duration = member_integer(tree, "duration_ns", -1),
		.bytes = member_integer(tree, "response_bytes", -1),
		.status = member_integer(tree, "status", -1),
		.outcome = member_string(tree, "outcome"),
		.id = member_id(tree, "id"),
		.within = member_id(tree, "in"),
		.failed = line_is_failed(tree),
	};
	if (!request.time)
		return -EINVAL;
	r = take(user, &request);
	return r < 0 ? r : 1;
}

uint64_t summary_line_lost(struct bytes line)
{
	static const char LOST[] = "{\"type\":\"lost\"";
	struct json_tree *tree;
	int64_t count;

	if (line.size < strlen(LOST) || memcmp(line.data, LOST, strlen(LOST)) != 0 ||
	    json_tree_read(line, &tree) < 0)
		return 0;
	count = member_integer(tree, "count", 0);
	json_tree_destroy(tree);
	return count > 0 ? (uint64_t)count : 0;
}

int summary_take_line(struct bytes line, summary_taker *take, void *user)
{
	struct json_tree *tree;
	int r = json_tree_read(line, &tree);

	if (r < 0)
		return r;
	r = take_tree(tree, take, user);
	json_tree_destroy(tree);
	return r;
}
