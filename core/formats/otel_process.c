/* SPDX-License-Identifier: MIT */
#include "otel_line.h"

/* ---- the process ---- */

/* The last part of the path; " (deleted)" does not belong to it. */
static void put_executable(struct otel_line *line, const char *path)
{
	static const char DELETED[] = " (deleted)";
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t size = strlen(name), end = strlen(DELETED);

	if (size > end && strcmp(name + size - end, DELETED) == 0)
		size -= end;
	if (!line->names_service)
		otel_bytes(line, "service.name", name, size);
	otel_bytes(line, "process.executable.name", name, size);
	otel_name(line, "process.executable.path", path);
}

void otel_put_process(struct otel_line *line, const struct process_identity *process)
{
	put_executable(line, process->exe);
	otel_number(line, "process.pid", &((struct integer){ PRESENT, process->pid }));
	otel_name(line, "container.id", process->container);
	otel_name(line, "gohttpsnoop.comm", process->comm);
}

void otel_put_runtime(struct otel_line *line, const struct process_identity *process)
{
	otel_name(line, "process.runtime.name", "go");
	otel_name(line, "process.runtime.version", process->go_version);
	otel_name(line, "gohttpsnoop.abi", process->convention);
	if (!process->unseen_count)
		return;
	otel_open_list(line, "gohttpsnoop.unseen");
	for (size_t i = 0; i < process->unseen_count; i++)
		otel_list_name(line, process->unseen[i]);
	otel_close_list(line);
}

void otel_put_thread(struct otel_line *line, const struct event *event)
{
	otel_number(line, "thread.id", &((struct integer){ PRESENT, event->tid }));
	otel_number(line, "gohttpsnoop.goid", &event->goid);
}

/* ---- traces ---- */

static void put_within(struct otel_line *line, const struct event *event)
{
	switch (event->within_by) {
	case LINK_NONE:
		return;
	case LINK_PARENT:
		json_key(line->writer, "gohttpsnoop.in_maybe");
		break;
	case LINK_CONTEXT:
	case LINK_GOROUTINE:
		json_key(line->writer, "parent_span_id");
		json_id(line->writer, event->within);
		otel_name(line, "gohttpsnoop.in_by",
			  event->within_by == LINK_CONTEXT ? "context" : "goroutine");
		return;
	}
	json_id(line->writer, event->within);
}

/* A request's span is its id. The parent of a request is the client's span, that of what was made for it is the request. */
void otel_put_span(struct otel_line *line, const struct event *event)
{
	const struct traceparent *trace = &event->trace;
	bool is_traced = trace->presence == PRESENT;

	if (is_traced) {
		json_key(line->writer, "trace_id");
		json_plain(line->writer, trace->trace_id, TRACE_ID_SIZE);
	}
	if (event->id) {
		json_key(line->writer, "span_id");
		json_id(line->writer, event->id);
	} else if (is_traced) {
		json_key(line->writer, "span_id");
		json_plain(line->writer, trace->span_id, SPAN_ID_SIZE);
	}
	if (is_traced && event->type != EVENT_CLIENT) {
		json_key(line->writer, "parent_span_id");
		json_plain(line->writer, trace->span_id, SPAN_ID_SIZE);
	} else {
		put_within(line, event);
	}
	if (is_traced) {
		json_key(line->writer, "trace_flags");
		json_integer(line->writer, trace->sampled);
	}
}
