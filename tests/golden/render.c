/* SPDX-License-Identifier: MIT */
/*
 * Decodes, joins and formats the records of a script, and prints the resulting lines:
 *
 *	render json|otel|spans|table <case.in
 *
 *	linked                                   a table shows which rows belong to the same request
 *	clock NANOSECONDS                        added to the records' clock, gives the time of day
 *	target ID PID "comm" "exe" "go" "abi" ["container" ["unseen"...]]    a traced process
 *	plan NUMBER ROLE "function" FIELD:KIND…  the fields of its records; kinds: s, b, p, and i, u, f with a
 *	                                         size; -:KIND is a cell of the arguments; last the fields that
 *	                                         could not be captured, as FIELD:?; calls also have entry=ADDRESS,
 *	                                         drop=BYTES of the stack, results=COUNT, awaits_return, at_once,
 *	                                         context_type=HASH of a context that is made from another one; starts
 *	                                         have counts_clients, calls among requests among_requests
 *	shape NUMBER NODE…                       the shape of the arguments of that plan, a tree of nodes:
 *	                                         NAME:KIND[:CELL[:SECOND]][=COUNT][#HASH][...][{ NODE… }],
 *	                                         the dots: the value has more parts
 *	hit TARGET PLAN TID TIME CELL…           a record; cells: 12, "text", "cut"+MISSING, @OFFSET:SIZE:LENGTH
 *	                                         into the payload so far, #WORD for any word, ? for unreadable
 *	refused CODE DAMAGE… hit …               a record that is damaged and then refused with this code; damage:
 *	                                         size=N, kind=N, cells=N, cut=N (bytes that are left)
 *	exit TARGET                              the process ended
 *	attach TARGET TIME, detach TARGET TIME, lost TIME COUNT "where"
 *	open COUNT                               checks how many requests are open now
 *	lost_ends COUNT                          so many end records were lost
 *	caught_up                                all records were taken that were made before those ends were lost
 *	lost_calls COUNT                         so many call records were lost before the next records
 *	open_list TIME                           writes the requests that are open at that time
 *	close                                    no more records come
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assembly.h"
#include "format.h"
#include "hit_field.h"
#include "open_list.h"
#include "protocol_registry.h"
#include "record_builder.h"
#include "script.h"
#include "span_format.h"

enum { MAX_PLANS = 16, MAX_TARGETS = 4, MAX_NODES = 64, MAX_UNSEEN = 4 };

/* ---- stand-ins for what needs a kernel and processes ---- */

struct inspection {
	struct {
		bool defined;
		struct schema schema;
		char function[64];
		struct shape shape;
		struct shape_node nodes[MAX_NODES];
		char names[1024];
	} plans[MAX_PLANS];
};

struct target {
	uint32_t id;
	struct process_identity identity;
	char exe[256], go_version[64], convention[16], container[128];
	char unseen_texts[MAX_UNSEEN][128];
	const char *unseen[MAX_UNSEEN];
	const struct inspection *inspection;
	int64_t *demands; /* of all targets */
};

uint32_t target_id(const struct target *target)
{
	return target->id;
}

const struct process_identity *target_identity(const struct target *target)
{
	return &target->identity;
}

uint64_t target_since(const struct target *target)
{
	return 0;
}

bool target_is_withdrawn(const struct target *target)
{
	return false;
}

void target_demand_probes(const struct target *target)
{
	++*target->demands;
}

const struct inspection *target_inspection(const struct target *target)
{
	return target->inspection;
}

const struct schema *inspection_schema(const struct inspection *inspection, uint32_t plan)
{
	return plan < MAX_PLANS && inspection->plans[plan].defined ?
		       &inspection->plans[plan].schema :
		       NULL;
}

const char *inspection_function(const struct inspection *inspection, uint32_t plan)
{
	return inspection_schema(inspection, plan) ? inspection->plans[plan].function : NULL;
}

/* ---- the player ---- */

struct player {
	struct script script;
	int64_t demands;
	int (*create_format)(const struct format_options *options, struct format **ret_format);
	struct redaction redaction; /* the built-in list */
	struct capture_spec spec;   /* refers to `redaction` */
	struct format *format;
	bool writes_spans;	   /* instead */
	struct span_format *spans; /* then */
	struct assembly *assembly;
	struct target_set set;
	struct target targets[MAX_TARGETS];
	uint64_t lost_ends, lost_calls;
	struct inspection inspection;
};

/* Without its resource, but with what its request is counted by. */
static void print_span(struct player *player, const struct event *event)
{
	struct bytes span, measured = { 0 };

	if (!span_format_has(event))
		return;
	if (span_format_span(player->spans, event, &span) < 0 ||
	    (event->type == EVENT_REQUEST &&
	     span_format_measured(player->spans, event, &measured) < 0))
		script_fail(&player->script, "no span", "out of memory");
	fwrite(span.data, 1, span.size, stdout);
	if (measured.size)
		printf("{\"measured\":%.*s}\n", (int)measured.size - 1,
		       (const char *)measured.data);
}

static void print(void *user, const struct event *event)
{
	struct player *player = user;
	int (*const parts[])(struct format *, const struct event *,
			     struct bytes *) = { format_heading, format_line };

	if (player->spans) {
		print_span(player, event);
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		struct bytes line;

		if (parts[i](player->format, event, &line) < 0)
			script_fail(&player->script, "no line", "out of memory");
		if (line.size)
			fwrite(line.data, 1, line.size, stdout);
	}
}

static int create_format(struct player *player, bool links)
{
	const struct format_options options = { .redaction = &player->redaction, .links = links };
	const struct span_format_options spans = { .redaction = &player->redaction,
						   .version = "1" };

	if (player->writes_spans && !player->spans)
		return span_format_create(&spans, &player->spans);
	if (player->spans)
		return 0;
	return player->create_format(&options, &player->format);
}

static void play_linked(struct player *player)
{
	format_destroy(player->format);
	if (create_format(player, true) < 0)
		script_fail(&player->script, "out of memory", "");
}

static void play_clock(struct player *player)
{
	assembly_set_wall_offset(player->assembly, script_integer(&player->script));
}

/* Reads quoted text, which may contain any byte but NUL, and copies it to `buffer`. */
static void keep_text(struct player *player, char *buffer, size_t size)
{
	snprintf(buffer, size, "%s", script_text(&player->script));
}

static void play_target(struct player *player)
{
	struct target *target = &player->targets[player->set.count];

	if (player->set.count == MAX_TARGETS)
		script_fail(&player->script, "too many", "targets");
	target->id = script_integer(&player->script);
	target->identity.pid = script_integer(&player->script);
	keep_text(player, target->identity.comm, sizeof(target->identity.comm));
	keep_text(player, target->exe, sizeof(target->exe));
	keep_text(player, target->go_version, sizeof(target->go_version));
	keep_text(player, target->convention, sizeof(target->convention));
	if (script_more(&player->script)) {
		keep_text(player, target->container, sizeof(target->container));
		target->identity.container = target->container;
	}
	target->identity.unseen = target->unseen;
	for (size_t i = 0; script_more(&player->script); i++) {
		if (i == MAX_UNSEEN)
			script_fail(&player->script, "too many", "unseen requests");
		keep_text(player, target->unseen_texts[i], sizeof(target->unseen_texts[i]));
		target->unseen[i] = target->unseen_texts[i];
		target->identity.unseen_count = i + 1;
	}
	target->identity.exe = target->exe;
	target->identity.go_version = target->go_version;
	target->identity.convention = target->convention;
	target->inspection = &player->inspection;
	target->demands = &player->demands;
	target_set_add(&player->set, target);
}

static struct target *named_target(struct player *player)
{
	struct target *target = target_set_find(&player->set, script_integer(&player->script));

	if (!target)
		script_fail(&player->script, "there is no such", "target");
	return target;
}

static enum plan_role named_role(struct player *player)
{
	static const char *const names[] = {
		[PLAN_ROLE_START] = "start",	     [PLAN_ROLE_END] = "end",
		[PLAN_ROLE_CALL] = "call",	     [PLAN_ROLE_PANIC] = "panic",
		[PLAN_ROLE_HIJACK] = "hijack",	     [PLAN_ROLE_RETURN] = "return",
		[PLAN_ROLE_GOROUTINE_EXIT] = "gone", [PLAN_ROLE_WHOLE] = "whole",
		[PLAN_ROLE_ROUTE] = "chosen",
	};
	const char *name = script_name(&player->script);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i] && strcmp(names[i], name) == 0)
			return i;
	}
	script_fail(&player->script, "there is no role", name);
}

static uint8_t named_field(const struct player *player, const char *word)
{
	static const char *const names[FIELD_COUNT] = {
		[FIELD_KEY] = "key",
		[FIELD_GOID] = "goid",
		[FIELD_METHOD] = "method",
		[FIELD_PATH] = "path",
		[FIELD_QUERY] = "query",
		[FIELD_ROUTE] = "route",
		[FIELD_HOST] = "host",
		[FIELD_REMOTE] = "remote",
		[FIELD_PROTOCOL_MAJOR] = "major",
		[FIELD_PROTOCOL_MINOR] = "minor",
		[FIELD_TLS] = "tls",
		[FIELD_REQUEST_BYTES] = "request_bytes",
		[FIELD_STATUS] = "status",
		[FIELD_RESPONSE_BYTES] = "response_bytes",
		[FIELD_DECLARED_BYTES] = "declared",
		[FIELD_HEADER_SENT] = "header_sent",
		[FIELD_BUFFERED_BYTES] = "buffered",
		[FIELD_SENT_LENGTH] = "sent_length",
		[FIELD_STACK_END] = "stack_end",
		[FIELD_STACK_POINTER] = "stack_pointer",
		[FIELD_TARGET] = "target",
		[FIELD_BEGAN_WALL] = "began_wall",
		[FIELD_BEGAN_EXT] = "began_ext",
		[FIELD_PEER_ADDRESS] = "peer_address",
		[FIELD_PEER_CAPACITY] = "peer_capacity",
		[FIELD_PEER_PORT] = "peer_port",
		[FIELD_TLS_VERSION] = "tls_version",
		[FIELD_GRPC_STATUS] = "grpc_status",
		[FIELD_GRPC_MESSAGE] = "grpc_message",
		[FIELD_TRANSPORT_STATE] = "transport_state",
		[FIELD_STREAM_STATE] = "stream_state",
		[FIELD_CARRIER] = "carrier",
		[FIELD_CONTEXT] = "context",
		[FIELD_CONTEXT_CHAIN] = "context_chain",
		[FIELD_PARENT_GOID] = "parent_goid",
		[FIELD_TRACEPARENT] = "traceparent",
		[FIELD_SCHEME] = "scheme",
		[FIELD_ERROR] = "error",
		[FIELD_ROUTE_PARTS] = "route_parts",
		[FIELD_ROUTE_2] = "route_2",
		[FIELD_ROUTE_3] = "route_3",
		[FIELD_ROUTE_4] = "route_4",
	};
	const char *colon = strchr(word, ':');

	if (word[0] == '-' && colon == word + 1)
		return PROBE_NO_FIELD;
	for (uint8_t i = 0; colon && i < FIELD_COUNT; i++) {
		if (names[i] && strncmp(names[i], word, colon - word) == 0 &&
		    !names[i][colon - word])
			return i;
	}
	script_fail(&player->script, "FIELD:KIND is expected", word);
}

/* Parses the kind of a cell: "i8" means eight bytes, signed. */
static struct cell named_cell(const struct player *player, const char *kind)
{
	switch (*kind) {
	case 's':
		return (struct cell){ CELL_STRING, 16 };
	case 'b':
		return (struct cell){ CELL_BOOL, 1 };
	case 'i':
		return (struct cell){ CELL_INT, script_parse_integer(&player->script, kind + 1) };
	case 'u':
		return (struct cell){ CELL_UINT, script_parse_integer(&player->script, kind + 1) };
	case 'f':
		return (struct cell){ CELL_FLOAT, script_parse_integer(&player->script, kind + 1) };
	case 'p':
		return (struct cell){ CELL_POINTER, 8 };
	default:
		script_fail(&player->script, "there is no kind", kind);
	}
}

static void add_field(struct player *player, struct schema *schema, const char *word)
{
	uint8_t field = named_field(player, word);
	const char *kind = strchr(word, ':') + 1;

	if (*kind == '?')
		schema->unknown |= UINT64_C(1) << field;
	else
		schema->cells[schema->cell_count++] =
			(struct probe_cell){ named_cell(player, kind), field };
}

static uint64_t number_after(const char *word, const char *mark)
{
	const char *at = word ? strstr(word, mark) : NULL;

	return at ? strtoull(at + strlen(mark), NULL, 0) : 0;
}

static const struct protocol *named_protocol(const struct player *player, const char *name)
{
	for (size_t i = 0; i < protocol_registry_count; i++) {
		if (strcmp(protocol_registry[i]->server, name) == 0)
			return protocol_registry[i];
	}
	script_fail(&player->script, "there is no server", name);
}

static const struct protocol *protocol_of_module(const struct player *player, const char *module)
{
	for (size_t i = 0; i < protocol_registry_count; i++) {
		const struct library *library = protocol_registry[i]->library;

		if (library->module && strcmp(library->module, module) == 0)
			return protocol_registry[i];
	}
	script_fail(&player->script, "there is no module", module);
}

/* Reads an attribute of the function, or one of the fields. */
static void add_context_type(struct player *player, struct schema *schema, uint32_t hash)
{
	if (schema->context_types.count == CONTEXT_TYPES_MAX)
		script_fail(&player->script, "too many", "types of contexts");
	schema->context_types.hashes[schema->context_types.count++] = hash;
}

static void add_word(struct player *player, struct schema *schema)
{
	const char *word = script_name(&player->script);

	if (strncmp(word, "server=", 7) == 0) {
		schema->protocol = named_protocol(player, word + 7);
	} else if (strncmp(word, "module=", 7) == 0) {
		schema->protocol = protocol_of_module(player, word + 7);
	} else if (strcmp(word, "awaits_return") == 0) {
		schema->awaits_return = true;
	} else if (strcmp(word, "at_once") == 0) {
		schema->returns_at_once = true;
	} else if (strncmp(word, "entry=", 6) == 0) {
		schema->entry = number_after(word, "=");
	} else if (strncmp(word, "drop=", 5) == 0) {
		schema->stack_drop = (uint32_t)number_after(word, "=");
	} else if (strncmp(word, "results=", 8) == 0) {
		schema->returned_count = (uint16_t)number_after(word, "=");
	} else if (strcmp(word, "among_requests") == 0) {
		schema->among_requests = true;
	} else if (strcmp(word, "counts_clients") == 0) {
		schema->counts_clients = true;
	} else if (strncmp(word, "context_type=", 13) == 0) {
		add_context_type(player, schema, (uint32_t)number_after(word, "="));
	} else {
		add_field(player, schema, word);
	}
}

static void play_plan(struct player *player)
{
	size_t number = script_integer(&player->script);
	struct schema *schema;

	if (number >= MAX_PLANS)
		script_fail(&player->script, "too many", "plans");
	schema = &player->inspection.plans[number].schema;
	player->inspection.plans[number].defined = true;
	schema->role = named_role(player);
	schema->protocol = schema->role == PLAN_ROLE_CALL ? NULL : &protocol_http1;
	keep_text(player, player->inspection.plans[number].function,
		  sizeof(player->inspection.plans[number].function));
	while (script_more(&player->script))
		add_word(player, schema);
}

static enum shape_kind named_shape(const struct player *player, const char *name, size_t size)
{
	static const char *const names[] = {
		[SHAPE_CELL] = "cell",	       [SHAPE_STRUCT] = "struct",
		[SHAPE_EMPTY] = "empty",       [SHAPE_POINTER] = "pointer",
		[SHAPE_ARRAY] = "array",       [SHAPE_SLICE] = "slice",
		[SHAPE_BYTES] = "bytes",       [SHAPE_BYTE_ARRAY] = "bytearray",
		[SHAPE_MAP] = "map",	       [SHAPE_INTERFACE] = "interface",
		[SHAPE_CHOICE] = "choice",     [SHAPE_COMPLEX] = "complex",
		[SHAPE_TIME] = "time",	       [SHAPE_DURATION] = "duration",
		[SHAPE_LENGTH] = "length",     [SHAPE_NUMBER] = "number",
		[SHAPE_TEXT] = "text",	       [SHAPE_OPTIONAL] = "optional",
		[SHAPE_SECRET] = "secret",     [SHAPE_GUARDED] = "guarded",
		[SHAPE_OPAQUE] = "opaque",     [SHAPE_ERROR] = "error",
		[SHAPE_INSTANCE] = "instance", [SHAPE_TYPE_NAME] = "typename",
		[SHAPE_NULL] = "null",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strncmp(names[i], name, size) == 0 && !names[i][size])
			return i;
	}
	script_fail(&player->script, "there is no shape", name);
}

static struct shape_node *add_node(struct player *player, struct shape *shape, const char *name,
				   size_t size)
{
	struct shape_node *node = &shape->nodes[shape->node_count++];

	if (shape->node_count == MAX_NODES ||
	    shape->name_size + size + 1 > sizeof(player->inspection.plans[0].names))
		script_fail(&player->script, "the shape is too large at", name);
	*node = (struct shape_node){ .kind = SHAPE_STRUCT, .size = 1, .name = shape->name_size };
	memcpy(shape->names + shape->name_size, name, size);
	shape->name_size += size + 1;
	return node;
}

/* Adds nodes up to the bracket that closes their parent, or to the end of the line. */
static void add_nodes(struct player *player, struct shape *shape)
{
	while (script_more(&player->script)) {
		const char *word = script_name(&player->script);
		const char *kind = strchr(word, ':'), *cell;
		struct shape_node *node;
		bool has_children = word[strlen(word) - 1] == '{';

		if (strcmp(word, "}") == 0)
			return;
		if (!kind)
			script_fail(&player->script, "NAME:KIND is expected", word);
		node = add_node(player, shape, word, kind - word);
		node->kind = named_shape(player, kind + 1, strcspn(kind + 1, ":=#.{"));
		cell = strchr(kind + 1, ':');
		node->cell = number_after(cell, ":");
		node->second = number_after(cell ? cell + 1 : NULL, ":");
		node->count = number_after(kind, "=");
		node->hash = number_after(kind, "#");
		node->cut = strstr(kind, "...");
		if (has_children)
			add_nodes(player, shape);
		node->size = &shape->nodes[shape->node_count] - node;
	}
}

static void play_shape(struct player *player)
{
	size_t number = script_integer(&player->script);
	struct shape *shape;

	if (number >= MAX_PLANS || !player->inspection.plans[number].defined)
		script_fail(&player->script, "there is no such", "plan");
	shape = &player->inspection.plans[number].shape;
	shape->nodes = player->inspection.plans[number].nodes;
	shape->names = player->inspection.plans[number].names;
	player->spec.redaction = &player->redaction;
	shape->spec = &player->spec;
	add_node(player, shape, "", 0);
	add_nodes(player, shape);
	shape->nodes[0].size = shape->node_count;
	player->inspection.plans[number].schema.arguments = shape;
}

static void add_cell(struct player *player, struct record_builder *record)
{
	struct word word = script_word(&player->script);
	uint64_t offset, size, length, missing = 0;

	if (word.quoted) {
		if (word.rest[0] == '+')
			missing = script_parse_integer(&player->script, word.rest + 1);
		record_string(record, word.data, word.size, word.size + missing);
	} else if (word.name[0] == '?') {
		record_unreadable(record);
	} else if (sscanf(word.name, "@%lu:%lu:%lu", &offset, &size, &length) == 3) {
		record_word(record, record_string_cell(offset, size, length));
	} else {
		record_word(record, script_parse_integer(&player->script,
							 word.name + (word.name[0] == '#')));
	}
}

/* How a record is damaged; zeros: not damaged. */
struct damage {
	uint32_t size;
	uint16_t kind, cells;
	size_t cut;
};

static int play_record(struct player *player, struct damage damage)
{
	static struct record_builder record;
	uint32_t target = script_integer(&player->script);
	uint32_t plan = script_integer(&player->script);
	struct bytes bytes;
	int r;

	record_init(&record, target, plan, 0);
	record.head.process = 1ull << 32 | (uint32_t)script_integer(&player->script);
	record.head.time = script_integer(&player->script);
	while (script_more(&player->script))
		add_cell(player, &record);
	record.head.lost_calls = player->lost_calls;
	record.head.size = damage.size;
	record.head.kind += damage.kind;
	record.head.cell_count = damage.cells;
	bytes = record_finish(&record);
	if (damage.cut && damage.cut < bytes.size) {
		/* A separate allocation again, so that ASan detects a read beyond the cut. */
		record.bytes = realloc(record.bytes, damage.cut);
		bytes = (struct bytes){ record.bytes, damage.cut };
	}
	r = assembly_record(player->assembly, bytes);
	record_release(&record);
	return r;
}

static void play_hit(struct player *player)
{
	if (play_record(player, (struct damage){ 0 }) != 0)
		script_fail(&player->script, "the record was", "refused");
}

static void play_refused(struct player *player)
{
	const char *code = script_name(&player->script);
	int wanted = strcmp(code, "EBADMSG") == 0 ? -EBADMSG :
		     strcmp(code, "ESRCH") == 0	  ? -ESRCH :
						    0;
	struct damage damage = { 0 };
	const char *word;
	unsigned long value;
	int r;

	if (!wanted)
		script_fail(&player->script, "EBADMSG or ESRCH is expected", code);
	while (strcmp(word = script_name(&player->script), "hit") != 0) {
		if (sscanf(word, "size=%lu", &value) == 1)
			damage.size = value;
		else if (sscanf(word, "kind=%lu", &value) == 1)
			damage.kind = value - RECORD_HIT;
		else if (sscanf(word, "cells=%lu", &value) == 1)
			damage.cells = value;
		else if (sscanf(word, "cut=%lu", &value) == 1)
			damage.cut = value;
		else
			script_fail(&player->script, "damage is expected", word);
	}
	r = play_record(player, damage);
	if (r != wanted)
		script_fail(&player->script, "the record was not refused so, but", strerror(-r));
}

static void play_exit(struct player *player)
{
	assembly_end_target(player->assembly, named_target(player));
}

static void tell_target(struct player *player, enum event_type type)
{
	const struct target *target = named_target(player);
	struct event event = { .type = type, .process = &target->identity };

	event.time = script_integer(&player->script);
	print(player, &event);
}

static void play_attach(struct player *player)
{
	tell_target(player, EVENT_ATTACH);
}

static void play_detach(struct player *player)
{
	tell_target(player, EVENT_DETACH);
}

static void play_lost(struct player *player)
{
	struct event event = { .type = EVENT_LOST };

	event.time = script_integer(&player->script);
	event.count = script_integer(&player->script);
	event.where = script_text(&player->script);
	print(player, &event);
}

/* Writes what a new reader gets first: the tool's version and all targets. */
static void play_hello(struct player *player)
{
	const struct process_identity *identities[MAX_TARGETS];
	struct event event = { .type = EVENT_HELLO, .targets = identities };

	event.time = script_integer(&player->script);
	event.version = script_text(&player->script);
	for (size_t i = 0; i < player->set.count; i++)
		identities[event.target_count++] = target_identity(player->set.targets[i]);
	print(player, &event);
}

static void play_open(struct player *player)
{
	int64_t wanted = script_integer(&player->script);

	if (assembly_open_requests(player->assembly) != wanted)
		script_fail(&player->script, "another number of requests is", "open");
}

/* For how many requests since the last one of these probes on demand were demanded. */
static void play_demands(struct player *player)
{
	if (script_integer(&player->script) != player->demands)
		script_fail(&player->script, "another number of requests", "demands probes");
	player->demands = 0;
}

static void play_lost_ends(struct player *player)
{
	player->lost_ends = script_integer(&player->script);
}

static void play_caught_up(struct player *player)
{
	assembly_set_lost_ends(player->assembly, player->lost_ends);
}

static void play_lost_calls(struct player *player)
{
	player->lost_calls = script_integer(&player->script);
}

static void print_notice(void *user, enum notice_level level, const char *text)
{
	printf("%s\n", text);
}

static void play_open_list(struct player *player)
{
	const struct notifier notifier = { print_notice, NULL };

	open_list_tell(player->assembly, script_integer(&player->script), &notifier);
}

static uint64_t lost_ends(void *user)
{
	const struct player *player = user;

	return player->lost_ends;
}

static void play_close(struct player *player)
{
	assembly_close(player->assembly);
}

static void play_line(struct player *player)
{
	static const struct {
		const char *name;
		void (*play)(struct player *player);
	} verbs[] = {
		{ "linked", play_linked },	 { "clock", play_clock },
		{ "target", play_target },	 { "plan", play_plan },
		{ "shape", play_shape },	 { "hit", play_hit },
		{ "refused", play_refused },	 { "exit", play_exit },
		{ "attach", play_attach },	 { "detach", play_detach },
		{ "lost", play_lost },		 { "hello", play_hello },
		{ "open", play_open },		 { "lost_ends", play_lost_ends },
		{ "caught_up", play_caught_up }, { "lost_calls", play_lost_calls },
		{ "demands", play_demands },	 { "open_list", play_open_list },
		{ "close", play_close },
	};
	const char *name = script_name(&player->script);

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].name, name) != 0)
			continue;
		verbs[i].play(player);
		if (script_more(&player->script))
			script_fail(&player->script, "too many words", player->script.at);
		return;
	}
	script_fail(&player->script, "there is no verb", name);
}

static const struct {
	const char *name;
	int (*create)(const struct format_options *options, struct format **ret_format);
} formats[] = {
	{ "json", format_create_json },
	{ "otel", format_create_otel },
	{ "table", format_create_table },
};

static void choose_format(struct player *player, const char *name)
{
	player->writes_spans = strcmp(name, "spans") == 0;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, name) == 0)
			player->create_format = formats[i].create;
	}
}

int main(int argc, char **argv)
{
	static struct player player;
	struct assembly_callbacks callbacks = { print, lost_ends, &player };

	if (argc == 2)
		choose_format(&player, argv[1]);
	if (!player.create_format && !player.writes_spans) {
		fprintf(stderr, "usage: render json|otel|spans|table <case.in\n");
		return 2;
	}
	if (create_format(&player, false) < 0 ||
	    assembly_create(&player.set, &callbacks, &player.assembly) < 0)
		return 1;
	while (script_line(&player.script))
		play_line(&player);
	assembly_destroy(player.assembly);
	target_set_finish(&player.set);
	format_destroy(player.format);
	span_format_destroy(player.spans);
	script_finish(&player.script);
	return ferror(stdout) || fflush(stdout) != 0;
}
