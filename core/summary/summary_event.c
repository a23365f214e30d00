/* SPDX-License-Identifier: MIT */
#include "outcome_name.h"
#include "plain_text.h"
#include "redacted_text.h"
#include "summary_input.h"

/* Copies a text of an event without its secrets. */
static const char *copy_text(struct plain_text *room, const struct text *text,
			     const struct redaction *redaction)
{
	struct redacted_text shown;

	if (text->presence != PRESENT)
		return NULL;
	shown = redacted_text_make(redaction, text->data, text->size, text->size < text->length);
	plain_text_copy(room, shown.data, shown.size);
	redacted_text_release(&shown);
	return room->data;
}

static int64_t number_or(const struct integer *integer, int64_t other)
{
	return integer->presence == PRESENT ? integer->value : other;
}

/* A guess is none. */
static bool is_linked(const struct event *event)
{
	return event->within_by == LINK_CONTEXT || event->within_by == LINK_GOROUTINE;
}

/* As the option --failed has it (docs/events.md, "Conditions"). */
static bool is_failed(const struct event *event)
{
	switch (event->outcome) {
	case OUTCOME_PANIC:
	case OUTCOME_ERROR:
	case OUTCOME_EXITED:
	case OUTCOME_UNKNOWN:
		return true;
	default:
		return number_or(&event->status, 0) >= 400 || number_or(&event->grpc_status, 0) > 0;
	}
}

int summary_take(void *user, const struct summary_request *request)
{
	return summary_add(user, request);
}

int summary_take_event(const struct event *event, const struct redaction *redaction,
		       summary_taker *take, void *user)
{
	struct plain_text method, route, path;
	struct summary_request request;

	if (event->type != EVENT_REQUEST && event->type != EVENT_CLIENT)
		return 0;
	request = (struct summary_request){
		.service = event->process->comm,
		.is_client = event->type == EVENT_CLIENT,
		.method = copy_text(&method, &event->method, redaction),
		.route = copy_text(&route, &event->route, redaction),
		.path = copy_text(&path, &event->path, redaction),
		.time = event->time,
		.duration = number_or(&event->duration, -1),
		.bytes = number_or(&event->response_bytes, -1),
		.status = number_or(&event->status, -1),
		.outcome = outcome_name(event->outcome),
		.id = event->id,
		.within = is_linked(event) ? event->within : 0,
		.failed = is_failed(event),
	};
	return take(user, &request);
}
