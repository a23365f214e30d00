/* SPDX-License-Identifier: MIT */
/*
 * Captures random expressions over random values of random types, and compares the results with the values.
 * The seed is fixed, so that each run tests the same; arguments ROUNDS and SEED select other tests.
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

#include "capture_run.h"
#include "go_source.h"
#include "go_value_json.h"

#if defined(__TARGET_ARCH_arm64)
#define MACHINE MACHINE_ARM64
#else
#define MACHINE MACHINE_AMD64
#endif

enum { MAX_ELEMENTS = 4, MAX_PATHS = 4 };

static uint64_t seed = 88172645463325252u;
static int rounds = 1500;

static uint32_t below(uint32_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 20) % limit;
}

static struct types binary;
static struct go_source source;

/* ---- types ---- */

static const struct type *random_type(int depth);

static const struct type *known(const char *name)
{
	return go_source_type(&source, name);
}

static const struct type *random_basic(void)
{
	static const char *const names[] = {
		"bool",	  "int",    "int8",    "int16",	  "int32",  "uint8",	 "uint16",
		"uint32", "uint64", "uintptr", "float32", "string", "complex64", "complex128",
		"string", "string", "float64", "func()",  "any",    "any",
	};

	return known(names[below(sizeof(names) / sizeof(names[0]))]);
}

static const struct type *random_key(void)
{
	static const char *const names[] = { "string", "string", "int", "int8", "uint16", "bool" };

	return known(names[below(sizeof(names) / sizeof(names[0]))]);
}

/* The first field is never of size zero: reading it shows whether the struct can be read. */
static const struct type *random_struct(int depth)
{
	static const char *const names[] = { "A", "B", "C", "D", "E", "F" };
	struct type *type = go_open_struct("main.S");
	struct go_field fields[7] = { { NULL } };
	uint32_t count = 1 + below(6);

	for (uint32_t i = 0; i < count; i++)
		fields[i] = (struct go_field){ i && below(12) == 0 ? "_" : names[i],
					       random_type(depth - 1), false };
	if (fields[0].type->size == 0)
		fields[0].type = known("int");
	go_set_fields(type, fields);
	return type;
}

static const struct type *random_type(int depth)
{
	if (depth <= 0 || below(4) == 0)
		return random_basic();
	switch (below(7)) {
	case 0:
	case 1:
		return random_struct(depth);
	case 2:
	case 3:
		return go_pointer(random_type(depth - 1));
	case 4:
		return go_slice(random_type(depth - 1));
	case 5:
		return go_array(random_type(depth - 1), below(MAX_ELEMENTS + 1));
	default:
		return go_map(random_key(), random_type(depth - 1));
	}
}

/* ---- values ---- */

static void random_value(struct go_value *value);

static void set_number(struct go_value *value)
{
	static const uint64_t numbers[] = { 0, 1, 2, 127, 128, 255, 65535, 1 << 20, UINT64_MAX };
	uint64_t number = numbers[below(9)];

	if (below(4) == 0)
		number = (uint64_t)below(UINT32_MAX) << 32 | below(UINT32_MAX);
	if (value->type->kind == TYPE_BOOL)
		number &= 1;
	if (value->type->size < 8)
		number &= (UINT64_C(1) << 8 * value->type->size) - 1;
	/* An array of bytes is shown as text. These bytes need no escapes. */
	if (value->type->kind == TYPE_UINT && value->type->size == 1)
		number = number % '\\' == '"' ? 0 : number % '\\';
	value->form = GO_NUMBER;
	value->integer = number;
}

/* Returns a number of few digits, which is written without an exponent. */
static double random_real(void)
{
	return (1 + (double)below(39)) / 4 * (below(2) ? 1 : -1);
}

static void set_text(struct go_value *value)
{
	static const char text[] = "the quick brown fox jumps over the lazy dog. 0123456789";

	value->form = GO_STRING;
	value->size = below(sizeof(text));
	value->text = go_value_keep_text(text, value->size);
}

/* Makes a different key for each number, whatever the key's type. */
static void set_key(struct go_value *key, uint32_t number)
{
	char text[16];

	if (key->type->kind == TYPE_STRING) {
		key->form = GO_STRING;
		key->size = (size_t)snprintf(text, sizeof(text), "key %u", number);
		key->text = go_value_keep_text(text, key->size);
	} else {
		key->form = GO_NUMBER;
		key->integer = number;
	}
}

static void set_entries(struct go_value *value)
{
	uint32_t count = below(MAX_ELEMENTS + 1);

	if (value->type->key->kind == TYPE_BOOL && count > 2)
		count = 2;
	go_value_make_parts(value, 2 * count);
	value->form = GO_PARTS;
	for (uint32_t i = 0; i < count; i++) {
		value->parts[2 * i].type = value->type->key;
		value->parts[2 * i + 1].type = value->type->element;
		set_key(&value->parts[2 * i], i);
		random_value(&value->parts[2 * i + 1]);
		value->parts[2 * i].is_deleted = below(8) == 0;
	}
}

static void set_parts(struct go_value *value)
{
	if (value->type->kind == TYPE_SLICE) {
		go_value_make_parts(value, below(MAX_ELEMENTS + 1));
		for (size_t i = 0; i < value->count; i++)
			value->parts[i].type = value->type->element;
		value->form = GO_PARTS;
	} else {
		go_value_open(value);
	}
	for (size_t i = 0; i < value->count; i++)
		random_value(&value->parts[i]);
}

static void set_target(struct go_value *value)
{
	value->form = below(8) ? GO_TARGET : GO_GONE;
	if (value->form == GO_GONE)
		return;
	go_value_make_parts(value, 1);
	value->parts[0].type = value->type->element;
	random_value(&value->parts[0]);
}

static void set_held(struct go_value *value)
{
	static const char *const names[] = { "string", "int", "float64", "bool", "int64" };

	value->form = GO_HELD;
	go_value_make_parts(value, 1);
	value->parts[0].type = go_source_known(&source, known(names[below(5)]));
	random_value(&value->parts[0]);
}

static bool is_byte(const struct type *type)
{
	return type->kind == TYPE_UINT && type->size == 1;
}

static void random_value(struct go_value *value)
{
	const struct type *type = value->type;

	if (below(10) == 0)
		return;
	switch (type->kind) {
	case TYPE_FLOAT:
		value->form = GO_REAL;
		value->real = random_real();
		break;
	case TYPE_COMPLEX:
		value->form = GO_COMPLEX;
		value->real = random_real();
		value->imaginary = random_real();
		break;
	case TYPE_STRING:
		set_text(value);
		break;
	case TYPE_POINTER:
		set_target(value);
		break;
	case TYPE_INTERFACE:
		set_held(value);
		break;
	case TYPE_MAP:
		set_entries(value);
		break;
	case TYPE_SLICE:
		if (is_byte(type->element))
			set_text(value);
		else
			set_parts(value);
		break;
	case TYPE_STRUCT:
	case TYPE_ARRAY:
		set_parts(value);
		break;
	default:
		set_number(value);
	}
}

/* ---- expressions ---- */

struct path {
	char text[200];
	size_t used;
	const struct type *type;      /* of the value that the path leads to */
	const struct go_value *value; /* NULL: the path leads to no value */
};

__attribute__((format(printf, 2, 3))) static void step_to(struct path *path, const char *format,
							  ...)
{
	va_list list;

	va_start(list, format);
	path->used +=
		vsnprintf(path->text + path->used, sizeof(path->text) - path->used, format, list);
	va_end(list);
	assert_true(path->used < sizeof(path->text));
}

/* Returns a part of the value; NULL if the value does not have it. */
static const struct go_value *part_of(const struct path *path, size_t index)
{
	const struct go_value *value = path->value;
	static struct go_value open;

	if (value && value->form == GO_ZERO &&
	    (value->type->kind == TYPE_STRUCT || value->type->kind == TYPE_ARRAY)) {
		open = *value;
		go_value_open(&open);
		value = &open;
	}
	return value && value->form != GO_GONE && index < value->count ? &value->parts[index] :
									 NULL;
}

static void follow_pointers(struct path *path)
{
	while (path->type->kind == TYPE_POINTER && path->type->element) {
		path->value = part_of(path, 0);
		path->type = path->type->element;
	}
}

static bool step_to_field(struct path *path)
{
	size_t i = below((uint32_t)path->type->field_count);

	if (strcmp(path->type->fields[i].name, "_") == 0)
		return false;
	step_to(path, ".%s", path->type->fields[i].name);
	path->value = part_of(path, i);
	path->type = path->type->fields[i].type;
	return true;
}

static bool step_to_element(struct path *path)
{
	bool is_array = path->type->kind == TYPE_ARRAY;
	uint32_t i = below(MAX_ELEMENTS + 1);

	if (is_byte(path->type->element) || (is_array && i >= path->type->length))
		return false;
	step_to(path, "[%u]", i);
	path->value = part_of(path, i);
	path->type = path->type->element;
	return true;
}

static bool step_to_entry(struct path *path)
{
	uint32_t i = below(MAX_ELEMENTS + 1);
	const struct go_value *key = part_of(path, 2 * i);

	if (path->type->key->kind == TYPE_BOOL)
		return false;
	if (path->type->key->kind == TYPE_STRING)
		step_to(path, "[\"key %u\"]", i);
	else
		step_to(path, "[%u]", i);
	path->value = key && !key->is_deleted ? part_of(path, 2 * i + 1) : NULL;
	path->type = path->type->element;
	return true;
}

static bool step_to_held(struct path *path)
{
	static const char *const names[] = { "string", "int", "float64", "bool", "int64" };
	const struct type *held = go_source_known(&source, known(names[below(5)]));
	const struct go_value *value = part_of(path, 0);

	step_to(path, ".(%s)", held->name);
	path->value = value && value->type == held ? value : NULL;
	path->type = held;
	return true;
}

/* Appends a step. Returns false if the type has no step, or if this step would be refused. */
static bool take_step(struct path *path)
{
	follow_pointers(path);
	switch (path->type->kind) {
	case TYPE_STRUCT:
		return step_to_field(path);
	case TYPE_ARRAY:
	case TYPE_SLICE:
		return step_to_element(path);
	case TYPE_MAP:
		return step_to_entry(path);
	case TYPE_INTERFACE:
		return step_to_held(path);
	default:
		return false;
	}
}

static struct path random_path(const struct go_value *root, uint32_t number)
{
	struct path path = { .type = root->type, .value = root };

	step_to(&path, "x%u=v", number);
	for (uint32_t steps = below(6); steps > 0 && take_step(&path); steps--)
		;
	return path;
}

/*
 * If a struct or an array cannot be reached, each of its parts is null; any other value is null as a whole.
 */
static bool has_one_answer(const struct path *path)
{
	const struct type *type = path->type;

	if (path->value)
		return true;
	return type->kind != TYPE_STRUCT && type->kind != TYPE_ARRAY && type->kind != TYPE_COMPLEX;
}

/* ---- one question ---- */

struct question {
	char list[1024];
	struct go_json wanted;
};

static void ask_for_paths(const struct go_value *value, struct question *question)
{
	uint32_t count = 1 + below(MAX_PATHS);
	size_t used = 0;

	question->wanted.used = 0;
	go_json_put(&question->wanted, "{");
	for (uint32_t i = 0; i < count; i++) {
		struct path path = random_path(value, i);

		if (!has_one_answer(&path))
			continue;
		used += snprintf(question->list + used, sizeof(question->list) - used, "%s%s",
				 used ? ", " : "", path.text);
		go_json_put(&question->wanted, "%s\"x%u\":", used > strlen(path.text) ? "," : "",
			    i);
		if (path.value)
			go_value_write_json(&question->wanted, path.value);
		else
			go_json_put(&question->wanted, "null");
	}
	if (used == 0)
		strcpy(question->list, "");
	go_json_put(&question->wanted, "}");
}

static void check_answer(const struct capture_call *call, const struct question *question,
			 size_t *compared)
{
	static struct captured captured;
	struct error err = { 0 };
	int r = capture_run(call, question->list, &captured, &err);

	/* The bounds of a plan, and what they cut, are tested elsewhere. */
	if (r == -E2BIG || (r == 0 && captured.cuts.count))
		return;
	if (r < 0)
		fail_msg("%s: %s", question->list, err.what);
	if (strcmp(captured.json, question->wanted.text) != 0)
		fail_msg("%s of a %s (%s): %s, not %s", question->list, call->values[0].type->name,
			 call->version.text, captured.json, question->wanted.text);
	(*compared)++;
}

static void ask(size_t *compared)
{
	static const char *const versions[] = { "go1.16.15", "go1.21.3", "go1.25.1",
						"go1.27.0 X:mapsplitgroup" };
	static struct question question;
	struct capture_call call = { .machine = MACHINE,
				     .types = &binary,
				     .names = { "v" },
				     .count = 1,
				     .max_elements = MAX_ELEMENTS,
				     .is_paged_out = below(4) == 0 };
	const struct type *type = random_type(4);

	assert_int_equal(go_version_parse(versions[below(4)], &call.version, NULL), 0);
	/* The value is behind a pointer, because floats in registers cannot be read. */
	call.values[0].type = go_pointer(type);
	call.values[0].form = GO_TARGET;
	go_value_make_parts(&call.values[0], 1);
	call.values[0].parts[0].type = type;
	random_value(&call.values[0].parts[0]);
	ask_for_paths(&call.values[0], &question);
	check_answer(&call, &question, compared);
}

static void captures_give_the_value(void **state)
{
	size_t compared = 0;

	for (int i = 0; i < rounds; i++) {
		binary = (struct types){ 0 };
		go_source_init(&source, &binary);
		ask(&compared);
		type_names_release(binary.names);
		go_values_forget();
		go_forget();
	}
	print_message("%zu of %d compared\n", compared, rounds);
	assert_true(compared > (size_t)rounds / 2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_give_the_value),
	};

	if (argc > 1)
		rounds = atoi(argv[1]);
	if (argc > 2)
		seed ^= strtoull(argv[2], NULL, 10) * 0x9e3779b97f4a7c15;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
