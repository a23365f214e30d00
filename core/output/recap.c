/* SPDX-License-Identifier: MIT */
#include "recap.h"

#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "terminal_width.h"

int recap_open_summary(struct recap *recap, bool json)
{
	int r = summary_create(&recap->summary);

	recap->take = summary_take;
	recap->user = recap->summary;
	recap->json = json;
	recap->begin = clock_monotonic();
	return r;
}

void recap_open_viewer(struct recap *recap, summary_taker *take, void *user)
{
	recap->take = take;
	recap->user = user;
}

void recap_close(struct recap *recap)
{
	summary_destroy(recap->summary);
}

int recap_event(const struct recap *recap, const struct event *event,
		const struct redaction *redaction)
{
	return recap->take ? summary_take_event(event, redaction, recap->take, recap->user) : 0;
}

int recap_lines(const struct recap *recap, struct bytes lines)
{
	int r = 0;

	while (recap->take && r >= 0 && lines.size) {
		const uint8_t *end = memchr(lines.data, '\n', lines.size);
		size_t size = (size_t)(end - lines.data) + 1;

		r = summary_take_line((struct bytes){ lines.data, size }, recap->take, recap->user);
		lines.data += size;
		lines.size -= size;
	}
	return r < 0 ? r : 0;
}

void recap_write(struct recap *recap, struct text_buffer *text)
{
	int64_t now = clock_monotonic();
	const struct summary_text_options options = { .json = recap->json,
						      .time = clock_now(),
						      .span = now - recap->begin,
						      .width = terminal_width(STDOUT_FILENO) };

	if (!recap->summary)
		return;
	summary_text_write(recap->summary, &options, text);
	summary_clear(recap->summary);
	recap->begin = now;
}
