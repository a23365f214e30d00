/* SPDX-License-Identifier: MIT */
#include "text_table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "escape.h"
#include "minimum.h"

enum {
	GAP = 2,	   /* spaces between columns */
	MAX_CELL = 512,	   /* bytes */
	LEAST_FLEXIBLE = 8 /* columns of the terminal that a cell keeps when it is cut */
};

/* Ends the cell that was added to the text. */
static void end_cell(struct text_table *table, size_t begin)
{
	size_t *ends = array_grow(table->ends, table->count, sizeof(*ends));

	if (table->text.size == begin)
		text_buffer_add(&table->text, "-", 1);
	if (!ends) {
		table->text.failed = true;
		return;
	}
	table->ends = ends;
	ends[table->count++] = table->text.size;
}

void text_table_add(struct text_table *table, const char *text)
{
	size_t begin = table->text.size;

	text_buffer_add(&table->text, text, strlen(text));
	end_cell(table, begin);
}

void text_table_add_foreign(struct text_table *table, const char *mark, const char *bytes)
{
	char shown[MAX_CELL * ESCAPE_MAX_GROWTH];
	size_t begin = table->text.size;
	size_t size = escape_trim_cut(bytes, strnlen(bytes, MAX_CELL));

	text_buffer_add(&table->text, mark, strlen(mark));
	text_buffer_add(&table->text, shown, escape(ESCAPE_TERMINAL, bytes, size, shown));
	end_cell(table, begin);
}

void text_table_add_cut(struct text_table *table, const char *mark, const char *bytes,
			size_t columns)
{
	char shown[MAX_CELL * ESCAPE_MAX_GROWTH];
	size_t begin = table->text.size;
	size_t size = escape(ESCAPE_TERMINAL, bytes,
			     escape_trim_cut(bytes, strnlen(bytes, MAX_CELL)), shown);
	bool is_cut = escape_columns(shown, size) > columns;

	text_buffer_add(&table->text, mark, strlen(mark));
	text_buffer_add(&table->text, shown,
			is_cut ? escape_fitting(shown, size, columns - 1) : size);
	if (is_cut)
		text_buffer_print(&table->text, "…");
	end_cell(table, begin);
}

void text_table_print(struct text_table *table, const char *format, ...)
{
	char text[MAX_CELL];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	text_table_add(table, text);
}

void text_table_add_buffer(struct text_table *table, struct text_buffer *cell)
{
	size_t begin = table->text.size;

	table->text.failed |= cell->failed;
	text_buffer_add(&table->text, cell->data, cell->size);
	text_buffer_release(cell);
	end_cell(table, begin);
}

static size_t cell_begin(const struct text_table *table, size_t cell)
{
	return cell ? table->ends[cell - 1] : 0;
}

static size_t cell_width(const struct text_table *table, size_t cell)
{
	size_t begin = cell_begin(table, cell);

	return escape_columns(table->text.data + begin, table->ends[cell] - begin);
}

static size_t column_width(const struct text_table *table, size_t column)
{
	size_t width = 0;

	for (size_t cell = column; cell < table->count; cell += table->columns) {
		size_t size = cell_width(table, cell);

		width = size > width ? size : width;
	}
	return width;
}

size_t text_table_least_width(const struct text_table *table, size_t flexible)
{
	size_t all = 0;

	for (size_t i = 0; i < table->columns; i++) {
		size_t width = column_width(table, i);

		all += (i ? GAP : 0) + (i == table->flexible ? minimum(width, flexible) : width);
	}
	return all;
}

static void add_spaces(struct text_buffer *text, size_t count)
{
	while (count--)
		text_buffer_add(text, " ", 1);
}

/* Writes what fits the width. Returns how many columns it takes. */
static size_t write_content(const struct text_table *table, size_t cell, size_t width,
			    struct text_buffer *text)
{
	const char *content = table->text.data + cell_begin(table, cell);
	size_t size = table->ends[cell] - cell_begin(table, cell), taken = cell_width(table, cell);

	if (taken > width) {
		size = escape_fitting(content, size, width - 1);
		taken = escape_columns(content, size) + 1;
	}
	text_buffer_add(text, content, size);
	if (size < table->ends[cell] - cell_begin(table, cell))
		text_buffer_print(text, "…");
	return taken;
}

static void write_cell(const struct text_table *table, size_t cell, size_t width,
		       struct text_buffer *text)
{
	size_t column = cell % table->columns, taken;
	bool is_right = table->right >> column & 1, is_last = column + 1 == table->columns;

	if (is_right)
		add_spaces(text, width - minimum(cell_width(table, cell), width));
	taken = write_content(table, cell, width, text);
	if (is_last)
		text_buffer_add(text, "\n", 1);
	else
		add_spaces(text, GAP + (is_right ? 0 : width - taken));
}

/* Makes the flexible column narrower, as far as the rows are too wide. */
static void fit_columns(const struct text_table *table, size_t *widths)
{
	size_t *flexible = &widths[table->flexible], all = 0, spare;

	for (size_t i = 0; i < table->columns; i++)
		all += widths[i] + (i ? GAP : 0);
	if (!table->width || all <= table->width || *flexible <= LEAST_FLEXIBLE)
		return;
	spare = minimum(all - table->width, *flexible - LEAST_FLEXIBLE);
	*flexible -= spare;
}

void text_table_write(const struct text_table *table, struct text_buffer *text)
{
	size_t *widths = calloc(table->columns, sizeof(*widths));

	if (!widths || table->text.failed) {
		free(widths);
		text->failed = true;
		return;
	}
	for (size_t i = 0; i < table->columns; i++)
		widths[i] = column_width(table, i);
	fit_columns(table, widths);
	for (size_t cell = 0; cell < table->count; cell++)
		write_cell(table, cell, widths[cell % table->columns], text);
	free(widths);
}

void text_table_finish(struct text_table *table)
{
	text_buffer_release(&table->text);
	free(table->ends);
	*table = (struct text_table){ 0 };
}
