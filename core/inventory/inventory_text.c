/* SPDX-License-Identifier: MIT */
/* An inventory as a table for people, or as JSON for other programs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "inventory.h"
#include "json_writer.h"
#include "text_buffer.h"

/* ---- the table ---- */

enum column {
	COLUMN_PID,
	COLUMN_COMM,
	COLUMN_GO,
	COLUMN_ABI,
	COLUMN_LIBRARIES,
	COLUMN_PORTS,
	COLUMNS
};

enum { GAP = 2 }; /* between columns */

static const char *const headings[COLUMNS] = {
	[COLUMN_PID] = "PID", [COLUMN_COMM] = "COMM",		[COLUMN_GO] = "GO",
	[COLUMN_ABI] = "ABI", [COLUMN_LIBRARIES] = "LIBRARIES", [COLUMN_PORTS] = "PORTS",
};

/* Adds bytes of a traced process. */
static void add_foreign(struct text_buffer *text, const char *data)
{
	char shown[64 * ESCAPE_MAX_GROWTH];
	size_t size = strnlen(data, 64);

	text_buffer_add(text, shown, escape(ESCAPE_TERMINAL, data, size, shown));
}

static void add_libraries(struct text_buffer *text, const struct inventory_process *process)
{
	for (size_t i = 0; i < process->library_count; i++)
		text_buffer_print(text, "%s%s", i ? "," : "", process->libraries[i]);
}

static void add_ports(struct text_buffer *text, const struct listened_ports *listened)
{
	for (size_t i = 0; i < listened->count; i++)
		text_buffer_print(text, "%s%u", i ? "," : "", listened->ports[i]);
}

static void add_cell(struct text_buffer *text, const struct inventory_process *process,
		     enum column column)
{
	size_t begin = text->size;

	switch (column) {
	case COLUMN_PID:
		text_buffer_print(text, "%u", process->pid);
		break;
	case COLUMN_COMM:
		add_foreign(text, process->comm);
		break;
	case COLUMN_GO:
		add_foreign(text, process->go_version);
		break;
	case COLUMN_ABI:
		text_buffer_print(text, "%s", process->convention);
		break;
	case COLUMN_LIBRARIES:
		add_libraries(text, process);
		break;
	default:
		add_ports(text, &process->listened);
		break;
	}
	if (text->size == begin)
		text_buffer_print(text, "-");
}

/* Adds a cell, or the heading of its column if `process` is NULL. Returns how many columns of a terminal it takes. */
static size_t add_cell_or_heading(struct text_buffer *text, const struct inventory_process *process,
				  enum column column)
{
	size_t begin = text->size;

	if (process)
		add_cell(text, process, column);
	else
		text_buffer_print(text, "%s", headings[column]);
	return text->data ? escape_columns(text->data + begin, text->size - begin) : 0;
}

static size_t width_of(const struct inventory *inventory, enum column column)
{
	size_t width = strlen(headings[column]);

	for (size_t i = 0; i < inventory->count; i++) {
		struct text_buffer text = { 0 };
		size_t size = add_cell_or_heading(&text, &inventory->processes[i], column);

		width = size > width ? size : width;
		text_buffer_release(&text);
	}
	return width;
}

/* Adds a row, or the headings if `process` is NULL. */
static void add_row(struct text_buffer *text, const struct inventory_process *process,
		    const size_t widths[static COLUMNS])
{
	for (enum column i = 0; i < COLUMNS; i++) {
		size_t size = add_cell_or_heading(text, process, i);

		for (; i + 1 < COLUMNS && size < widths[i] + GAP; size++)
			text_buffer_add(text, " ", 1);
	}
	text_buffer_add(text, "\n", 1);
}

static void add_table(struct text_buffer *text, const struct inventory *inventory)
{
	size_t widths[COLUMNS];

	if (!inventory->count)
		return;
	for (enum column i = 0; i < COLUMNS; i++)
		widths[i] = width_of(inventory, i);
	add_row(text, NULL, widths);
	for (size_t i = 0; i < inventory->count; i++)
		add_row(text, &inventory->processes[i], widths);
}

/* ---- JSON ---- */

static void put_libraries(struct json_writer *writer, const struct inventory_process *process)
{
	json_key(writer, "libraries");
	json_open_list(writer);
	for (size_t i = 0; i < process->library_count; i++)
		json_name(writer, process->libraries[i]);
	json_close_list(writer);
}

static void put_ports(struct json_writer *writer, const struct listened_ports *listened)
{
	json_key(writer, "ports");
	json_open_list(writer);
	for (size_t i = 0; i < listened->count; i++)
		json_integer(writer, listened->ports[i]);
	json_close_list(writer);
}

/* The keys are those of an attach event, where it has them. */
static void put_inventory_process(struct json_writer *writer,
				  const struct inventory_process *process)
{
	json_open_object(writer);
	json_key(writer, "pid");
	json_integer(writer, process->pid);
	json_key(writer, "comm");
	json_name(writer, process->comm);
	json_key(writer, "exe");
	json_name(writer, process->exe);
	if (process->library) {
		json_key(writer, "shared_library");
		json_name(writer, process->library);
	}
	if (process->container.text[0]) {
		json_key(writer, "container");
		json_name(writer, process->container.text);
	}
	json_key(writer, "go");
	json_name(writer, process->go_version);
	json_key(writer, "abi");
	json_name(writer, process->convention);
	put_libraries(writer, process);
	put_ports(writer, &process->listened);
	json_close_object(writer);
}

/* Leaves the text marked as failed if memory runs out. */
static void add_json(struct text_buffer *text, const struct inventory *inventory)
{
	struct json_writer *writer;
	struct bytes line;

	if (json_writer_create(&writer) < 0) {
		text->failed = true;
		return;
	}
	for (size_t i = 0; i < inventory->count && !text->failed; i++) {
		json_writer_clear(writer);
		put_inventory_process(writer, &inventory->processes[i]);
		if (json_writer_finish(writer, "\n", &line) < 0)
			text->failed = true;
		else
			text_buffer_add(text, (const char *)line.data, line.size);
	}
	json_writer_destroy(writer);
}

int inventory_print(const struct inventory *inventory, bool json, char **ret_text, size_t *ret_size)
{
	struct text_buffer text = { 0 };

	if (json)
		add_json(&text, inventory);
	else
		add_table(&text, inventory);
	if (text.failed) {
		text_buffer_release(&text);
		return -ENOMEM;
	}
	*ret_text = text.data;
	*ret_size = text.size;
	return 0;
}
