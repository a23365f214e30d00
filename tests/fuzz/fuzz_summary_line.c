/* SPDX-License-Identifier: MIT */
/* Lines of any file as events of a summary: each is counted or refused, and the summary can be written. */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "summary_input.h"
#include "summary_text.h"

static void check_rows(struct summary *summary, uint64_t counted)
{
	size_t count;
	const struct summary_row *const *rows = summary_rows(summary, &count);
	uint64_t sum = 0;

	HOLDS(rows);
	for (size_t i = 0; i < count; i++) {
		HOLDS(rows[i]->failed <= rows[i]->requests);
		HOLDS(rows[i]->durations.count <= rows[i]->requests);
		HOLDS(i == 0 || rows[i - 1]->requests >= rows[i]->requests);
		sum += rows[i]->requests;
	}
	HOLDS(sum == counted);
}

/* What is written is safe for a terminal. */
static void check_text(struct summary *summary, bool json)
{
	const struct summary_text_options options = { .json = json, .span = summary_span(summary) };
	struct text_buffer text = { 0 };

	summary_text_write(summary, &options, &text);
	HOLDS(!text.failed);
	for (size_t i = 0; i < text.size; i++)
		HOLDS((unsigned char)text.data[i] >= 0x20 || text.data[i] == '\n');
	text_buffer_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct summary *summary;
	uint64_t counted = 0;

	HOLDS(summary_create(&summary) == 0);
	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t length = end ? (size_t)(end - data) + 1 : size;
		int r = summary_take_line((struct bytes){ data, length }, summary_take, summary);

		HOLDS(r == 0 || r == 1 || r == -EINVAL);
		counted += r == 1;
		data += length;
		size -= length;
	}
	check_rows(summary, counted);
	check_text(summary, false);
	check_text(summary, true);
	summary_destroy(summary);
	return 0;
}
