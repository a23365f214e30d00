/* SPDX-License-Identifier: MIT */
/*
 * Decodes bytes from the ring as the start and as the end of a request and as a call, and formats them as
 * lines in each format. The first byte says how many of the fields the plan captures, the second how many
 * cells of arguments follow, the third how many of the next bytes make up the shape of the arguments. The
 * remaining bytes are the record.
 */
#include <string.h>
#include <yajl/yajl_parse.h>

#include "format.h"
#include "fuzz.h"
#include "protocol_registry.h"
#include "request.h"

static const struct redaction redaction;
static const struct format_options format_options = { .redaction = &redaction, .links = true };
static const struct capture_spec spec = { .redaction = &redaction };

/* ---- what a plan captures ---- */

#define BIT(field) (UINT64_C(1) << FIELD_##field)

static void add_fields(struct schema *schema, uint8_t count)
{
	static const uint64_t strings = BIT(METHOD) | BIT(PATH) | BIT(QUERY) | BIT(ROUTE) |
					BIT(HOST) | BIT(REMOTE) | BIT(TARGET) | BIT(SCHEME) |
					BIT(PEER_ADDRESS) | BIT(TRACEPARENT);

	schema->cell_count = count % (FIELD_COUNT + 1);
	for (uint8_t i = 0; i < schema->cell_count; i++) {
		uint8_t field = FIELD_COUNT - 1 - i;

		if (strings >> field & 1)
			schema->cells[i] = (struct probe_cell){ { CELL_STRING, 16 }, field };
		else
			schema->cells[i] = (struct probe_cell){ { CELL_INT, 1 << (i & 3) }, field };
	}
}

/* The cells of contexts come in pairs, but those of a damaged plan need not. */
static void add_chain(struct schema *schema, uint8_t count)
{
	for (uint8_t i = 0; i < count && schema->cell_count < PLAN_MAX_CELLS; i++)
		schema->cells[schema->cell_count++] =
			(struct probe_cell){ { CELL_UINT, i & 1 ? 8 : 4 }, FIELD_CONTEXT_CHAIN };
}

static void check_chain(struct bytes record, const struct schema *schema)
{
	struct hit_chain chain;

	if (decode_chain(record, schema, FIELD_CONTEXT_CHAIN, &chain) == 0)
		HOLDS(chain.count <= CONTEXT_CHAIN_MAX);
}

static void add_arguments(struct schema *schema, uint8_t count)
{
	static const struct cell cells[] = {
		{ CELL_STRING, 16 }, { CELL_INT, 8 },  { CELL_POINTER, 8 },
		{ CELL_UINT, 8 },    { CELL_BOOL, 1 }, { CELL_FLOAT, 8 },
		{ CELL_FLOAT, 4 },   { CELL_INT, 1 },  { CELL_INT, 4 },
	};

	for (uint8_t i = 0; i < count && schema->cell_count < PLAN_MAX_CELLS; i++)
		schema->cells[schema->cell_count++] =
			(struct probe_cell){ cells[i % (sizeof(cells) / sizeof(cells[0]))],
					     PROBE_NO_FIELD };
}

/* ---- a shape, made from bytes ---- */

enum { MAX_NODES = 256, MAX_DEPTH = 24 };

struct maker {
	const uint8_t *at, *end;
	const struct schema *schema;
	struct shape_node nodes[MAX_NODES];
	char names[256];
	struct shape shape;
};

static uint8_t take(struct maker *maker)
{
	return maker->at < maker->end ? *maker->at++ : 0;
}

/* Returns the number of some cell; of a string cell if `is_string` and the schema has one. */
static uint8_t take_cell(struct maker *maker, bool is_string)
{
	uint8_t cell = take(maker);

	for (uint16_t i = 0; i < maker->schema->cell_count; i++) {
		uint8_t found = (cell + i) % maker->schema->cell_count;

		if (!is_string || maker->schema->cells[found].cell.kind == CELL_STRING)
			return found;
	}
	return 0;
}

static bool has_children(enum shape_kind kind)
{
	return kind == SHAPE_STRUCT || kind == SHAPE_POINTER || kind == SHAPE_ARRAY ||
	       kind == SHAPE_SLICE || kind == SHAPE_MAP || kind == SHAPE_GUARDED ||
	       kind == SHAPE_INTERFACE || kind == SHAPE_CHOICE || kind == SHAPE_TEXT ||
	       kind == SHAPE_OPTIONAL || kind == SHAPE_TIME || kind == SHAPE_ERROR ||
	       kind == SHAPE_INSTANCE;
}

static void make_node(struct maker *maker, int depth)
{
	size_t number = maker->shape.node_count;
	struct shape_node *node = &maker->nodes[number];
	uint8_t head, count;

	if (number == MAX_NODES)
		return;
	node->size = 1;
	maker->shape.node_count++;
	head = take(maker);
	node->kind = number ? head % (SHAPE_NULL + 1) : SHAPE_STRUCT;
	node->cut = head & 0x80;
	node->cell = take_cell(maker, false);
	node->second = take_cell(maker, node->kind == SHAPE_BYTES);
	if (maker->schema->cell_count == 0 ||
	    (node->kind == SHAPE_BYTES &&
	     maker->schema->cells[node->second].cell.kind != CELL_STRING))
		node->kind = number ? SHAPE_NULL : SHAPE_STRUCT;
	node->name = take(maker) % sizeof(maker->names);
	node->hash = take(maker);
	node->position = node->hash;
	node->count = (uint64_t)(int8_t)take(maker);
	if (node->kind == SHAPE_OPAQUE)
		node->count %= sizeof(maker->names);
	if (node->kind == SHAPE_TEXT)
		node->count %= TEXT_FORMS + 1;
	count = has_children(node->kind) && depth < MAX_DEPTH ? take(maker) % 6 : 0;
	if ((node->kind == SHAPE_POINTER || node->kind == SHAPE_ERROR) && count > 1)
		count = 1;
	if (node->kind == SHAPE_GUARDED)
		count = 1;
	/* A key always has an element. */
	if (node->kind == SHAPE_MAP)
		count = maker->shape.node_count + 2 * MAX_DEPTH < MAX_NODES ? count & ~1 : 0;
	for (uint8_t i = 0; i < count; i++)
		make_node(maker, depth + 1);
	node->size = maker->shape.node_count - number;
}

enum { ARBITRARY_NAMES = 61 };

/* Types of errors that have a text, and their fields. */
static const char known_names[] =
	"\0*net.OpError\0Op\0Net\0Source\0Addr\0Err\0*net.TCPAddr\0IP\0Port\0*os.SyscallError\0"
	"Syscall\0syscall.Errno\0*net.DNSError\0Name\0Server\0context.deadlineExceededError";

_Static_assert(ARBITRARY_NAMES + sizeof(known_names) <= sizeof(((struct maker *)0)->names), "room");

static void make_shape(struct maker *maker, const uint8_t *data, size_t size,
		       const struct schema *schema)
{
	*maker = (struct maker){ .at = data, .end = data + size, .schema = schema };
	for (size_t i = 0; i < ARBITRARY_NAMES; i++)
		maker->names[i] = i % 5 ? (char)(i < size ? data[i] : 'a' + i % 26) : '\0';
	memcpy(maker->names + ARBITRARY_NAMES, known_names, sizeof(known_names));
	maker->shape.spec = &spec;
	maker->shape.nodes = maker->nodes;
	maker->shape.names = maker->names;
	maker->shape.name_size = sizeof(maker->names);
	make_node(maker, 0);
}

/* ---- invariants ---- */

static bool is_within(struct bytes record, struct text text)
{
	if (text.presence != PRESENT)
		return !text.data && !text.size && !text.length;
	return text.size <= text.length && (const uint8_t *)text.data >= record.data &&
	       (const uint8_t *)text.data + text.size <= record.data + record.size;
}

static void check_json(struct bytes line)
{
	static const yajl_callbacks none;
	yajl_handle parser = yajl_alloc(&none, NULL, NULL);

	HOLDS(parser);
	HOLDS(yajl_parse(parser, line.data, line.size) == yajl_status_ok);
	HOLDS(yajl_complete_parse(parser) == yajl_status_ok);
	yajl_free(parser);
}

static void check_line(struct format *format, const struct event *event, bool is_json)
{
	struct bytes line;
	size_t newlines = 0;

	HOLDS(format_line(format, event, &line) == 0);
	for (size_t i = 0; i < line.size; i++)
		newlines += line.data[i] == '\n';
	if (is_json)
		check_json(line);
	HOLDS(!is_json || newlines == 1);
	HOLDS(line.size > 0 && line.data[line.size - 1] == '\n');
	for (size_t i = 0; i + 1 < line.size; i++) {
		/* A newline is allowed: the table's heading is a line of its own. */
		HOLDS(line.data[i] >= 0x20 || line.data[i] == '\n');
		HOLDS(line.data[i] != 0x7f);
		HOLDS(line.data[i] != 0xc2 || line.data[i + 1] >= 0xa0);
		HOLDS(line.data[i] < 0xf5);
	}
}

static void check_event(struct event event)
{
	static const struct process_identity process = { .pid = 1,
							 .comm = "comm",
							 .exe = "/exe",
							 .go_version = "go1.25.1",
							 .convention = "register" };
	struct format *formats[3];

	event.process = &process;
	HOLDS(format_create_json(&format_options, &formats[0]) == 0 &&
	      format_create_otel(&format_options, &formats[1]) == 0 &&
	      format_create_table(&format_options, &formats[2]) == 0);
	for (size_t i = 0; i < 3; i++) {
		check_line(formats[i], &event, i < 2);
		format_destroy(formats[i]);
	}
}

static void check_arguments(struct bytes record, const struct schema *schema,
			    const struct resolved_hit *resolved)
{
	struct request_room room;
	struct event event = call_event(resolved, "main.f", 0);
	struct hit_arguments arguments;

	if (decode_arguments(record, schema, &arguments) < 0)
		return;
	for (uint16_t i = 0; i < schema->cell_count; i++) {
		const struct hit_value *value = &arguments.values[i];
		bool known = arguments.known[i / 64] >> i % 64 & 1;

		HOLDS(!known || schema->cells[i].field == PROBE_NO_FIELD);
		if (known && schema->cells[i].cell.kind == CELL_STRING)
			HOLDS(is_within(record, (struct text){ PRESENT, value->data, value->size,
							       value->length }));
	}
	event.arguments = &arguments;
	check_event(event);
	event.results = &arguments;
	event.awaits_return = true;
	event.outcome = OUTCOME_OK;
	check_event(event);
	arguments.returned_count = 1;
	check_event(event);
	event.arguments = NULL;
	check_event(event);
	event = client_event(resolved, resolved, OUTCOME_OK, 0, &room);
	event.results = &arguments;
	check_event(event);
	event.outcome = OUTCOME_ERROR;
	check_event(event);
}

/* What the protocols make of fields. The texts of the event may then be others than those of the record. */
static void check_protocols(const struct resolved_hit *resolved, const struct schema *schema)
{
	for (size_t i = 0; i < protocol_registry_count; i++) {
		struct schema of_protocol = *schema;
		struct resolved_hit completed = *resolved;
		struct request_room room;

		of_protocol.protocol = protocol_registry[i];
		completed.schema = &of_protocol;
		if (of_protocol.protocol->complete)
			of_protocol.protocol->complete(&completed.hit);
		check_event(request_event(&completed, &completed, OUTCOME_CANCELED, 0, &room));
		check_event(client_event(&completed, NULL, OUTCOME_OPEN, 0, &room));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t shape_size = size < 3 ? 0 : data[2] < size - 3 ? data[2] : size - 3;
	struct bytes record = { data + 3 + shape_size, size - 3 - shape_size };
	struct request_room room;
	struct resolved_hit resolved = { 0 };
	struct schema schema = { 0 };
	struct maker maker;

	if (size < 3)
		return 0;
	add_fields(&schema, data[0]);
	add_chain(&schema, 7 * (data[0] / (FIELD_COUNT + 1)));
	add_arguments(&schema, data[1]);
	make_shape(&maker, data + 3, shape_size, &schema);
	schema.arguments = &maker.shape;
	if (decode_head(record, &resolved.head) < 0) {
		HOLDS(decode_hit(record, &schema, &resolved.hit) < 0);
		return 0;
	}
	HOLDS(resolved.head.target < 1u << COOKIE_TARGET_BITS);
	HOLDS(resolved.head.plan < 1u << COOKIE_PLAN_BITS);
	if (decode_hit(record, &schema, &resolved.hit) < 0)
		return 0;
	HOLDS((resolved.hit.known & resolved.hit.unreadable) == 0);
	for (uint16_t i = 0; i < schema.cell_count; i++) {
		if (schema.cells[i].cell.kind == CELL_STRING &&
		    schema.cells[i].field != PROBE_NO_FIELD)
			HOLDS(is_within(record, hit_text(&resolved.hit, schema.cells[i].field)));
	}
	check_chain(record, &schema);
	check_event(request_event(&resolved, &resolved, OUTCOME_OK, 0, &room));
	check_event(request_event(&resolved, NULL, OUTCOME_EXITED, 0, &room));
	check_event(whole_event(&resolved, 0, &room));
	check_event(call_event(&resolved, "main.f", 0));
	check_arguments(record, &schema, &resolved);
	check_protocols(&resolved, &schema);
	return 0;
}
