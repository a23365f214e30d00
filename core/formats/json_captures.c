/* SPDX-License-Identifier: MIT */
#include "json_line.h"

#include <string.h>

#include "arguments_json.h"

/* Writes the captures of the start of the call and, under the same key, its named results. */
void json_put_arguments(struct json_line *json, const struct event *event)
{
	if (!event->arguments && !arguments_have_named(event->results))
		return;
	json_key(json->writer, "args");
	arguments_write(json->writer, event->arguments, event->results, &json->cuts);
}

/* Writes the user's captures of a request and its response, in addition to the default keys. */
void json_put_captures(struct json_line *json, const struct event *event)
{
	if (arguments_have_expressions(event->arguments) ||
	    arguments_have_expressions(event->results)) {
		json_key(json->writer, "captures");
		json_open_object(json->writer);
		if (arguments_have_expressions(event->arguments))
			arguments_write_expressions(json->writer, event->arguments, &json->cuts);
		if (arguments_have_expressions(event->results))
			arguments_write_expressions(json->writer, event->results, &json->cuts);
		json_close_object(json->writer);
	}
	if (arguments_have_headers(event->arguments)) {
		json_key(json->writer, "request_headers");
		json_open_object(json->writer);
		arguments_write_request_headers(json->writer, event->arguments, &json->cuts);
		json_close_object(json->writer);
	}
	if (arguments_have_headers(event->results)) {
		json_key(json->writer, "response_headers");
		json_open_object(json->writer);
		arguments_write_response_headers(json->writer, event->results, &json->cuts);
		json_close_object(json->writer);
	}
}

/* Writes the results of a call whose return was awaited, if the function has results. */
void json_put_results(struct json_line *json, const struct event *event)
{
	if (arguments_have_result(event->results)) {
		json_key(json->writer, "ret");
		arguments_write_results(json->writer, event->arguments, event->results,
					&json->cuts);
	}
}

/* Writes the error that a client returned: its type, and its text or its value. */
void json_put_error(struct json_line *json, const struct event *event)
{
	if (event->outcome != OUTCOME_ERROR || !arguments_have_result(event->results))
		return;
	json_key(json->writer, "error");
	arguments_write_results(json->writer, event->arguments, event->results, &json->cuts);
}

/* Adds a truncated value to the list, which the first one opens. */
static void put_cut(struct json_line *json, bool *any, const char *name)
{
	if (!*any) {
		json_key(json->writer, "truncated");
		json_open_list(json->writer);
		*any = true;
	}
	json_name(json->writer, name);
}

void json_put_truncated(struct json_line *json, const struct event *event)
{
	const struct {
		const char *key, *length_key;
		const struct text *text;
	} texts[] = {
		{ "method", "method_bytes", &event->method },
		{ "path", "path_bytes", &event->path },
		{ "query", "query_bytes", &event->query },
		{ "route", "route_bytes", &event->route },
		{ "host", "host_bytes", &event->host },
		{ "remote", "remote_bytes", &event->remote },
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (text_is_cut(texts[i].text))
			put_cut(json, &any, texts[i].key);
	}
	for (size_t i = 0; i < json->cuts.count; i++)
		put_cut(json, &any, json->cuts.paths[i]);
	if (!any)
		return;
	json_close_list(json->writer);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!text_is_cut(texts[i].text))
			continue;
		json_plain(json->writer, texts[i].length_key, strlen(texts[i].length_key));
		json_integer(json->writer, (int64_t)texts[i].text->length);
	}
}
