/* SPDX-License-Identifier: MIT */
/* Fuzzes the combination of several requests for one function. Each line of the input is a request. */
#include <errno.h>
#include <string.h>

#include "function_captures.h"
#include "fuzz.h"

enum { MAX_REQUESTS = 8 };

static const struct type integer = { .kind = TYPE_INT, .name = "int", .size = 8 };
static const struct type pointer = { .kind = TYPE_POINTER, .name = "*net/http.Request", .size = 8 };
static const struct parameter parameters[] = {
	{ "a", &integer, { 0 } },
	{ "_", &integer, { 0 } },
	{ "ret1", &integer, { 0 } },
	{ "r", &pointer, { 0 } },
};
static const struct parameter results[] = { { "", &integer, { 0 } }, { "err", &integer, { 0 } } };

/* Without and with an *http.Request. */
static const struct signature signatures[] = {
	{ parameters, 3, results, 2, 0 },
	{ parameters, 4, results, 1, 0 },
};

static void check_names(const struct function_captures *captures)
{
	for (size_t i = 0; i < captures->count; i++) {
		for (size_t j = 0; j < i; j++)
			HOLDS(strcmp(captures->items[i].expression.name,
				     captures->items[j].expression.name) != 0);
		HOLDS(!captures->items[i].is_result || captures->awaits_return);
	}
}

/*
 * Each capture is read either at the call or at the return; a probe that does both at once reads all of them.
 */
static void check_parts(const struct function_captures *captures)
{
	size_t returned = captures->shows_results ? captures->signature->result_count : 0;
	size_t counts[3];

	for (int part = CAPTURES_AT_CALL; part <= CAPTURES_AT_ONCE; part++) {
		struct probe_values values;

		HOLDS(function_captures_values(captures, (enum captures_part)part, &values, NULL) ==
		      0);
		HOLDS(values.returned_count == (part == CAPTURES_AT_CALL ? 0 : returned));
		for (size_t i = values.returned_count + 1u; i < values.count; i++)
			HOLDS(values.items[i - 1].position < values.items[i].position);
		counts[part] = values.count;
		probe_values_finish(&values);
	}
	HOLDS(counts[CAPTURES_AT_CALL] + counts[CAPTURES_AT_RETURN] == counts[CAPTURES_AT_ONCE]);
	HOLDS(counts[CAPTURES_AT_ONCE] == captures->count + returned);
}

static void unite(const struct signature *signature, const struct function_request *requests,
		  size_t count, bool latency)
{
	struct function_captures captures;
	struct error err = { 0 };
	int r = 0;

	function_captures_init(&captures, "f", signature, latency);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = function_captures_add(&captures, &requests[i], &err);
	HOLDS(r == 0 || (r == -EINVAL && err.quote[0]));
	check_names(&captures);
	if (r == 0)
		check_parts(&captures);
	function_captures_finish(&captures);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct function_request requests[MAX_REQUESTS];
	size_t count = 0;
	char *text = malloc(size + 1), *line, *rest;

	HOLDS(text);
	memcpy(text, data, size);
	text[size] = '\0';
	for (rest = text; count < MAX_REQUESTS && (line = strsep(&rest, "\n"));) {
		if (function_request_parse(line, &requests[count], NULL) == 0)
			count++;
	}
	for (int i = 0; i < 4; i++)
		unite(&signatures[i & 1], requests, count, i & 2);
	function_requests_check(requests, count, NULL);
	while (count)
		function_request_finish(&requests[--count]);
	free(text);
	return 0;
}
