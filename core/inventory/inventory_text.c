/* SPDX-License-Identifier: MIT */
/* An inventory as a table for people, or as JSON for other programs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inventory.h"
#include "json_writer.h"
#include "text_table.h"

/* ---- the table ---- */

static const char *const headings[] = { "PID", "COMM", "GO", "ABI", "LIBRARIES", "PORTS" };

enum { COLUMNS = sizeof(headings) / sizeof(headings[0]) };

static void add_libraries(struct text_table *table, const struct inventory_process *process)
{
	struct text_buffer text = { 0 };

	for (size_t i = 0; i < process->library_count; i++)
		text_buffer_print(&text, "%s%s", i ? "," : "", process->libraries[i]);
	text_table_add_buffer(table, &text);
}

static void add_ports(struct text_table *table, const struct listened_ports *listened)
{
	struct text_buffer text = { 0 };

	for (size_t i = 0; i < listened->count; i++)
		text_buffer_print(&text, "%s%u", i ? "," : "", listened->ports[i]);
	text_table_add_buffer(table, &text);
}

static void add_table(struct text_buffer *text, const struct inventory *inventory)
{
	struct text_table table = { .columns = COLUMNS };

	if (!inventory->count)
		return;
	for (size_t i = 0; i < COLUMNS; i++)
		text_table_add(&table, headings[i]);
	for (size_t i = 0; i < inventory->count; i++) {
		const struct inventory_process *process = &inventory->processes[i];

		text_table_print(&table, "%u", process->pid);
		text_table_add_foreign(&table, "", process->comm);
		text_table_add_foreign(&table, "", process->go_version);
		text_table_add(&table, process->convention);
		add_libraries(&table, process);
		add_ports(&table, &process->listened);
	}
	text_table_write(&table, text);
	text_table_finish(&table);
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
