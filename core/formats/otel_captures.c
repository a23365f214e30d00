/* SPDX-License-Identifier: MIT */
/* What was captured beside the fields of a request. In attributes a value of several parts is a text of JSON. */
#include "arguments_json.h"
#include "otel_line.h"

/* Returns the writer for the value of a member. */
static struct json_writer *begin_value_of(struct otel_line *line, const char *key)
{
	if (line->is_otlp) {
		json_writer_clear(line->values);
		return line->values;
	}
	json_plain(line->writer, key, strlen(key));
	return line->writer;
}

static void end_value_of(struct otel_line *line, const char *key)
{
	struct bytes text;

	if (!line->is_otlp)
		return;
	if (json_writer_finish(line->values, "", &text) < 0)
		line->body.failed = true;
	else
		otel_bytes_member(line, key, strlen(key), (const char *)text.data, text.size);
}

void otel_put_captures(struct otel_line *line, const struct event *event)
{
	const struct hit_arguments *parts[] = { event->arguments, event->results };
	bool has_start = arguments_have_expressions(parts[0]),
	     has_end = arguments_have_expressions(parts[1]);

	if (has_start || has_end) {
		struct json_writer *writer = begin_value_of(line, "gohttpsnoop.captures");

		json_open_object(writer);
		if (has_start)
			arguments_write_expressions(writer, parts[0], &line->cuts);
		if (has_end)
			arguments_write_expressions(writer, parts[1], &line->cuts);
		json_close_object(writer);
		end_value_of(line, "gohttpsnoop.captures");
	}
	if (arguments_have_headers(event->arguments))
		arguments_write_request_header_attributes(line->writer, event->arguments,
							  line->is_otlp, &line->cuts);
	if (arguments_have_headers(event->results))
		arguments_write_response_header_attributes(line->writer, event->results,
							   line->is_otlp, &line->cuts);
}

void otel_put_arguments(struct otel_line *line, const struct event *event)
{
	if (event->arguments || arguments_have_named(event->results)) {
		arguments_write(begin_value_of(line, "gohttpsnoop.args"), event->arguments,
				event->results, &line->cuts);
		end_value_of(line, "gohttpsnoop.args");
	}
	if (event->awaits_return && arguments_have_result(event->results)) {
		arguments_write_results(begin_value_of(line, "gohttpsnoop.ret"), event->arguments,
					event->results, &line->cuts);
		end_value_of(line, "gohttpsnoop.ret");
	}
}

void otel_put_error(struct otel_line *line, const struct event *event)
{
	if (event->outcome != OUTCOME_ERROR || !arguments_have_result(event->results))
		return;
	arguments_write_results(begin_value_of(line, "gohttpsnoop.error"), event->arguments,
				event->results, &line->cuts);
	end_value_of(line, "gohttpsnoop.error");
}

void otel_put_truncated(struct otel_line *line, const struct event *event)
{
	const struct {
		const char *key;
		const struct text *text;
	} texts[] = {
		{ "http.request.method", &event->method },
		{ "url.path", &event->path },
		{ "url.query", &event->query },
		{ "http.route", &event->route },
		{ "server.address", &event->host },
		{ "client.address", &event->remote },
	};
	bool any = line->cuts.count > 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		any |= text_is_cut(texts[i].text);
	if (!any)
		return;
	otel_open_list(line, "gohttpsnoop.truncated");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (text_is_cut(texts[i].text))
			otel_list_name(line, texts[i].key);
	}
	for (size_t i = 0; i < line->cuts.count; i++)
		otel_list_name(line, line->cuts.paths[i]);
	otel_close_list(line);
}
