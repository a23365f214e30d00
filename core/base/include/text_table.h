/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TEXT_TABLE_H
#define GOHTTPSNOOP_CORE_TEXT_TABLE_H

#include <stddef.h>

#include "text_buffer.h"

/*
 * Rows of cells, written in columns as wide as their widest cell. Lack of memory is reported by text_table_write(). A
 * zeroed struct has no rows.
 */
struct text_table {
	size_t columns;	    /* of each row; set by the caller before the first cell */
	unsigned int right; /* a bit for each column whose cells stand at its right edge */
	size_t width;	    /* columns of the terminal; 0: as many as are needed */
	size_t flexible;    /* the column whose cells are cut if the rows are wider than that */
	struct text_buffer text; /* of all cells */
	size_t *ends;		 /* of the cells in `text` */
	size_t count;		 /* of cells */
};

/* Add the next cell. The bytes of a traced process are escaped for a terminal; an empty cell becomes "-". */
void text_table_add(struct text_table *table, const char *text);
/* `mark` is a text of our own that stands before them. */
void text_table_add_foreign(struct text_table *table, const char *mark, const char *bytes);
/* The same, of which at most so many columns are shown. */
void text_table_add_cut(struct text_table *table, const char *mark, const char *bytes,
			size_t columns);
void text_table_print(struct text_table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds a cell that was put together, and releases its text. */
void text_table_add_buffer(struct text_table *table, struct text_buffer *cell);

/* Returns the columns of the terminal that the rows need if the flexible column has at most `flexible` of them. */
size_t text_table_least_width(const struct text_table *table, size_t flexible);

/* Appends all rows to the text, which is marked as failed if memory ran out. */
void text_table_write(const struct text_table *table, struct text_buffer *text);

void text_table_finish(struct text_table *table);

#endif
