/* SPDX-License-Identifier: MIT */
#include "json_line.h"

static const char *const link_names[] = {
	[LINK_CONTEXT] = "context",
	[LINK_GOROUTINE] = "goroutine",
};

static void json_put_target(struct json_line *json, const struct process_identity *process)
{
	json_key(json->writer, "go");
	json_name(json->writer, process->go_version);
	json_key(json->writer, "abi");
	json_name(json->writer, process->convention);
}

static void put_unseen(struct json_line *json, const struct process_identity *process)
{
	if (process->unseen_count == 0)
		return;
	json_key(json->writer, "unseen");
	json_open_list(json->writer);
	for (size_t i = 0; i < process->unseen_count; i++)
		json_name(json->writer, process->unseen[i]);
	json_close_list(json->writer);
}

/* Writes the id of a request, and the request that another one was made for. */
static void put_links(struct json_line *json, const struct event *event)
{
	if (event->id) {
		json_key(json->writer, "id");
		json_id(json->writer, event->id);
	}
	switch (event->within_by) {
	case LINK_NONE:
		break;
	case LINK_PARENT:
		json_key(json->writer, "in_maybe");
		json_id(json->writer, event->within);
		break;
	case LINK_CONTEXT:
	case LINK_GOROUTINE:
		json_key(json->writer, "in");
		json_id(json->writer, event->within);
		json_key(json->writer, "in_by");
		json_name(json->writer, link_names[event->within_by]);
	}
}

/* Writes the trace that a request belongs to, and a span of it. */
static void put_trace(struct json_line *json, const struct event *event)
{
	const struct traceparent *trace = &event->trace;

	if (trace->presence != PRESENT)
		return;
	json_key(json->writer, "trace_id");
	json_plain(json->writer, trace->trace_id, TRACE_ID_SIZE);
	if (event->type == EVENT_CLIENT)
		json_key(json->writer, "span_id");
	else
		json_key(json->writer, "parent_span_id");
	json_plain(json->writer, trace->span_id, SPAN_ID_SIZE);
	json_key(json->writer, "sampled");
	json_bool(json->writer, trace->sampled);
}

void json_put_process(struct json_line *json, const struct event *event)
{
	const struct process_identity *process = event->process;

	if (!process)
		return;
	json_key(json->writer, "pid");
	json_integer(json->writer, process->pid);
	if (event->type == EVENT_REQUEST || event->type == EVENT_CLIENT ||
	    event->type == EVENT_CALL) {
		json_key(json->writer, "tid");
		json_integer(json->writer, event->tid);
		put_number(json, "goid", &event->goid);
	}
	json_key(json->writer, "comm");
	json_name(json->writer, process->comm);
	json_key(json->writer, "exe");
	json_name(json->writer, process->exe);
	if (process->container) {
		json_key(json->writer, "container");
		json_name(json->writer, process->container);
	}
	put_links(json, event);
	put_trace(json, event);
	if (event->type == EVENT_ATTACH || event->type == EVENT_DETACH)
		json_put_target(json, process);
	if (event->type == EVENT_ATTACH)
		put_unseen(json, process);
}

void json_put_hello(struct json_line *json, const struct event *event)
{
	json_key(json->writer, "version");
	json_name(json->writer, event->version);
	json_key(json->writer, "schema");
	json_integer(json->writer, EVENT_SCHEMA);
	json_key(json->writer, "targets");
	json_open_list(json->writer);
	for (size_t i = 0; i < event->target_count; i++) {
		struct event target = { .type = EVENT_ATTACH, .process = event->targets[i] };

		json_open_object(json->writer);
		json_put_process(json, &target);
		json_close_object(json->writer);
	}
	json_close_list(json->writer);
}
