/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SUMMARY_TEXT_H
#define GOHTTPSNOOP_CORE_SUMMARY_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "summary.h"
#include "text_buffer.h"

struct summary_text_options {
	bool json; /* a line for each row, instead of a table */
	int64_t time; /* of the summary, nanoseconds since the epoch; 0: it is of the past, and not shown */
	int64_t span; /* nanoseconds in which the requests were made, for rates; 0: not known */
	size_t most;  /* rows; 0: all */
	size_t width; /* columns of the terminal, for which routes are cut; 0: as many as are needed */
};

/* Appends the rows; if there are no requests, a line that says so, or nothing where `time` is 0 and as JSON. The text is marked as failed if memory ran out. */
void summary_text_write(struct summary *summary, const struct summary_text_options *options,
			struct text_buffer *text);

#endif
