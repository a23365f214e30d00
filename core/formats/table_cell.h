/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TABLE_CELL_H
#define GOHTTPSNOOP_CORE_TABLE_CELL_H

#include "format.h"
#include "json_writer.h"
#include "table_line.h"
#include "timestamp.h"

/* Where cells are written. */
struct table_cell {
	const struct format_options *options;
	struct table_line *line;
	struct timestamp *timestamp;
	struct json_writer *writer; /* for captured values */
	int64_t last_time;	    /* of the row before; 0: there is none */
	enum table_color color;	    /* of the cell that was written */
};

/* Writes what the event has for the column, without padding; false if memory ran out. */
bool table_cell_put(struct table_cell *cell, const struct event *event, enum table_column column);

#endif
