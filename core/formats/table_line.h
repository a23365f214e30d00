/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TABLE_LINE_H
#define GOHTTPSNOOP_CORE_TABLE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"
#include "presence.h"

enum table_color { COLOR_NONE, COLOR_GOOD, COLOR_NOTE, COLOR_WARNING, COLOR_BAD, COLOR_FAINT };

/* A row of a table while it is written. A zeroed struct is an empty one; functions return false if memory ran out. */
struct table_line {
	char *data;
	size_t size, capacity;
	bool colors;
};

/* Write text that is safe to print. */
bool table_line_put(struct table_line *line, const char *text);
bool table_line_put_bytes(struct table_line *line, struct bytes bytes);

/* Writes text of a traced process; "-" if it is not known, and an ellipsis where it was cut. */
bool table_line_put_text(struct table_line *line, const struct text *text);

/* Pads what was written since `begin` to `width` columns of a terminal, and colors it. Then follows a space. */
bool table_line_end_cell(struct table_line *line, size_t begin, size_t width,
			 enum table_color color);

/* Ends the row: without spaces at its end, and cut to `width` columns (0: not cut), with an ellipsis. */
bool table_line_end(struct table_line *line, size_t width);

void table_line_clear(struct table_line *line);
void table_line_finish(struct table_line *line);

#endif
