/* SPDX-License-Identifier: MIT */
#include "open_list.h"

#include <stdio.h>

enum { MAX_TOLD = 32, MAX_METHOD = 32, MAX_PATH = 512 };

struct list {
	const struct notifier *notifier;
	int64_t now;
	uint32_t told;
};

/* Returns the size for %.*s, at most `most`. An unreadable text is printed as a question mark. */
static int open_list_text_size(const struct text *text, int most)
{
	if (text->presence != PRESENT)
		return 1;
	return text->size < (uint32_t)most ? (int)text->size : most;
}

static const char *text_data(const struct text *text)
{
	return text->presence == PRESENT ? text->data : "?";
}

static bool open_list_write(void *user, const struct event *event)
{
	struct list *list = user;
	double age = (double)(list->now - event->time) / 1e9;
	char subject[512];

	if (list->told == MAX_TOLD)
		return false;
	list->told++;
	snprintf(subject, sizeof(subject), "pid %u (%s)", event->process->pid, event->process->exe);
	if (event->type == EVENT_CALL)
		notice_news(list->notifier, NOTICE_ERROR, subject, "open for %.3f s: %.*s", age,
			    MAX_PATH, event->function);
	else
		notice_news(list->notifier, NOTICE_ERROR, subject, "open for %.3f s: %s%.*s %.*s",
			    age, event->type == EVENT_CLIENT ? "→" : "",
			    open_list_text_size(&event->method, MAX_METHOD),
			    text_data(&event->method), open_list_text_size(&event->path, MAX_PATH),
			    text_data(&event->path));
	return true;
}

void open_list_tell(const struct assembly *assembly, int64_t now, const struct notifier *notifier)
{
	struct list list = { notifier, now, 0 };
	uint32_t open = assembly_open_requests(assembly);

	assembly_each_open(assembly, open_list_write, &list);
	if (open > list.told)
		notice(notifier, NOTICE_ERROR, "and %u more open requests", open - list.told);
}
