/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "go_types.h"
#include "walk.h"
#include "way.h"

/* ---- types ---- */

static const struct type *int_type, *bool_type, *float_type, *string_type, *error_type, *any_type;
static const struct type *item_type, *item_pointer, *order_type, *order_pointer, *shop_pointer;
static const struct type *circle_type, *circle_pointer, *shape_type, *handle_type, *weak_type;
static struct type *loop_type;
static struct types binary;

enum {
	CIRCLE_HASH = 0xc1c1e,
	POINTER_HASH = 0x70123456,
	STRING_HASH = 7,
	HANDLE_HASH = 9,
	WEAK_HASH = 10
};

static void make_order(void)
{
	item_type = GO_STRUCT("main.Item", { "ID", int_type }, { "Name", string_type },
			      { "Price", float_type }, { "Sold", bool_type });
	item_pointer = go_pointer(item_type);
	order_type = GO_STRUCT("main.Order", { "Item", item_type, true }, { "Next", item_pointer },
			       { "Raw", go_basic("unsafe.Pointer") },
			       { "Twice", go_pointer(item_pointer) }, { "Err", error_type },
			       { "Items", go_slice(item_type) }, { "Four", go_array(int_type, 4) },
			       { "Tags", go_map(string_type, int_type) },
			       { "Far", go_array(go_basic("uint8"), 1 << 28) },
			       { "Farther", int_type });
	order_pointer = go_pointer(order_type);
}

/* Shop embeds *Order, which embeds Item. Shop also embeds Audit; the ID of Audit hides that of Item. */
static void make_shop(void)
{
	const struct type *audit =
		GO_STRUCT("main.Audit", { "ID", string_type }, { "By", string_type });

	shop_pointer = go_pointer(GO_STRUCT("main.Shop", { "Open", bool_type },
					    { "Order", order_pointer, true },
					    { "Audit", audit, true }, { "Plain", item_type }));
}

static void make_shapes(void)
{
	circle_type = GO_STRUCT("main.Circle", { "Radius", float_type }, { "Label", string_type });
	circle_pointer = go_pointer(circle_type);
	shape_type = go_interface("main.Shape", true);
	/*
	 * A value that is one pointer is stored in the interface itself, also if it is a struct or an array.
	 */
	handle_type = GO_STRUCT("main.Handle", { "Circle", go_array(circle_pointer, 1) });
	weak_type = GO_STRUCT("main.Weak", { "_", go_array(circle_pointer, 0) },
			      { "Circle", circle_pointer });
	go_know(&binary, weak_type, WEAK_HASH);
	go_know(&binary, circle_type, CIRCLE_HASH);
	go_know(&binary, circle_pointer, POINTER_HASH);
	go_know(&binary, handle_type, HANDLE_HASH);
	go_know(&binary, string_type, STRING_HASH);
	go_know(&binary, item_type, 0);
}

static int make_types(void **state)
{
	int_type = go_basic("int");
	bool_type = go_basic("bool");
	float_type = go_basic("float64");
	string_type = go_basic("string");
	error_type = go_interface("error", true);
	any_type = go_interface("interface {}", false);
	make_order();
	make_shop();
	make_shapes();
	loop_type = go_open_pointer("main.Loop");
	loop_type->element = loop_type;
	return 0;
}

static int forget_types(void **state)
{
	go_forget();
	return 0;
}

/* ---- questions and answers ---- */

/* Asks for an expression over parameters a, b, c, … of these types, in a program of Go 1.`minor`. */
struct question {
	uint32_t minor;
	const struct type *types[6];
	const char *expression;
	enum site_kind kind;
	bool by_reference; /* the names begin with "&" */
};

#define ASK(minor, expression, ...) ((struct question){ minor, { __VA_ARGS__ }, expression })
/* Asks for the results of a call, after it has returned. */
#define ASK_AFTER(minor, expression, ...) \
	((struct question){ minor, { __VA_ARGS__ }, expression, SITE_AFTER_CALL })
/* Asks for the parameters of the called function, at a call. */
#define ASK_AT_CALL(minor, expression, ...) \
	((struct question){ minor, { __VA_ARGS__ }, expression, SITE_CALL })
/* Asks for variables of another function that a closure uses by reference. */
#define ASK_BY_REFERENCE(minor, expression, ...) \
	((struct question){ minor, { __VA_ARGS__ }, expression, SITE_STACK_CHECK, true })

struct answer {
	struct plan_builder builder;
	struct expression expression;
	struct go_version version;
	const struct convention *convention;
	struct parameter parameters[6];
	struct signature signature;
	struct site site;
	struct scope scope;
	struct walk walk;
	struct plan_place place;
};

/* A function with six parameters also has one named `f`. */
static const struct scope_root roots[] = {
	{ "head", { "b", "Next" } },	{ "whole", { "b" } },	  { "f", { "a", "data" } },
	{ "lost", { "b", "Nowhere" } }, { "gone", { "nobody" } },
};

static int answer(struct question question, struct answer *answer, struct error *err)
{
	static const char *const names[] = { "&a", "&b", "&c", "&d", "&e", "&f" };
	size_t count = 0;
	int r;

	*answer = (struct answer){ .version = { .number = GO_VERSION(question.minor, 0) } };
	answer->convention = convention_of(MACHINE_AMD64, &answer->version);
	answer->site = (struct site){ .kind = question.kind, .goroutine_register = 1 };
	for (; count < 6 && question.types[count]; count++)
		answer->parameters[count] =
			(struct parameter){ .name = names[count] + !question.by_reference,
					    .type = question.types[count] };
	answer->signature =
		(struct signature){ .parameters = answer->parameters, .parameter_count = count };
	answer->scope = (struct scope){ answer->convention, &answer->version, &binary,
					&answer->signature, &answer->site };
	answer->scope.roots = (struct scope_roots){ roots, sizeof(roots) / sizeof(roots[0]) };
	assert_int_equal(expression_parse(question.expression, &answer->expression, NULL), 0);
	r = walk_begin(&answer->walk, &answer->scope, &answer->expression, &answer->builder, err);
	while (r == 0 && answer->walk.step + 1 < answer->expression.step_count)
		r = walk_take_step(&answer->walk, err);
	return r < 0 ? r : walk_place(&answer->walk, &answer->place, err);
}

/* Checks the way (in the notation of way.h) to a value, and the name of the value's type. */
static void assert_way(struct question question, const char *type, const char *way)
{
	struct error err = { 0 };
	struct answer found;
	char text[WAY_SIZE];

	if (answer(question, &found, &err) < 0)
		fail_msg("%s: %s", question.expression, err.what);
	assert_string_equal(found.walk.type->name, type);
	way_write(found.convention, &found.builder, &found.place, text);
	if (strcmp(text, way) != 0)
		fail_msg("%s: %s, not %s", question.expression, text, way);
}

/* `at`: the position of the error in the expression; -1: the error quotes nothing. */
static void assert_refused(struct question question, int code, int at, const char *why)
{
	struct error err = { 0 };
	struct answer found;

	assert_int_equal(answer(question, &found, &err), code);
	assert_int_equal(err.code, code);
	if (!strstr(err.what, why))
		fail_msg("%s: %s", question.expression, err.what);
	assert_string_equal(err.quote, at < 0 ? "" : question.expression);
	if (at >= 0)
		assert_int_equal(err.quote_at, at);
	assert_int_equal(answer(question, &found, NULL), code);
}

/* ---- parameters, pointers, fields ---- */

static void reaches_registers(void **state)
{
	assert_way(ASK(25, "a", int_type), "int", "rax");
	assert_way(ASK(25, "b", int_type, string_type), "string", "rbx, rcx");
	assert_way(ASK(25, "b.data", string_type, error_type), "unsafe.Pointer", "rdi");
	/* Fields of a struct that is passed by value; the float among them takes no integer register. */
	assert_way(ASK(25, "a.ID", item_type), "int", "rax");
	assert_way(ASK(25, "a.Name", item_type), "string", "rbx, rcx");
	assert_way(ASK(25, "a.Sold", item_type), "bool", "rdi");
	assert_way(ASK(25, "b", float_type, int_type), "int", "rax");
	assert_way(ASK(25, "a", go_slice(int_type)), "[]int", "rax, rbx, rcx");
}

static void follows_pointers(void **state)
{
	assert_way(ASK(25, "b.Item.Name", int_type, order_pointer), "string", "rbx +8");
	assert_way(ASK(25, "b.Next", int_type, order_pointer), "*main.Item", "rbx +40");
	assert_way(ASK(25, "b.Next.Price", int_type, order_pointer), "float64", "rbx +40 +24");
	assert_way(ASK(25, "b.Twice.Sold", int_type, order_pointer), "bool", "rbx +56 +0 +32");
	assert_way(ASK(25, "a.ID", go_pointer(item_pointer)), "int", "rax +0 +0");
	assert_way(ASK(25, "a.Err.tab", order_pointer), "unsafe.Pointer", "rax +64");
	assert_way(ASK(25, "a.Err.data", order_pointer), "unsafe.Pointer", "rax +72");
}

/* A name of the scope stands for its path, and hides a parameter of that name. */
static void begins_at_roots(void **state)
{
	assert_way(ASK(25, "head", int_type, order_pointer), "*main.Item", "rbx +40");
	assert_way(ASK(25, "head.Price", int_type, order_pointer), "float64", "rbx +40 +24");
	assert_way(ASK(25, "whole", int_type, order_pointer), "*main.Order", "rbx");
	assert_way(ASK(25, "f", error_type, int_type, int_type, int_type, int_type, int_type),
		   "unsafe.Pointer", "rbx");
	/* Diagnostics refer to the text that the user wrote. */
	assert_refused(ASK(25, "head.Nothing", int_type, order_pointer), -ENOENT, 5, "\"Nothing\"");
	assert_refused(ASK(25, "n=lost.Name", int_type, order_pointer), -ENOENT, 2, "\"Nowhere\"");
	assert_refused(ASK(25, "gone", int_type), -ENOENT, 0, "no parameter \"nobody\"");
}

static void reaches_the_stack(void **state)
{
	/* In ABI0 all parameters are above the return address. */
	assert_way(ASK(15, "a", int_type, string_type), "int", "rsp +8");
	assert_way(ASK(15, "b", int_type, string_type), "string", "rsp +16");
	assert_way(ASK(15, "b.Sold", bool_type, item_type), "bool", "rsp +48");
	assert_way(ASK(15, "b.Next.Name", int_type, order_pointer), "string", "rsp +16 +40 +8");
	assert_way(ASK(15, "a", float_type), "float64", "rsp +8");
	assert_way(ASK(15, "a.data", error_type), "unsafe.Pointer", "rsp +16");
	/* In ABIInternal an array of two never goes into registers; the parameter after it does. */
	assert_way(ASK(25, "b", int_type, go_array(int_type, 2), int_type), "[2]int", "rsp +8");
	assert_way(ASK(25, "c", int_type, go_array(int_type, 2), int_type), "int", "rbx");
}

static void promotes_fields(void **state)
{
	assert_way(ASK(25, "a.Name", order_pointer), "string", "rax +8");
	assert_way(ASK(25, "a.Next", shop_pointer), "*main.Item", "rax +8 +40");
	assert_way(ASK(25, "a.Price", shop_pointer), "float64", "rax +8 +24");
	/* The field with the least depth is found, whatever comes first. */
	assert_way(ASK(25, "a.ID", shop_pointer), "string", "rax +16");
	assert_way(ASK(25, "a.Order.ID", shop_pointer), "int", "rax +8 +0");
	/* An embedded field can be named as well. */
	assert_way(ASK(25, "a.Audit.By", shop_pointer), "string", "rax +32");
	/* The struct is passed by value, in registers. */
	assert_way(ASK(25, "a.Next.ID",
		       GO_STRUCT("main.Outer", { "x", int_type }, { "Shop", shop_pointer, true })),
		   "int", "rbx +8 +40 +0");
}

/* The fields of a field that is not embedded are not promoted. */
static void promotes_no_other_fields(void **state)
{
	const struct type *plain = GO_STRUCT("main.Plain", { "Item", item_type });

	assert_refused(ASK(25, "a.Price", go_pointer(plain)), -ENOENT, 2, "it has Item");
}

static void refuses_what_it_cannot_reach(void **state)
{
	assert_refused(ASK(25, "x", int_type, string_type), -ENOENT, 0, "a, b");
	assert_refused((struct question){ 25, { NULL }, "x" }, -ENOENT, 0, "none");
	assert_refused(ASK(25, "a.Colour", item_type), -ENOENT, 2, "ID, Name, Price, Sold");
	assert_refused(ASK(25, "a.ID", int_type), -ENOENT, 2, "a int has no fields");
	assert_refused(ASK(25, "a.len", string_type), -ENOENT, 2, "no fields");
	assert_refused(ASK(25, "a.Error", error_type), -ENOENT, 2, "\"Error\"");
	assert_refused(ASK(25, "a", float_type), -ENOTSUP, 0, "floating-point");
	assert_refused(ASK(25, "a.Price", item_type), -ENOTSUP, 2, "floating-point");
	assert_refused(ASK(25, "a.x", go_basic("unsafe.Pointer")), -ENOTSUP, 2, "unsafe.Pointer");
	assert_refused(ASK(25, "a.Raw.x", order_pointer), -ENOTSUP, 6, "cannot be dereferenced");
	assert_refused(ASK(25, "b", go_mystery("main.Mystery", TYPE_UNKNOWN, 0), int_type),
		       -ENODATA, -1, "main.Mystery");
	assert_refused(ASK(25, "a.x", go_pointer(go_mystery("main.Hidden", TYPE_STRUCT, 8))),
		       -ENODATA, -1, "main.Hidden");
	/* A parameter may have the name of the goroutine, but the goroutine is no field. */
	assert_refused(ASK(25, "a.g", int_type), -ENOENT, 2, "no fields");
}

static void bounds_the_pointers(void **state)
{
	assert_refused(ASK(25, "a.x", loop_type), -E2BIG, 2, "pointers");
	assert_refused(ASK(15, "a.x", loop_type), -E2BIG, 2, "pointers");
	assert_refused(ASK(25, "a[0]", loop_type), -E2BIG, 1, "pointers");
}

/* Follows a chain with the greatest number of pointers; one more is refused. */
static void follows_long_chains(void **state)
{
	const struct type *chain = item_type;
	char way[WAY_SIZE] = "rax";

	for (size_t i = 0; i < EXPRESSION_MAX_STEPS; i++) {
		chain = go_pointer(chain);
		strcat(way, " +0");
	}
	assert_way(ASK(25, "a.ID", chain), "int", way);
	assert_refused(ASK(25, "a.ID", go_pointer(chain)), -E2BIG, 2, "pointers");
}

/* A size that damaged DWARF gives must not lead out of the enclosing value. */
static void keeps_near_to_pointers(void **state)
{
	assert_way(ASK(25, "a.Far", order_pointer), "[268435456]uint8", "rax +144");
	assert_refused(ASK(25, "a.Farther", order_pointer), -E2BIG, 2, "the offset is too large");
	assert_way(ASK(15, "b", go_array(bool_type, (1 << 28) - 8), string_type), "string",
		   "rsp +268435456");
	assert_refused(ASK(15, "b", go_array(bool_type, 1 << 28), string_type), -E2BIG, 0,
		       "too far up the stack");
	assert_refused(ASK(15, "b", go_array(bool_type, INT32_MAX), bool_type), -E2BIG, -1,
		       "too large");
	assert_refused(ASK(15, "b", go_array(bool_type, UINT64_C(1) << 32), bool_type), -E2BIG, -1,
		       "too large");
}

/* ---- elements ---- */

static void takes_elements_of_arrays(void **state)
{
	assert_way(ASK(25, "a.Four[0]", order_pointer), "int", "rax +104");
	assert_way(ASK(25, "a.Four[3]", order_pointer), "int", "rax +128");
	assert_way(ASK(15, "a[1].Name", go_array(item_type, 2)), "string", "rsp +56");
	assert_way(ASK(25, "b[1]", int_type, go_array(int_type, 2)), "int", "rsp +16");
	/* An array of one is passed in registers. */
	assert_way(ASK(25, "a[0].Name", go_array(item_type, 1)), "string", "rbx, rcx");
	assert_way(ASK(25, "a[2]", go_pointer(go_array(bool_type, 3))), "bool", "rax +2");
	assert_refused(ASK(25, "a.Four[4]", order_pointer), -EINVAL, 6,
		       "out of range for a [4]int");
	assert_refused(ASK(25, "a[0]", go_array(int_type, 0)), -EINVAL, 1, "out of range");
	/* The offset of this element exceeds 64 bits. */
	assert_refused(ASK(25, "a[4]",
			   go_pointer(go_array(go_array(bool_type, UINT64_C(1) << 62), 8))),
		       -E2BIG, 1, "the offset is too large");
}

/* The element is read only if the slice has enough elements. */
static void takes_elements_of_slices(void **state)
{
	assert_way(ASK(25, "a[2]", go_slice(int_type)), "int", "rax if(rbx > 2) +16");
	assert_way(ASK(25, "a[0].Name", go_slice(item_pointer)), "string", "rax if(rbx > 0) +0 +8");
	assert_way(ASK(15, "a[2]", go_slice(int_type)), "int", "rsp +8 if(rsp +16 > 2) +16");
	assert_way(ASK(25, "a.Items[1].Name", order_pointer), "string",
		   "rax +80 if(rax +88 > 1) +48");
	assert_way(ASK(25, "a[1][2]", go_slice(go_slice(bool_type))), "bool",
		   "rax if(rbx > 1) +24 if(rax if(rbx > 1) +32 > 2) +2");
	assert_way(ASK(25, "a[5]", go_pointer(go_slice(int_type))), "int",
		   "rax +0 if(rax +8 > 5) +40");
	assert_way(ASK(25, "a[268435456]", go_slice(bool_type)), "bool",
		   "rax if(rbx > 268435456) +268435456");
	assert_refused(ASK(25, "a[268435457]", go_slice(bool_type)), -E2BIG, 1,
		       "index is too large");
	assert_refused(ASK(25, "a[4294967296]", go_slice(bool_type)), -E2BIG, 1,
		       "index is too large");
	assert_refused(ASK(25, "a[268435456]", go_slice(int_type)), -E2BIG, 1,
		       "the offset is too large");
}

static void takes_bytes_of_strings(void **state)
{
	assert_way(ASK(25, "a[0]", string_type), "uint8", "rax if(rbx > 0) +0");
	assert_way(ASK(25, "a.Name[3]", item_pointer), "uint8", "rax +8 if(rax +16 > 3) +3");
}

static void refuses_other_elements(void **state)
{
	assert_refused(ASK(25, "a[0]", int_type), -EINVAL, 1,
		       "a int cannot be indexed by a number");
	assert_refused(ASK(25, "a[0]", item_pointer), -EINVAL, 1,
		       "a main.Item cannot be indexed by a number");
	assert_refused(ASK(25, "a[0]", error_type), -EINVAL, 1, "cannot be indexed by a number");
	assert_refused(ASK(25, "a[0]", go_chan(int_type)), -EINVAL, 1,
		       "cannot be indexed by a number");
	assert_refused(ASK(25, "a.Items[-1]", order_pointer), -EINVAL, 7, "cannot be negative");
	assert_refused(ASK(25, "a[\"k\"]", go_slice(int_type)), -EINVAL, 1, "a []int is not a map");
}

/* A condition that is required twice is stored once. */
static void shares_conditions(void **state)
{
	struct plan_builder builder;
	struct answer found;

	assert_int_equal(answer(ASK(25, "a[2]", go_slice(string_type)), &found, NULL), 0);
	builder = found.builder;
	assert_int_equal(builder.source_count, 2);
	assert_int_equal(builder.sources[0].kind, PLAN_SOURCE_CONDITION);
	assert_int_equal(builder.sources[0].comparison, PLAN_ABOVE);
	assert_int_equal(builder.sources[0].size, 8);
	assert_int_equal(builder.sources[1].kind, PLAN_SOURCE_MEMORY);
	assert_int_equal(builder.sources[1].place.gate, 0);
	found.walk.builder = &builder;
	found.walk.type = go_slice(string_type);
	found.walk.place = (struct plan_place){ .source = PLAN_REGISTERS, .gate = PLAN_NO_GATE };
	assert_int_equal(walk_to_element(&found.walk, 2, NULL), 0);
	assert_int_equal(builder.source_count, 2);
}

/* ---- maps ---- */

static struct plan_search search_of(struct question question)
{
	struct error err = { 0 };
	struct answer found;

	if (answer(question, &found, &err) < 0)
		fail_msg("%s: %s", question.expression, err.what);
	assert_int_equal(found.builder.search_count, 1);
	return found.builder.searches[0];
}

static void assert_wanted(struct plan_search search, enum search_match match, const void *key,
			  size_t size)
{
	uint8_t wanted[SEARCH_KEY_SIZE] = { 0 };

	memcpy(wanted, key, size);
	assert_int_equal(search.match, match);
	assert_int_equal(search.key_size, size);
	assert_memory_equal(search.wanted, wanted, sizeof(wanted));
}

static void finds_entries_by_string(void **state)
{
	const struct type *header = go_map(string_type, go_slice(string_type));
	struct plan_search search = search_of(ASK(25, "a[\"gift\"]", header));

	assert_wanted(search, SEARCH_STRING, "gift", 4);
	assert_int_equal(search.layout, SEARCH_TABLES);
	assert_int_equal(search.group_size, 328);
	search = search_of(ASK(23, "a[\"\"]", header));
	assert_wanted(search, SEARCH_STRING, "", 0);
	assert_int_equal(search.layout, SEARCH_BUCKETS);
	assert_int_equal(search.group_size, 336);
	assert_way(ASK(25, "a[\"gift\"][0]", header), "string",
		   "rax find(0) +8 +0 if(rax find(0) +8 +8 > 0) +0");
	assert_way(ASK(15, "a[\"gift\"]", header), "[]string", "rsp +8 find(0) +8 +0");
	assert_way(ASK(25, "a.Tags[\"x\\x00y\"]", order_pointer), "int", "rax +136 find(0) +8 +0");
	assert_wanted(search_of(ASK(25, "a.Tags[\"x\\x00y\"]", order_pointer)), SEARCH_STRING,
		      "x\0y", 3);
}

static void finds_entries_by_integer(void **state)
{
	assert_wanted(search_of(ASK(25, "a[42]", go_map(int_type, string_type))), SEARCH_INTEGER,
		      "\x2a\0\0\0\0\0\0\0", 8);
	assert_wanted(search_of(ASK(25, "a[-2]", go_map(int_type, string_type))), SEARCH_INTEGER,
		      "\xfe\xff\xff\xff\xff\xff\xff\xff", 8);
	assert_wanted(search_of(ASK(25, "a[-2]", go_map(go_basic("int16"), string_type))),
		      SEARCH_INTEGER, "\xfe\xff", 2);
	assert_wanted(search_of(ASK(25, "a[18446744073709551615]",
				    go_map(go_basic("uint64"), string_type))),
		      SEARCH_INTEGER, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	assert_way(ASK(25, "a[7]", go_map(go_basic("uint8"), bool_type)), "bool",
		   "rax find(0) +8 +0");
}

static void knows_the_range_of_keys(void **state)
{
	static const struct {
		const char *key, *least, *most, *below, *above;
	} rows[] = {
		{ "int8", "a[-128]", "a[127]", "a[-129]", "a[128]" },
		{ "int16", "a[-32768]", "a[32767]", "a[-32769]", "a[32768]" },
		{ "int32", "a[-2147483648]", "a[2147483647]", "a[-2147483649]", "a[2147483648]" },
		{ "int64", "a[-9223372036854775808]", "a[9223372036854775807]", NULL,
		  "a[9223372036854775808]" },
		{ "uint8", "a[0]", "a[255]", "a[-1]", "a[256]" },
		{ "uint16", "a[0]", "a[65535]", "a[-1]", "a[65536]" },
		{ "uint32", "a[0]", "a[4294967295]", "a[-1]", "a[4294967296]" },
		{ "uint64", "a[0]", "a[18446744073709551615]", "a[-1]", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct type *map = go_map(go_basic(rows[i].key), bool_type);

		search_of(ASK(25, rows[i].least, map));
		search_of(ASK(25, rows[i].most, map));
		if (rows[i].below)
			assert_refused(ASK(25, rows[i].below, map), -EINVAL, 1,
				       "out of range for the keys of");
		if (rows[i].above)
			assert_refused(ASK(25, rows[i].above, map), -EINVAL, 1,
				       "out of range for the keys of");
	}
}

static void refuses_other_keys(void **state)
{
	assert_refused(ASK(25, "a[1]", go_map(string_type, int_type)), -EINVAL, 1, "not integers");
	assert_refused(ASK(25, "a[\"1\"]", go_map(int_type, int_type)), -EINVAL, 1, "not strings");
	assert_refused(ASK(25, "a[1]", go_map(float_type, int_type)), -EINVAL, 1, "not integers");
	assert_refused(ASK(25, "a[1]", go_map(bool_type, int_type)), -EINVAL, 1, "not integers");
	assert_refused(ASK(25, "a[\"x\"]", go_map(error_type, int_type)), -EINVAL, 1,
		       "not strings");
	assert_refused(ASK(25, "a[1]", go_mystery("map[int]int", TYPE_MAP, 8)), -ENODATA, -1,
		       "nothing");
}

/* A group contains pointers to elements of more than 128 bytes. */
static void follows_large_elements(void **state)
{
	const struct type *large = go_array(int_type, 17), *inlined = go_array(int_type, 16);

	for (uint32_t minor = 23; minor <= 24; minor++) {
		assert_way(ASK(minor, "a[1][3]", go_map(int_type, inlined)), "int",
			   "rax find(0) +8 +24");
		assert_way(ASK(minor, "a[1][3]", go_map(int_type, large)), "int",
			   "rax find(0) +8 +0 +24");
	}
}

static void goes_through_entries(void **state)
{
	const struct type *large = go_array(int_type, 17);
	struct walk key, element;
	struct plan_place place;
	struct answer found;
	char way[WAY_SIZE];

	assert_int_equal(answer(ASK(25, "a", go_map(large, string_type)), &found, NULL), 0);
	assert_int_equal(walk_to_entry(&found.walk, 3, &key, &element, NULL), 0);
	assert_ptr_equal(key.type, large);
	assert_ptr_equal(element.type, string_type);
	assert_int_equal(found.builder.searches[0].match, SEARCH_ANY);
	assert_int_equal(walk_place(&key, &place, NULL), 0);
	way_write(found.convention, &found.builder, &place, way);
	assert_string_equal(way, "rax find(0, 3) +0 +0 +0");
	assert_int_equal(walk_place(&element, &place, NULL), 0);
	way_write(found.convention, &found.builder, &place, way);
	assert_string_equal(way, "rax find(0, 3) +8 +0");
	/* Another entry is another place in the same search. */
	assert_int_equal(walk_to_entry(&found.walk, 4, &key, &element, NULL), 0);
	assert_int_equal(found.builder.search_count, 1);
}

/* ---- interfaces ---- */

static void asserts_types(void **state)
{
	/* main.Shape has methods, so the type is read from the itab; 0x70123456 is 1880241238. */
	assert_way(ASK(25, "a.(*main.Circle)", shape_type), "*main.Circle",
		   "rbx if(rax +8 +16 = 1880241238)");
	assert_way(ASK(25, "a.(*main.Circle).Label", shape_type), "string",
		   "rbx if(rax +8 +16 = 1880241238) +8");
	/* The interface has a pointer to a value that is no pointer. */
	assert_way(ASK(25, "a.(main.Circle).Label", shape_type), "string",
		   "rbx if(rax +8 +16 = 793630) +8");
	assert_way(ASK(15, "a.(main.Circle).Label", shape_type), "string",
		   "rsp +16 if(rsp +8 +8 +16 = 793630) +8");
	/* The first word of an any is the type itself. */
	assert_way(ASK(25, "a.(string)", any_type), "string", "rbx if(rax +16 = 7) +0");
	assert_way(ASK(25, "a.(main.Handle).Circle[0].Label", any_type), "string",
		   "rbx if(rax +16 = 9) +8");
	assert_way(ASK(26, "a.(main.Weak).Circle.Label", any_type), "string",
		   "rbx if(rax +16 = 10) +8");
	assert_way(ASK(25, "a.Err.(*main.Circle).Label", order_pointer), "string",
		   "rax +72 if(rax +64 +8 +16 = 1880241238) +8");
	assert_way(ASK(25, "a.(*main.Circle).Label", go_pointer(shape_type)), "string",
		   "rax +8 if(rax +0 +8 +16 = 1880241238) +8");
}

/* The pointer in an interface is an unsafe.Pointer. */
static void converts_unsafe_pointers(void **state)
{
	assert_way(ASK(25, "a.data", shape_type), "unsafe.Pointer", "rbx");
	assert_way(ASK(25, "a.data.(*main.Circle)", shape_type), "*main.Circle", "rbx");
	assert_way(ASK(25, "a.data.(*main.Circle).Label", shape_type), "string", "rbx +8");
	assert_way(ASK(25, "a.data.(*main.Circle).Label", any_type), "string", "rbx +8");
	assert_way(ASK(25, "a.Err.data.(*main.Circle).Label", order_pointer), "string",
		   "rax +72 +8");
	assert_refused(ASK(25, "a.data.(string)", shape_type), -EINVAL, 7,
		       "can only be converted to a pointer type");
	assert_refused(ASK(25, "a.data.(*main.Square)", shape_type), -ENOENT, 7,
		       "full import path");
	assert_refused(ASK(25, "a.data.Label", shape_type), -ENOTSUP, 7, "dereferenced");
}

static void reads_results_in_registers_after_a_call(void **state)
{
	const struct type *large = go_array(int_type, 2);

	assert_way(ASK_AFTER(25, "a.Label", circle_pointer, error_type), "string", "rax +8");
	assert_way(ASK_AFTER(25, "b", large, int_type), "int", "rax");
	assert_refused(ASK_AFTER(25, "a", large, int_type), -ENOTSUP, 0, "on the stack");
	assert_refused(ASK_AFTER(15, "a.Label", circle_pointer), -ENOTSUP, 0, "on the stack");
}

static void reads_parameters_in_registers_at_a_call(void **state)
{
	const struct type *large = go_array(int_type, 2);

	assert_way(ASK_AT_CALL(25, "b.Label", any_type, circle_pointer), "string", "rcx +8");
	assert_refused(ASK_AT_CALL(25, "a", large, int_type), -ENOTSUP, 0, "on the stack");
	assert_refused(ASK_AT_CALL(15, "a.Label", circle_pointer), -ENOTSUP, 0, "on the stack");
}

static void reads_variables_that_closures_use_by_reference(void **state)
{
	assert_way(ASK_BY_REFERENCE(25, "a.Label", circle_pointer), "string", "rax +8");
	assert_way(ASK_BY_REFERENCE(25, "b.Label", int_type, go_pointer(circle_pointer)), "string",
		   "rbx +0 +8");
	assert_refused(ASK_BY_REFERENCE(25, "c", int_type), -ENOENT, 0, "the parameters are &a");
}

static void refuses_other_assertions(void **state)
{
	assert_refused(ASK(25, "a.(*main.Square)", shape_type), -ENOENT, 2, "full import path");
	assert_refused(ASK(25, "a.(string)", string_type), -EINVAL, 2,
		       "a string is not an interface");
	assert_refused(ASK(25, "a.(main.Item)", shape_type), -ENODATA, -1, "no descriptor");
	assert_refused(ASK(25, "a.(string)", go_mystery("error", TYPE_INTERFACE, 16)), -ENODATA, -1,
		       "nothing describes");
}

static void finds_hashes(void **state)
{
	struct plan_place place;
	struct answer found;
	char way[WAY_SIZE];

	assert_int_equal(answer(ASK(25, "a", any_type), &found, NULL), 0);
	assert_int_equal(walk_type_hash(&found.walk, &place, NULL), 0);
	way_write(found.convention, &found.builder, &place, way);
	assert_string_equal(way, "rax +16");
	assert_int_equal(answer(ASK(15, "a", shape_type), &found, NULL), 0);
	assert_int_equal(walk_type_hash(&found.walk, &place, NULL), 0);
	way_write(found.convention, &found.builder, &place, way);
	assert_string_equal(way, "rsp +8 +8 +16");
}

static void tells_what_has_a_field(void **state)
{
	struct answer found;

	assert_int_equal(answer(ASK(25, "a", shop_pointer), &found, NULL), 0);
	assert_true(walk_has_field(&found.walk, "Open"));
	assert_true(walk_has_field(&found.walk, "Price"));
	assert_false(walk_has_field(&found.walk, "Colour"));
	assert_int_equal(answer(ASK(25, "a", int_type), &found, NULL), 0);
	assert_false(walk_has_field(&found.walk, "Open"));
	assert_int_equal(answer(ASK(25, "a", go_basic("unsafe.Pointer")), &found, NULL), 0);
	assert_false(walk_has_field(&found.walk, "Open"));
}

/* Types that embed each other without end, as only damaged DWARF has them, cost a bounded time. */
static void gives_up_on_tangles(void **state)
{
	struct type *tangle = go_open_struct("main.Tangle");
	const struct type *pointer = go_pointer(tangle);
	struct go_field fields[401] = { { NULL } };

	for (size_t i = 0; i < 400; i++)
		fields[i] = (struct go_field){ "Tangle", pointer, true };
	go_set_fields(tangle, fields);
	assert_refused(ASK(25, "a.Nothing", pointer), -ENOENT, 2, "\"Nothing\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reaches_registers),
		cmocka_unit_test(follows_pointers),
		cmocka_unit_test(begins_at_roots),
		cmocka_unit_test(reaches_the_stack),
		cmocka_unit_test(promotes_fields),
		cmocka_unit_test(promotes_no_other_fields),
		cmocka_unit_test(refuses_what_it_cannot_reach),
		cmocka_unit_test(bounds_the_pointers),
		cmocka_unit_test(follows_long_chains),
		cmocka_unit_test(keeps_near_to_pointers),
		cmocka_unit_test(takes_elements_of_arrays),
		cmocka_unit_test(takes_elements_of_slices),
		cmocka_unit_test(takes_bytes_of_strings),
		cmocka_unit_test(refuses_other_elements),
		cmocka_unit_test(shares_conditions),
		cmocka_unit_test(finds_entries_by_string),
		cmocka_unit_test(finds_entries_by_integer),
		cmocka_unit_test(knows_the_range_of_keys),
		cmocka_unit_test(refuses_other_keys),
		cmocka_unit_test(follows_large_elements),
		cmocka_unit_test(goes_through_entries),
		cmocka_unit_test(asserts_types),
		cmocka_unit_test(converts_unsafe_pointers),
		cmocka_unit_test(reads_results_in_registers_after_a_call),
		cmocka_unit_test(reads_parameters_in_registers_at_a_call),
		cmocka_unit_test(reads_variables_that_closures_use_by_reference),
		cmocka_unit_test(refuses_other_assertions),
		cmocka_unit_test(finds_hashes),
		cmocka_unit_test(tells_what_has_a_field),
		cmocka_unit_test(gives_up_on_tangles),
	};

	return cmocka_run_group_tests(tests, make_types, forget_types);
}
