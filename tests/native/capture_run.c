/* SPDX-License-Identifier: MIT */
#include "capture_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments_json.h"
#include "function_request.h"
#include "go_heap.h"
#include "native_program.h"
#include "shape.h"

enum { STACK_SIZE = 4096, USUAL_ELEMENTS = 8, USUAL_STRING = 256, PROCESS = 1234, TARGET = 5 };
static const uint64_t STACK = UINT64_C(0xc000200000) - STACK_SIZE;

/* The probed entry of `main.f`. */
struct entry {
	const struct convention *convention;
	struct parameter parameters[CAPTURE_MAX_PARAMETERS];
	struct signature signature;
	struct site site;
	struct scope scope;
};

/* The result of compiling expressions. */
struct compiled {
	struct shape shape;
	struct plan plan;
	struct probe_cell cells[PLAN_MAX_CELLS];
	struct schema schema;
};

/* ---- the program ---- */

static void make_entry(const struct capture_call *call, struct entry *entry)
{
	*entry = (struct entry){ .convention = convention_of(call->machine, &call->version),
				 .site.kind = SITE_ENTRY };
	entry->site.goroutine_register = entry->convention->goroutine_register;
	for (size_t i = 0; i < call->count; i++)
		entry->parameters[i] =
			(struct parameter){ .name = call->names[i], .type = call->values[i].type };
	entry->signature = (struct signature){ .parameters = entry->parameters,
					       .parameter_count = call->count };
	entry->scope = (struct scope){ entry->convention, &call->version, call->types,
				       &entry->signature, &entry->site };
}

/* Copies a value from `from` in memory to the registers or the stack, where the callee expects it. */
static void pass_value(struct native_machine *machine, const struct entry *entry, uint64_t from,
		       const struct location *location)
{
	for (size_t i = 0; i < location->piece_count; i++) {
		const struct piece *piece = &location->pieces[i];
		uint8_t *bytes =
			fake_memory_at(&machine->memory, from + piece->value_offset, piece->size);

		if (piece->place == PLACE_INTEGER) {
			machine->registers[piece->index] = UINT64_C(0xdead000000000000);
			memcpy(&machine->registers[piece->index], bytes, piece->size);
		} else if (piece->place == PLACE_STACK) {
			memcpy(fake_memory_at(&machine->memory, STACK + piece->stack_offset,
					      piece->size),
			       bytes, piece->size);
		}
	}
}

static void enter(const struct capture_call *call, const struct entry *entry,
		  struct native_machine *machine)
{
	struct go_heap heap = { &machine->memory, call->types, &call->version, { 0 } };

	fake_memory_init(&machine->memory);
	fake_memory_map(&machine->memory, STACK, STACK_SIZE);
	machine->registers[entry->convention->stack_pointer] = STACK;
	for (size_t i = 0; i < call->count; i++) {
		uint64_t at = go_heap_place(&heap, &call->values[i]);
		struct location location;

		if (convention_locate(entry->convention, call->types, &entry->signature, i,
				      &location, NULL) < 0)
			abort();
		pass_value(machine, entry, at, &location);
	}
}

/* ---- from expressions to a plan ---- */

static int make_shape(const struct capture_call *call, const struct entry *entry,
		      const struct value_request *values, size_t count,
		      struct plan_builder *builder, struct shape *ret_shape, struct error *err)
{
	static const char *const globs[] = { "*secret*", "*password*" };
	static const struct redaction redaction = { globs, 2 };
	static const struct capture_spec hiding = { .redaction = &redaction }, showing;
	uint16_t elements = call->max_elements ? call->max_elements : USUAL_ELEMENTS;
	struct shape_bounds bounds = { .depth = 4,
				       .width = elements,
				       .recursion = 4,
				       .bytes = 256,
				       .types = 16,
				       .spec = call->hides_secrets ? &hiding : &showing };
	struct shape_gaps gaps = { 0 };

	return shape_create(&entry->scope, values, count, bounds, builder, ret_shape, &gaps, err);
}

static int compile_values(const struct capture_call *call, const struct entry *entry,
			  const struct value_request *values, size_t count,
			  struct compiled *compiled, struct error *err)
{
	struct plan_builder builder = { 0 };
	int r = make_shape(call, entry, values, count, &builder, &compiled->shape, err);

	if (r < 0)
		return r;
	r = plan_compile(&builder, &entry->site, PLAN_ROLE_CALL,
			 call->max_string ? call->max_string : USUAL_STRING, &compiled->plan, err);
	compiled->schema = (struct schema){ .role = PLAN_ROLE_CALL,
					    .cell_count = builder.capture_count,
					    .arguments = &compiled->shape };
	for (uint16_t i = 0; i < builder.capture_count; i++)
		compiled->schema.cells[i] =
			(struct probe_cell){ builder.captures[i].cell, PROBE_NO_FIELD };
	if (r < 0)
		shape_finish(&compiled->shape);
	return r;
}

static int compile_list(const struct capture_call *call, const struct entry *entry,
			const char *list, struct compiled *compiled, struct error *err)
{
	struct value_request values[FUNCTION_REQUEST_MAX_CAPTURES] = { { NULL } };
	struct expression parameters[FUNCTION_REQUEST_MAX_CAPTURES];
	struct function_request request;
	char text[2048];
	int r;

	snprintf(text, sizeof(text), list ? "main.f(%s)" : "main.f", list);
	r = function_request_parse(text, &request, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < request.capture_count; i++)
		values[i].expression = &request.captures[i];
	for (size_t i = 0; r == 0 && !list && i < call->count; i++) {
		r = expression_make(&parameters[i], call->names[i], call->names[i], err);
		values[i].expression = &parameters[i];
	}
	if (r == 0)
		r = compile_values(call, entry, values, list ? request.capture_count : call->count,
				   compiled, err);
	function_request_finish(&request);
	return r;
}

/* ---- from a plan to JSON ---- */

static void hit(const struct capture_call *call, struct native_machine *machine,
		enum native_program program)
{
	native_start(machine, (struct native_options){ .may_sleep = call->is_paged_out });
	machine->record_size = 0;
	native_hit(program);
	native_stop();
	if (machine->record_size == 0) {
		fprintf(stderr, "there is no record\n");
		abort();
	}
}

static void require_same(const struct native_machine *machine, const uint8_t *record, size_t size,
			 const char *program)
{
	if (machine->record_size == size && memcmp(machine->record, record, size) == 0)
		return;
	fprintf(stderr, "%s gives another record\n", program);
	abort();
}

/* Runs the plan. All programs that run a short plan have to write the same record. */
static void run_programs(const struct capture_call *call, const struct plan *plan,
			 struct native_machine *machine)
{
	static uint8_t record[PAYLOAD_MAX_SIZE];
	size_t size;

	machine->plan = plan;
	machine->process = machine->thread = PROCESS;
	machine->time = 1;
	machine->cookie = (uint64_t)PROCESS << COOKIE_PROCESS_SHIFT | TARGET << COOKIE_PLAN_BITS |
			  1;
	machine->resident_from = call->is_paged_out ? UINT64_MAX : 0;
	hit(call, machine, NATIVE_LONG);
	if (!plan_is_short(plan))
		return;
	size = machine->record_size;
	memcpy(record, machine->record, size);
	machine->only_short_plans = true;
	hit(call, machine, NATIVE_SHORT);
	require_same(machine, record, size, "the program for short plans");
	hit(call, machine, NATIVE_COMPILED);
	require_same(machine, record, size, "the compiled plan");
}

static int write_json(const struct hit_arguments *arguments, struct captured *captured)
{
	struct json_writer *writer;
	struct bytes text;
	int r = json_writer_create(&writer);

	if (r < 0)
		return r;
	captured->cuts.count = 0;
	arguments_write(writer, arguments, NULL, &captured->cuts);
	r = json_writer_finish(writer, "", &text);
	if (r == 0 && text.size >= sizeof(captured->json))
		r = -E2BIG;
	if (r == 0)
		snprintf(captured->json, sizeof(captured->json), "%.*s", (int)text.size,
			 (const char *)text.data);
	json_writer_destroy(writer);
	return r;
}

static int decode_and_write(const struct native_machine *machine, const struct compiled *compiled,
			    struct captured *captured)
{
	struct bytes record = { machine->record, machine->record_size };
	struct hit_arguments arguments;
	struct hit_head head;
	int r = decode_head(record, &head);

	if (r == 0 && (head.pid != PROCESS || head.target != TARGET || head.plan != 1))
		r = -EBADMSG;
	if (r == 0)
		r = decode_arguments(record, &compiled->schema, &arguments);
	return r < 0 ? r : write_json(&arguments, captured);
}

int capture_run(const struct capture_call *call, const char *list, struct captured *ret_captured,
		struct error *err)
{
	struct native_machine *machine = calloc(1, sizeof(*machine));
	struct compiled *compiled = calloc(1, sizeof(*compiled));
	struct entry entry;
	int r;

	if (!machine || !compiled)
		abort();
	make_entry(call, &entry);
	r = compile_list(call, &entry, list, compiled, err);
	if (r == 0) {
		enter(call, &entry, machine);
		run_programs(call, &compiled->plan, machine);
		ret_captured->was_short = plan_is_short(&compiled->plan);
		if (decode_and_write(machine, compiled, ret_captured) < 0)
			abort();
		shape_finish(&compiled->shape);
	}
	fake_memory_finish(&machine->memory);
	free(compiled);
	free(machine);
	return r;
}
