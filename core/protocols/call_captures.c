/* SPDX-License-Identifier: MIT */
#include "call_captures.h"

#include <stdio.h>

#include "net_http_rows.h"

static const struct capture frame_captures[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
	{ "@g.stack.hi", FIELD_STACK_END, .required = true },
	{ "@sp", FIELD_STACK_POINTER, .required = true },
};

static const struct capture goroutine[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

const struct probe_request protocol_goroutine_end = {
	"runtime.goexit1",
	PLAN_ROLE_GONE,
	CAPTURES(goroutine),
};

static const struct capture call_templates[] = {
	{ "@g.goid", FIELD_GOID },
	REQUEST_CAPTURES("%s"),
	{ "%s.Pattern", FIELD_ROUTE },
};

_Static_assert(COUNT(frame_captures) + COUNT(call_templates) <= CALL_MAX_CAPTURES, "room for all");

static void add_template(struct call_captures *captures, const struct capture *template,
			 const char *parameter)
{
	char *text = captures->texts[captures->count];
	const char *expression = template->expression;

	if (expression[0] == '%')
		snprintf(text, CALL_CAPTURE_TEXT, "%.*s%s", EXPRESSION_MAX_NAME, parameter,
			 expression + 2);
	else
		snprintf(text, CALL_CAPTURE_TEXT, "%s", expression);
	captures->captures[captures->count] = *template;
	captures->captures[captures->count++].expression = text;
}

void call_captures_init(struct call_captures *captures, const char *parameter, bool frame)
{
	captures->count = 0;
	for (size_t i = 0; frame && i < COUNT(frame_captures); i++)
		add_template(captures, &frame_captures[i], NULL);
	/* The first is the goroutine, which a frame has, too. */
	for (size_t i = frame; i < (parameter ? COUNT(call_templates) : 1); i++)
		add_template(captures, &call_templates[i], parameter);
}
