/* SPDX-License-Identifier: MIT */
/*
 * Bytes from the ring, decoded as the start and as the end of a request and as a call, and made a line
 * in both formats. The first byte says how many of the fields the plan captures, the others are the
 * record.
 */
#include <string.h>

#include "format.h"
#include "fuzz.h"
#include "request.h"

static struct schema schema_of(uint8_t count)
{
	static const uint32_t strings = 1u << FIELD_METHOD | 1u << FIELD_PATH | 1u << FIELD_QUERY |
					1u << FIELD_ROUTE | 1u << FIELD_HOST | 1u << FIELD_REMOTE;
	struct schema schema = {.cell_count = count % (FIELD_COUNT + 1)};

	for (uint8_t i = 0; i < schema.cell_count; i++) {
		uint8_t field = FIELD_COUNT - 1 - i;

		if (strings >> field & 1)
			schema.cells[i] = (struct probe_cell){{CELL_STRING, 16}, field};
		else
			schema.cells[i] = (struct probe_cell){{CELL_INT, 1 << (i & 3)}, field};
	}
	return schema;
}

static bool is_within(struct bytes record, struct text text)
{
	if (text.presence != PRESENT)
		return !text.data && !text.size && !text.length;
	return text.size <= text.length && (const uint8_t *)text.data >= record.data &&
	       (const uint8_t *)text.data + text.size <= record.data + record.size;
}

static void check_line(struct format *format, const struct event *event)
{
	struct bytes line;

	HOLDS(format_line(format, event, &line) == 0);
	HOLDS(line.size > 0 && line.data[line.size - 1] == '\n');
	for (size_t i = 0; i + 1 < line.size; i++) {
		/* The table's heading is a line of its own. */
		HOLDS(line.data[i] >= 0x20 || line.data[i] == '\n');
		HOLDS(line.data[i] != 0x7f);
		HOLDS(line.data[i] != 0xc2 || line.data[i + 1] >= 0xa0);
		HOLDS(line.data[i] < 0xf5);
	}
}

static void check_event(struct event event)
{
	static const struct process_identity process = {
		.pid = 1, .comm = "comm", .exe = "/exe", .go_version = "go1.25.1", .convention = "register"};
	struct format *formats[2];

	event.process = &process;
	HOLDS(format_create_json(&formats[0]) == 0 && format_create_table(&formats[1]) == 0);
	for (size_t i = 0; i < 2; i++) {
		check_line(formats[i], &event);
		format_destroy(formats[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes record = {data + 1, size - 1};
	struct sighting sighting;
	struct schema schema;

	if (size < 1)
		return 0;
	schema = schema_of(data[0]);
	if (decode_head(record, &sighting.head) < 0) {
		HOLDS(decode_hit(record, &schema, &sighting.hit) < 0);
		return 0;
	}
	HOLDS(sighting.head.target < 1u << COOKIE_TARGET_BITS);
	HOLDS(sighting.head.plan < 1u << COOKIE_PLAN_BITS);
	if (decode_hit(record, &schema, &sighting.hit) < 0)
		return 0;
	HOLDS((sighting.hit.known & sighting.hit.unreadable) == 0);
	for (uint8_t i = 0; i < schema.cell_count; i++) {
		if (schema.cells[i].cell.kind == CELL_STRING)
			HOLDS(is_within(record, hit_text(&sighting.hit, schema.cells[i].field)));
	}
	check_event(request_event(&sighting, &sighting, OUTCOME_OK, 0));
	check_event(request_event(&sighting, NULL, OUTCOME_EXITED, 0));
	check_event(call_event(&sighting, "main.f", 0));
	return 0;
}
