/* SPDX-License-Identifier: MIT */
/*
 * Captures random expressions over random types. Each capture gives either a plan within all bounds and a
 * shape that fits it, or an error with a reason. The seed is fixed, so that each run tests the same;
 * arguments ROUNDS and SEED select other tests.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "go_types.h"
#include "plan_check.h"
#include "shape.h"

static uint64_t seed = 88172645463325252u;
static int rounds = 30000;

static uint32_t below(uint32_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 20) % limit;
}

/* ---- types ---- */

static struct types binary;

static const struct type *random_type(int depth);

static const struct type *random_basic(void)
{
	static const char *const names[] = {
		"bool",	     "int",	   "int8",    "int32",	 "uint8",	   "uint16",
		"uint64",    "uintptr",	   "string",  "string",	 "string",	   "func()",
		"complex64", "complex128", "float32", "float64", "unsafe.Pointer",
	};

	return go_basic(names[below(sizeof(names) / sizeof(names[0]))]);
}

static const struct type *random_struct(int depth)
{
	static const char *const names[] = { "A", "B", "C", "D", "E", "_", "Key", "Value" };
	struct type *type = go_open_struct("main.S");
	struct go_field fields[40] = { { NULL } };
	uint32_t count = below(12) ? below(6) : below(39);

	for (uint32_t i = 0; i < count; i++) {
		fields[i].name = names[below(8)];
		/* Some fields point to the struct itself, which has no layout yet. */
		fields[i].type = below(8) ? random_type(depth - 1) : go_pointer(type);
		fields[i].embedded = below(3) == 0;
	}
	go_set_fields(type, fields);
	return type;
}

static const struct type *random_interface(int depth)
{
	const struct type *interface = go_interface(below(3) ? "main.I" : "error", below(3) != 0);

	for (uint32_t i = below(4); i > 0 && binary.pair_count < GO_MAX_PAIRS; i--) {
		const struct type *held = random_type(depth - 1);

		go_pair(&binary, interface, held);
		if (binary.known_count < GO_MAX_KNOWN)
			go_know(&binary, held, below(5));
	}
	return interface;
}

/* Types that no compiler writes, but damaged DWARF may describe. */
static const struct type *random_damage(void)
{
	static const enum type_kind kinds[] = { TYPE_UNKNOWN, TYPE_STRUCT, TYPE_MAP,
						TYPE_POINTER, TYPE_SLICE,  TYPE_INTERFACE };
	struct type *loop = go_open_pointer("main.Loop");

	switch (below(4)) {
	case 0:
		return go_mystery("main.Mystery", kinds[below(6)], below(40));
	case 1:
		loop->element = loop;
		return loop;
	case 2:
		return go_array(go_basic("int"), UINT64_C(1) << (20 + below(40)));
	default:
		loop->kind = below(TYPE_CHAN + 1);
		loop->size = below(20);
		loop->element = loop->kind == TYPE_ARRAY ? go_basic("int") : NULL;
		return loop;
	}
}

static const struct type *random_type(int depth)
{
	if (depth <= 0 || below(4) == 0)
		return below(20) ? random_basic() : random_damage();
	switch (below(9)) {
	case 0:
	case 1:
		return random_struct(depth);
	case 2:
		return go_pointer(random_type(depth - 1));
	case 3:
		return go_slice(random_type(depth - 1));
	case 4:
		return go_array(random_type(depth - 1), below(5));
	case 5:
		return go_map(random_basic(), random_type(depth - 1));
	case 6:
		return random_interface(depth);
	case 7:
		return go_chan(random_type(depth - 1));
	default:
		return go_named(below(2) ? "time.Time" : "time.Duration", random_type(depth - 1));
	}
}

/* ---- expressions ---- */

struct text {
	char text[EXPRESSION_MAX_TEXT + 64];
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	text->used +=
		vsnprintf(text->text + text->used, sizeof(text->text) - text->used, format, list);
	va_end(list);
	if (text->used >= sizeof(text->text))
		text->used = sizeof(text->text) - 1;
}

static void put_any_step(struct text *text)
{
	static const char *const steps[] = {
		".A",
		".Z",
		"[0]",
		"[7]",
		"[-1]",
		"[\"k\"]",
		"[18446744073709551615]",
		"[268435456]",
		".(main.S)",
		".(string)",
		".data",
		".tab",
		"[\"\\x00\"]",
		"[1000]",
	};

	put(text, "%s", steps[below(sizeof(steps) / sizeof(steps[0]))]);
}

/* Appends a step that the type allows; returns the type that it leads to, or NULL if there is no step. */
static const struct type *put_step(struct text *text, const struct type *type)
{
	const struct field *field;

	switch (type->kind) {
	case TYPE_STRUCT:
		if (type->field_count == 0)
			return NULL;
		field = &type->fields[below((uint32_t)type->field_count)];
		put(text, ".%s", field->name);
		return field->type;
	case TYPE_ARRAY:
	case TYPE_SLICE:
		put(text, "[%u]", below(5));
		return type->element;
	case TYPE_STRING:
		put(text, "[%u]", below(5));
		return NULL;
	case TYPE_MAP:
		if (type->key && type->key->kind == TYPE_STRING)
			put(text, "[\"%c\"]", 'a' + (int)below(26));
		else
			put(text, "[%u]", below(300));
		return type->element;
	case TYPE_INTERFACE:
		if (below(2) == 0 || binary.known_count == 0) {
			put(text, ".%c", 'A' + (int)below(5));
			return NULL;
		}
		type = binary.known[below((uint32_t)binary.known_count)].type;
		put(text, ".(%s)", type->name);
		return type;
	default:
		return NULL;
	}
}

static void put_path(struct text *text, const struct type *type, char root)
{
	put(text, "%c", root);
	for (uint32_t steps = below(6); steps > 0; steps--) {
		for (int i = 0; i < 8 && type && type->kind == TYPE_POINTER; i++)
			type = type->element;
		if (type && below(40))
			type = put_step(text, type);
		else
			put_any_step(text);
	}
}

/* ---- invariants ---- */

/* The sizes of the nodes nest, and everything that they refer to exists. */
static void check_nodes(const struct shape *shape, size_t first, size_t end, uint32_t cells,
			int depth)
{
	assert_true(depth < 128);
	for (size_t i = first; i < end; i += shape->nodes[i].size) {
		const struct shape_node *node = &shape->nodes[i];

		assert_true(node->size > 0 && i + node->size <= end);
		assert_true(node->name < shape->name_size);
		assert_non_null(
			memchr(shape->names + node->name, '\0', shape->name_size - node->name));
		if (node->kind == SHAPE_BYTE_ARRAY)
			assert_true(node->second > 0 && node->cell + node->second <= (int)cells);
		else if (node->kind != SHAPE_STRUCT && node->kind != SHAPE_ARRAY &&
			 node->kind != SHAPE_NULL && node->kind != SHAPE_SECRET &&
			 node->kind != SHAPE_NUMBER)
			assert_true(node->cell < cells && node->second < cells);
		check_nodes(shape, i + 1, i + node->size, cells, depth + 1);
	}
}

static void check_answer(const struct plan_builder *builder, const struct shape *shape,
			 const struct site *site, size_t *compiled)
{
	struct error err = { 0 };
	struct plan plan;
	const char *fault;
	int r = plan_compile(builder, site, PLAN_ROLE_CALL, below(STRING_MAX_SIZE) + 1, &plan,
			     &err);

	assert_true(shape->node_count > 0 && shape->nodes[0].size == shape->node_count);
	check_nodes(shape, 0, shape->node_count, builder->capture_count, 0);
	if (r < 0) {
		assert_int_equal(r, -E2BIG);
		assert_true(err.what[0]);
		return;
	}
	fault = plan_fault(&plan, builder);
	if (fault)
		fail_msg("%s", fault);
	(*compiled)++;
}

static void check_refusal(int code, const struct error *err)
{
	assert_int_equal(err->code, code);
	/* -EBADMSG comes from types that no compiler writes. */
	assert_true(code == -EINVAL || code == -ENOENT || code == -E2BIG || code == -EBADMSG);
	assert_true(err->what[0]);
	assert_true(!err->quote[0] || err->quote_at <= strlen(err->quote));
}

/* ---- one question ---- */

static struct scope random_scope(struct go_version *version, struct signature *signature,
				 struct site *site)
{
	static const uint32_t minors[] = { 12, 16, 17, 18, 23, 24, 25, 27 };
	enum machine machine = below(2) ? MACHINE_AMD64 : MACHINE_ARM64;

	*version = (struct go_version){ .number = GO_VERSION(minors[below(8)], 0) };
	*site = (struct site){ .kind = below(5) ? SITE_STACK_CHECK : SITE_RETURN,
			       .goroutine_register = 1 };
	return (struct scope){ convention_of(machine, version), version, &binary, signature, site };
}

static void ask(size_t *compiled, size_t *refused)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	static const char *const globs[] = { "*a*" };
	static const struct redaction redactions[] = { { NULL, 0 }, { globs, 1 } };
	const struct capture_spec spec = { .redaction = below(3) ? &redactions[below(2)] : NULL };
	struct parameter parameters[4];
	uint32_t count = below(5), text_count = below(3);
	struct signature signature = { .parameters = parameters,
				       .parameter_count = count,
				       .results = parameters,
				       .result_count = count };
	struct shape_bounds bounds = { (uint8_t)below(5),
				       (uint8_t)below(9),
				       (uint8_t)below(3),
				       (uint16_t)(1 + below(99)),
				       (uint8_t)below(20),
				       below(4) == 0,
				       &spec,
				       below(4) == 0,
				       below(3) };
	struct plan_builder builder = { 0 };
	struct text texts[4] = { { "", 0 } };
	struct expression expressions[4];
	struct value_request values[4];
	struct shape_gaps gaps;
	struct go_version version;
	struct error err = { 0 };
	struct shape shape;
	struct site site;
	struct scope scope = random_scope(&version, &signature, &site);
	int r;

	for (uint32_t i = 0; i < count; i++)
		parameters[i] = (struct parameter){ .name = names[i], .type = random_type(4) };
	for (uint32_t i = 0; i < text_count; i++) {
		uint32_t root = below(count + 1);
		bool measured = below(6) == 0;

		put(&texts[i], "%s%s",
		    below(5) ? "" : "n=", measured ? below(2) ? "len(" : "cap(" : "");
		put_path(&texts[i], root < count ? parameters[root].type : NULL,
			 (char)('a' + root));
		put(&texts[i], "%s", measured ? ")" : "");
		if (expression_parse(texts[i].text, &expressions[i], &err) < 0) {
			check_refusal(err.code, &err);
			(*refused)++;
			return;
		}
		values[i] = (struct value_request){ .expression = &expressions[i] };
	}
	/* Without a list, all parameters are captured. */
	for (uint32_t i = 0; text_count == 0 && i < count; i++) {
		assert_int_equal(expression_make(&expressions[i], names[i], names[i], NULL), 0);
		values[i] = (struct value_request){ .expression = &expressions[i] };
	}
	r = shape_create(&scope, values, text_count ? text_count : count, bounds, &builder, &shape,
			 &gaps, &err);
	if (r < 0) {
		check_refusal(r, &err);
		(*refused)++;
		return;
	}
	assert_true(gaps.count <= SHAPE_MAX_GAPS);
	check_answer(&builder, &shape, &site, compiled);
	shape_finish(&shape);
}

static void answers_keep_to_the_bounds(void **state)
{
	size_t compiled = 0, refused = 0;

	for (int i = 0; i < rounds; i++) {
		binary = (struct types){ 0 };
		ask(&compiled, &refused);
		go_forget();
	}
	print_message("%zu plans, %zu refused\n", compiled, refused);
	assert_true(compiled > (size_t)rounds / 4 && refused > (size_t)rounds / 20);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_keep_to_the_bounds),
	};

	if (argc > 1)
		rounds = atoi(argv[1]);
	if (argc > 2)
		seed ^= strtoull(argv[2], NULL, 10) * 0x9e3779b97f4a7c15;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
