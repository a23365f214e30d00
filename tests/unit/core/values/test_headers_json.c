/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arguments_json.h"

/* A captured header X: a slice of strings, of which one is captured. */
struct header {
	bool is_known; /* it can be captured in this binary */
	bool is_found; /* the map has the header */
	bool is_read;
	int64_t count;
	const char *value;
};

static struct shape_node nodes[16];
static char names[] = "\0X";
static const struct capture_spec spec;
static struct shape shape;
static struct probe_cell cells[16];
static struct hit_arguments arguments;

static void begin(void)
{
	memset(nodes, 0, sizeof(nodes));
	memset(cells, 0, sizeof(cells));
	nodes[0] = (struct shape_node){ .kind = SHAPE_STRUCT, .size = 1 };
	shape = (struct shape){ .nodes = nodes,
				.node_count = 1,
				.names = names,
				.name_size = sizeof(names),
				.spec = &spec };
	arguments = (struct hit_arguments){ .shape = &shape, .cells = cells };
}

static struct shape_node *add_node(enum shape_kind kind, uint8_t cell, uint8_t second,
				   uint16_t size)
{
	struct shape_node *node = &nodes[shape.node_count++];

	*node = (struct shape_node){
		.kind = kind, .cell = cell, .second = second, .size = size, .name = 1
	};
	nodes[0].size++;
	return node;
}

static void know(uint8_t cell, struct hit_value value)
{
	arguments.known[0] |= UINT64_C(1) << cell;
	arguments.values[cell] = value;
}

/* Adds a header in three cells, from `cell` on. */
static void add_header(const struct header *header, uint8_t cell)
{
	if (!header->is_known) {
		add_node(SHAPE_NULL, 0, 0, 1);
		return;
	}
	add_node(SHAPE_SLICE, cell, cell + 1, 2);
	add_node(SHAPE_CELL, cell + 2, 0, 1);
	cells[cell + 2].cell = (struct cell){ CELL_STRING, 16 };
	if (!header->is_found)
		return;
	know(cell, (struct hit_value){ .integer = 0xc000 });
	know(cell + 1, (struct hit_value){ .integer = header->count });
	if (header->is_read)
		know(cell + 2, (struct hit_value){ .data = header->value,
						   .size = strlen(header->value),
						   .length = strlen(header->value) });
}

static void assert_written(void (*write)(struct json_writer *, const struct hit_arguments *,
					 struct argument_cuts *),
			   const char *wanted)
{
	static struct argument_cuts cuts;
	struct json_writer *writer = NULL;
	struct bytes line;

	assert_int_equal(json_writer_create(&writer), 0);
	json_open_object(writer);
	write(writer, &arguments, &cuts);
	json_close_object(writer);
	assert_int_equal(json_writer_finish(writer, "", &line), 0);
	assert_int_equal(line.size, strlen(wanted));
	assert_memory_equal(line.data, wanted, line.size);
	json_writer_destroy(writer);
}

static const struct header unknown = { 0 }, absent = { .is_known = true },
			   empty = { true, true, true, 0, "" },
			   ada = { true, true, true, 1, "ada" },
			   unreadable = { true, true, false, 1, "" };

static void tells_unknown_from_absent(void **state)
{
	static const struct {
		const struct header *header;
		const char *written;
	} rows[] = {
		{ &unknown, "{\"X\":null}" },
		{ &absent, "{}" },
		{ &empty, "{}" },
		{ &ada, "{\"X\":\"ada\"}" },
		{ &unreadable, "{\"X\":null}" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		add_header(rows[i].header, 0);
		assert_written(arguments_write_request_headers, rows[i].written);
	}
}

/* Host is a string of the request, not a header in the map. */
static void host_is_left_out_only_when_empty(void **state)
{
	for (int readable = 0; readable < 2; readable++) {
		begin();
		add_node(SHAPE_CELL, 0, 0, 1);
		cells[0].cell = (struct cell){ CELL_STRING, 16 };
		if (readable)
			know(0, (struct hit_value){ .data = "" });
		assert_written(arguments_write_request_headers, readable ? "{}" : "{\"X\":null}");
	}
}

/* Whether the header was sent, the headers at that time, and the handler's headers. */
static void chooses_what_was_sent(void **state)
{
	enum { UNKNOWN, UNREAD, NOT_YET, WRITTEN };
	static const struct {
		int written;
		const struct header *sent, *kept;
		const char *text;
	} rows[] = {
		{ WRITTEN, &ada, &absent, "{\"X\":\"ada\"}" },
		{ WRITTEN, &absent, &ada, "{}" },
		{ NOT_YET, &absent, &ada, "{\"X\":\"ada\"}" },
		{ NOT_YET, &ada, &absent, "{}" },
		{ NOT_YET, &ada, &unknown, "{\"X\":null}" },
		{ WRITTEN, &unknown, &ada, "{\"X\":null}" },
		{ UNKNOWN, &ada, &ada, "{\"X\":null}" },
		{ UNREAD, &absent, &absent, "{\"X\":null}" },
		{ UNKNOWN, &unknown, &unknown, "{\"X\":null}" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		add_node(rows[i].written == UNKNOWN ? SHAPE_NULL : SHAPE_CELL, 0, 0, 1);
		cells[0].cell = (struct cell){ CELL_BOOL, 1 };
		if (rows[i].written >= NOT_YET)
			know(0, (struct hit_value){ .integer = rows[i].written == WRITTEN });
		add_header(rows[i].sent, 1);
		add_header(rows[i].kept, 4);
		assert_written(arguments_write_response_headers, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_unknown_from_absent),
		cmocka_unit_test(host_is_left_out_only_when_empty),
		cmocka_unit_test(chooses_what_was_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
