/* SPDX-License-Identifier: MIT */
/* Fuzzes the parser of functions to trace, which users write. */
#include <errno.h>
#include <string.h>

#include "function_request.h"
#include "fuzz.h"

/* The parts have the order of the text, with nothing but blanks and commas between them. */
static void check_parts(const char *text, const struct function_request *request)
{
	size_t at = strlen(request->function);

	HOLDS(at > 0 && strncmp(text, request->function, at) == 0);
	HOLDS(request->has_list == (text[at] == '('));
	HOLDS(request->has_list || (text[at] == '\0' && request->capture_count == 0));
	HOLDS(request->capture_count <= FUNCTION_REQUEST_MAX_CAPTURES);
	at += request->has_list;
	for (size_t i = 0; i < request->capture_count; i++) {
		const char *capture = request->captures[i].text;
		size_t size = strlen(capture);

		HOLDS(size > 0 && capture[0] != ' ' && capture[size - 1] != ' ');
		at += strspn(text + at, " ");
		HOLDS(strncmp(text + at, capture, size) == 0);
		at += size + strspn(text + at + size, " ");
		HOLDS(text[at] == (i + 1 < request->capture_count ? ',' : ')'));
		at++;
	}
	if (request->has_list && request->capture_count == 0)
		HOLDS(text[at++] == ')');
	HOLDS(text[at] == '\0');
}

/* The request, written without blanks, is parsed to the same parts. */
static void check_again(const struct function_request *request, size_t size)
{
	char *text = malloc(size + 1);
	struct function_request again;

	HOLDS(text);
	strcpy(text, request->function);
	if (request->has_list)
		strcat(text, "(");
	for (size_t i = 0; i < request->capture_count; i++) {
		strcat(text, i ? "," : "");
		strcat(text, request->captures[i].text);
	}
	if (request->has_list)
		strcat(text, ")");
	HOLDS(strlen(text) <= size);
	HOLDS(function_request_parse(text, &again, NULL) == 0);
	HOLDS(again.capture_count == request->capture_count && again.has_list == request->has_list);
	for (size_t i = 0; i < again.capture_count; i++)
		HOLDS(strcmp(again.captures[i].text, request->captures[i].text) == 0);
	function_request_finish(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), message[4096];
	struct function_request request;
	struct error err = { 0 };
	size_t column = 0;
	int r;

	HOLDS(text);
	memcpy(text, data, size);
	text[size] = '\0';
	r = function_request_parse(text, &request, &err);
	HOLDS(r == 0 || r == -EINVAL);
	HOLDS(r == err.code && (r == 0) == (err.what[0] == '\0'));
	HOLDS(r == 0 || err.quote_at <= strlen(text));
	if (error_format_quote(&err, message, sizeof(message), &column))
		HOLDS(column <= strlen(message));
	if (r == 0) {
		check_parts(text, &request);
		check_again(&request, strlen(text));
		function_request_finish(&request);
	}
	free(text);
	return 0;
}
