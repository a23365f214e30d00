/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "signature_text.h"

static const struct type integer = { .name = "int" };
static const struct type error_type = { .name = "error" };
static const struct type shop = { .name = "main.Shop" };
static const struct type shop_pointer = { .name = "*main.Shop" };
static const struct type list = { .name = "main.List[int]" };
static const struct type list_pointer = { .name = "*main.List[int]" };
static const struct type word = { .name = "uintptr" };

#define PARAMETERS(...)                                          \
	.parameters = (const struct parameter[]){ __VA_ARGS__ }, \
	.parameter_count =                                       \
		sizeof((const struct parameter[]){ __VA_ARGS__ }) / sizeof(struct parameter)
#define RESULTS(...)                                          \
	.results = (const struct parameter[]){ __VA_ARGS__ }, \
	.result_count =                                       \
		sizeof((const struct parameter[]){ __VA_ARGS__ }) / sizeof(struct parameter)

static void writes_what_go_would(void **state)
{
	const struct {
		const char *function;
		struct signature signature;
		const char *text;
	} rows[] = {
		{ "main.main", { 0 }, "func main.main()" },
		{ "main.add",
		  { PARAMETERS({ "a", &integer }, { "b", &integer }),
		    RESULTS({ "~r2", &integer }) },
		  "func main.add(a int, b int) int" },
		{ "main.(*Shop).Checkout",
		  { PARAMETERS({ "s", &shop_pointer }, { "n", &integer }),
		    RESULTS({ "~r0", &integer }, { "~r1", &error_type }) },
		  "func (s *main.Shop) Checkout(n int) (int, error)" },
		{ "main.Shop.Close",
		  { PARAMETERS({ "s", &shop }), RESULTS({ "err", &error_type }) },
		  "func (s main.Shop) Close() (err error)" },
		{ "main.Shop.func1",
		  { PARAMETERS({ "s", &integer }) },
		  "func main.Shop.func1(s int)" },
		{ "ex.com/foo%2ev2.F",
		  { PARAMETERS({ "", &integer }, { "_", &integer }) },
		  "func ex.com/foo%2ev2.F(int, _ int)" },
		{ "main.(*Shop).Close",
		  { PARAMETERS({ "n", &integer }) },
		  "func main.(*Shop).Close(n int)" },
		{ "main.(*Shop).Close-fm",
		  { PARAMETERS({ "s", &shop_pointer }) },
		  "func main.(*Shop).Close-fm(s *main.Shop)" },
		{ "main.(*Shop).Close.func1",
		  { PARAMETERS({ "s", &shop_pointer }) },
		  "func main.(*Shop).Close.func1(s *main.Shop)" },
		{ "main.(*Shop).Close",
		  { PARAMETERS({ "s", &shop }) },
		  "func main.(*Shop).Close(s main.Shop)" },
		{ "main.(*List[go.shape.int]).Push",
		  { PARAMETERS({ "l", &list_pointer }, { ".dict", &word }, { "v", &integer }) },
		  "func (l *main.List[int]) Push(v int)" },
		{ "main.List[go.shape.int].Len",
		  { PARAMETERS({ "l", &list }, { ".dict", &word }) },
		  "func (l main.List[int]) Len()" },
		{ "main.Map[go.shape.int]",
		  { PARAMETERS({ ".dict", &word }, { "v", &integer }) },
		  "func main.Map[go.shape.int](v int)" },
		{ "memequal", { PARAMETERS({ "a", &integer }) }, "func memequal(a int)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];

		signature_format(rows[i].function, &rows[i].signature, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

static const struct type cache = { .name = "*main.Cache[go.shape.*uint8]" };
static const struct type numbered = { .name = "*main.Cache[go.shape.*uint8_0]" };
static const struct type shape = { .name = "go.shape.*uint8" };
static const struct type numbered_shape = { .name = "go.shape.*uint8_0" };
static const struct type shapes = { .name = "[]go.shape.*uint8" };
static const struct type mapping = { .name = "func(go.shape.*uint8) go.shape.string" };
static const struct type long_int = { .name = "map[go.shape.int64]go.shape.int" };
static const struct type pair = { .name = "main.Pair[go.shape.int,go.shape.int64]" };
static const struct type integers = { .name = "map[uint]func(int8, int, Xint, int_, intB)" };
static const struct type users = { .name = "map[*main.User]*main.UserList" };

/* Type arguments become type parameters, and the hidden parameter is removed wherever it is. */
static void writes_type_parameters(void **state)
{
	const struct {
		const char *function;
		struct signature signature;
		const char *text;
	} rows[] = {
		{ "main.(*Cache[go.shape.*uint8]).Put",
		  { PARAMETERS({ "c", &cache, .dictionary_word = 1 }, { ".dict", &word },
			       { "key", &integer }, { "v", &shape, .dictionary_word = 2 }),
		    RESULTS({ "~r0", &shape, .dictionary_word = 2 }),
		    .shared = "main.(*Cache[go.shape.*uint8]).Put" },
		  "func (c *main.Cache[T]) Put(key int, v T) T" },
		{ "main.(*Cache[...]).Put",
		  { PARAMETERS({ ".dict", &word }, { "c", &numbered, .dictionary_word = 2 },
			       { "v", &numbered_shape, .dictionary_word = 1 }),
		    .shared = "main.(*Cache[go.shape.*uint8_0]).Put" },
		  "func (c *main.Cache[T]) Put(v T)" },
		{ "main.Map[...]",
		  { PARAMETERS({ ".dict", &word }, { "in", &shapes, .dictionary_word = 1 },
			       { "f", &mapping, .dictionary_word = 2 }),
		    RESULTS({ "out", &integer }),
		    .shared = "main.Map[go.shape.*uint8,go.shape.string]" },
		  "func main.Map[T1, T2](in []T1, f func(T1) T2) (out int)" },
		{ "main.Keys[go.shape.int,go.shape.int64]",
		  { PARAMETERS({ "m", &long_int, .dictionary_word = 1 },
			       { "p", &pair, .dictionary_word = 2 }, { "raw", &long_int }),
		    .shared = "main.Keys[go.shape.int,go.shape.int64]" },
		  "func main.Keys[T1, T2](m map[T2]T1, p main.Pair[T1, T2], raw "
		  "map[go.shape.int64]go.shape.int)" },
		{ "main.Zip[...].func1",
		  { PARAMETERS({ "m", &users, .dictionary_word = 1 }),
		    .shared = "main.Zip[*main.User,*main.UserList].func1" },
		  "func main.Zip[T1, T2].func1(m map[T1]T2)" },
		/* Only whole words are the type argument. */
		{ "main.Sum[int]",
		  { PARAMETERS({ "m", &integers, .dictionary_word = 1 }),
		    .shared = "main.Sum[int]" },
		  "func main.Sum[T](m map[uint]func(int8, T, Xint, int_, intB))" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];

		signature_format(rows[i].function, &rows[i].signature, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

static void tells_equal_type_arguments(void **state)
{
	assert_false(signature_is_ambiguous(&(struct signature){ 0 }));
	assert_false(signature_is_ambiguous(&(struct signature){ .shared = "main.F[int]" }));
	assert_false(signature_is_ambiguous(&(struct signature){ .shared = "main.F[int,int8]" }));
	assert_false(signature_is_ambiguous(
		&(struct signature){ .shared = "main.F[map[int]int,func(a, b)]" }));
	assert_true(
		signature_is_ambiguous(&(struct signature){ .shared = "main.F[*a.B,int,*a.B]" }));
	assert_false(signature_is_ambiguous(&(struct signature){ .shared = "main.F[" }));
}

static void cuts(void **state)
{
	const struct signature signature = { PARAMETERS({ "a", &integer }, { "b", &integer }) };
	char text[16] = "0123456789abcde";

	signature_format("main.add", &signature, text, sizeof(text));
	assert_string_equal(text, "func main.add(a");
	signature_format("main.add", &signature, text, 1);
	assert_string_equal(text, "");
	signature_format("main.add", &signature, text, 0);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_go_would),
		cmocka_unit_test(writes_type_parameters),
		cmocka_unit_test(tells_equal_type_arguments),
		cmocka_unit_test(cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
