/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "declaration.h"

static size_t add_list(char *text, size_t size, size_t used, const struct declared_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s%s%s", i ? ", " : "",
					 list->fields[i].name, list->fields[i].name[0] ? " " : "",
					 list->fields[i].type->text);
	return used;
}

/* "main.f(a int, b string)(error)" */
static void describe(const struct declaration *declaration, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "%s(", declaration->function);

	used = add_list(text, size, used, &declaration->parameters);
	used += (size_t)snprintf(text + used, size - used, ")(");
	used = add_list(text, size, used, &declaration->results);
	snprintf(text + used, size - used, ")");
}

static void assert_reads(const char *text, const char *expected)
{
	struct declaration declaration;
	struct error err = { 0 };
	char found[2048];

	if (declaration_parse(text, &declaration, &err) < 0)
		fail_msg("%s: %s", text, err.what);
	describe(&declaration, found, sizeof(found));
	assert_string_equal(found, expected);
	assert_string_equal(declaration.text, text);
	declaration_finish(&declaration);
}

static void reads_functions(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "func main.main()", "main.main()()" },
		{ "func memequal(a int)", "memequal(a int)()" },
		{ "  func main.f ( ) ", "main.f()()" },
		{ "func main.reply(w net/http.ResponseWriter, status int, body interface{})",
		  "main.reply(w net/http.ResponseWriter, status int, body interface {})()" },
		{ "func main.f(a, b int, c, d, e string)",
		  "main.f(a int, b int, c string, d string, e string)()" },
		{ "func main.f(int, string)", "main.f(int, string)()" },
		{ "func main.f(a int, _ bool,)", "main.f(a int, _ bool)()" },
		{ "func main.f() error", "main.f()(error)" },
		{ "func main.f() (n int, err error)", "main.f()(n int, err error)" },
		{ "func main.f() (int, error)", "main.f()(int, error)" },
		{ "func main.f(format string, values ...interface{})",
		  "main.f(format string, values []interface {})()" },
		{ "func main.f(...byte)", "main.f([]uint8)()" },
		{ "func main.f(values...main.T)", "main.f(values []main.T)()" },
		/* as `inspect` prints parameters without a name */
		{ "func main.f(e *main.T, int, v string)", "main.f(e *main.T, int, v string)()" },
		{ "func main.f(e *main.T, v reflect.Value, main.opts)",
		  "main.f(e *main.T, v reflect.Value, main.opts)()" },
		{ "func main.serve.func1(stop chan os.Signal)",
		  "main.serve.func1(stop chan os.Signal)()" },
		{ "func main.(*Cache).Put.func1(n int)", "main.(*Cache).Put.func1(n int)()" },
		{ "func main.Map[go.shape.func(int) string](n int)",
		  "main.Map[go.shape.func(int) string](n int)()" },
		{ "func github.com/a/b%2ec.F()", "github.com/a/b%2ec.F()()" },
		{ "func main.f(\n\ta int,\n\tb string,\n) (\n\terror,\n)",
		  "main.f(a int, b string)(error)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_reads(rows[i].text, rows[i].expected);
}

static void reads_methods(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "func (c *main.Cache) Put(key string, v int) (bool, error)",
		  "main.(*Cache).Put(c *main.Cache, key string, v int)(bool, error)" },
		{ "func (main.Shop) Close()", "main.Shop.Close(main.Shop)()" },
		{ "func (*main.Shop) Close()", "main.(*Shop).Close(*main.Shop)()" },
		{ "func(r net/http.Header) Get(string) string",
		  "net/http.Header.Get(r net/http.Header, string)(string)" },
		{ "func (n *gopkg.in/yaml.v3.Node) Decode(v any) error",
		  "gopkg.in/yaml%2ev3.(*Node).Decode(n *gopkg.in/yaml%2ev3.Node, v interface {})(error)" },
		{ "func (c *main.Cache[int, string]) Len() int",
		  "main.(*Cache[int,string]).Len(c *main.Cache[int,string])(int)" },
		{ "func (v main.Shop) Close-fm()", "main.Shop.Close-fm(v main.Shop)()" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_reads(rows[i].text, rows[i].expected);
}

/* Each is the type of one parameter without a name. */
static void reads_types(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "int", "int" },
		{ "byte", "uint8" },
		{ "rune", "int32" },
		{ "any", "interface {}" },
		{ "error", "error" },
		{ "unsafe.Pointer", "unsafe.Pointer" },
		{ "(int)", "int" },
		{ "**main.T", "**main.T" },
		{ "* main.T", "*main.T" },
		{ "[]byte", "[]uint8" },
		{ "[ 4 ][]main.T", "[4][]main.T" },
		{ "map[string][]int", "map[string][]int" },
		{ "map[[2]int]map[main.K]*main.V", "map[[2]int]map[main.K]*main.V" },
		{ "chan int", "chan int" },
		{ "<-chan int", "<-chan int" },
		{ "<- chan int", "<-chan int" },
		{ "chan<- int", "chan<- int" },
		{ "chan (<-chan int)", "chan (<-chan int)" },
		{ "chan<- (<-chan int)", "chan<- <-chan int" },
		{ "func()", "func()" },
		{ "func(a, b int) error", "func(int, int) error" },
		{ "func(net/http.ResponseWriter, *net/http.Request)",
		  "func(net/http.ResponseWriter, *net/http.Request)" },
		{ "func(string, ...any) (int, error)",
		  "func(string, ...interface {}) (int, error)" },
		{ "map[string]func() func()", "map[string]func() func()" },
		{ "interface{}", "interface {}" },
		{ "interface { }", "interface {}" },
		{ "interface{ any }", "interface {}" },
		{ "interface{ Read(p []byte) (int, error); io.Closer }",
		  "interface { Read([]uint8) (int, error); io.Closer }" },
		{ "interface {\n any; M(a, b int, ...string)\n error }",
		  "interface { M(int, int, ...string); error }" },
		{ "interface { main.query(string) bool }",
		  "interface { main.query(string) bool }" },
		{ "struct{}", "struct {}" },
		{ "struct{ID int; Items []int}", "struct { ID int; Items []int }" },
		{ "struct { a, b int\n\tc string `json:\"c\"`\n }",
		  "struct { a int; b int; c string }" },
		{ "struct { sync.Mutex; *main.T; error; n int \"tag\\\"\"; }",
		  "struct { sync.Mutex; *main.T; error; n int }" },
		{ "struct { main.count int; main.List[int]; F func() }",
		  "struct { count int; main.List[int]; F func() }" },
		{ "struct { a struct { b [2]struct { c int } } }",
		  "struct { a struct { b [2]struct { c int } } }" },
		{ "main.Pair[int, map[string]main.T]", "main.Pair[int,map[string]main.T]" },
		{ "9fans.net/go/acme.Win", "9fans.net/go/acme.Win" },
		{ "gopkg.in/yaml.v3.Node", "gopkg.in/yaml%2ev3.Node" },
		{ "gopkg.in/yaml%2ev3.Node", "gopkg.in/yaml%2ev3.Node" },
		{ "github.com/go-chi/chi/v5.Mux", "github.com/go-chi/chi/v5.Mux" },
		{ "go.shape.int", "go.shape.int" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256], expected[256];

		snprintf(text, sizeof(text), "func main.f(%s)", rows[i].text);
		snprintf(expected, sizeof(expected), "main.f(%s)()", rows[i].expected);
		assert_reads(text, expected);
	}
}

static void tells_embedded_fields(void **state)
{
	static const char *const names[] = { "Mutex", "T",   "error", "n",
					     "List",  "any", "byte",  "rune" };
	struct declaration declaration;
	const struct declared_list *fields;

	assert_int_equal(
		declaration_parse(
			"func main.f(struct { sync.Mutex; *main.T; error; n int; main.List[a.B]; any; byte; *rune })",
			&declaration, NULL),
		0);
	fields = &declaration.parameters.fields[0].type->fields;
	assert_int_equal(fields->count, 8);
	assert_string_equal(
		declaration.parameters.fields[0].type->text,
		"struct { sync.Mutex; *main.T; error; n int; main.List[a.B]; any; uint8; *int32 }");
	for (size_t i = 0; i < 8; i++) {
		assert_string_equal(fields->fields[i].name, names[i]);
		assert_int_equal(fields->fields[i].embedded, i != 3);
	}
	declaration_finish(&declaration);
}

static void assert_refused(const char *text, int code, size_t at, const char *what)
{
	struct declaration declaration;
	struct error err = { 0 };

	if (declaration_parse(text, &declaration, &err) != code)
		fail_msg("%s: %d", text, err.code);
	assert_string_equal(err.what, what);
	assert_string_equal(err.quote, text);
	if (err.quote_at != at)
		fail_msg("%s: at %zu", text, err.quote_at);
	assert_int_equal(declaration_parse(text, &declaration, NULL), code);
}

static void refuses_what_is_none(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *what;
	} rows[] = {
		{ "", 0, "a signature begins with func" },
		{ "main.f()", 0, "a signature begins with func" },
		{ "function main.f()", 0, "a signature begins with func" },
		{ "func", 4,
		  "the name of a function with its package is expected here, as main.reply" },
		{ "func main.f", 11, "a ( is expected here" },
		{ "func main.f(", 12, "a type is expected here" },
		{ "func main.f(a", 13, "a comma or a ) is expected here" },
		{ "func main.f(a int", 17, "a comma or a ) is expected here" },
		{ "func main.f(a int; b int)", 17, "a comma or a ) is expected here" },
		{ "func main.f(a int) {", 19, "a type is expected here" },
		{ "func main.f() int x", 18, "the end is expected here" },
		{ "func main.f(a item)", 14,
		  "item is no type of Go's own: types of packages are written with their import path, as main.item" },
		{ "func main.f(item)", 12,
		  "item is no type of Go's own: types of packages are written with their import path, as main.item" },
		{ "func main.f(a, b)", 15,
		  "b is no type of Go's own: types of packages are written with their import path, as main.b" },
		{ "func main.f(a ...int, b int)", 12,
		  "only the last parameter can have three dots" },
		{ "func main.f() (a ...int)", 14, "a result cannot have three dots" },
		{ "func main.f(a [n]int)", 15, "the length of an array, or ], is expected here" },
		{ "func main.f(a [99999999999999999999]int)", 15,
		  "the length of an array, or ], is expected here" },
		{ "func main.f(a [4 int)", 17, "a ] is expected here" },
		{ "func main.f(a map string)", 18, "a [ is expected here" },
		{ "func main.f(a map[string)", 24, "a ] is expected here" },
		{ "func main.f(a <-int)", 16, "chan is expected here" },
		{ "func main.f(a func)", 18, "a ( is expected here" },
		{ "func main.f(a (int, int))", 18, "a ) is expected here" },
		{ "func main.f(a struct)", 20, "a { is expected here" },
		{ "func main.f(a struct{)", 21, "a type is expected here" },
		{ "func main.f(a struct{b int)", 26, "a semicolon or a } is expected here" },
		{ "func main.f(a struct{b, int})", 27, "a type is expected here" },
		{ "func main.f(a struct{/func int})", 21,
		  "/func is no type of Go's own: types of packages are written with their import path, as main./func" },
		{ "func main.f(a struct{[]int})", 21, "the name of a field is expected here" },
		{ "func main.f(a struct{b int `x})", 27, "this string has no closing quote" },
		{ "func main.f(a interface{M()", 27, "a semicolon or a } is expected here" },
		{ "func main.f(a main.T[int)", 20, "this bracket is not closed" },
		{ "func main.f(a .T)", 14, "a type is expected here" },
		{ "func main.f(a net/.T)", 14, "a type is expected here" },
		{ "func main.f(a main.)", 14, "a type is expected here" },
		{ "func main.(*Cache).Put(key string)", 5,
		  "a method is written with its receiver before its name, as func (c *main.Cache) Put(…)" },
		{ "func (c *main.Cache, d int) Put()", 6, "one receiver is expected here" },
		{ "func () Put()", 6, "one receiver is expected here" },
		{ "func (c *int) Put()", 8,
		  "a receiver is of a type with its package, or a pointer to it, as *main.Cache" },
		{ "func (c []main.T) Put()", 8,
		  "a receiver is of a type with its package, or a pointer to it, as *main.Cache" },
		{ "func (c *main.Cache) main.Put()", 21,
		  "the name of a method is expected here, without its package" },
		{ "func (c *main.Cache)()", 20,
		  "the name of a method is expected here, without its package" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_refused(rows[i].text, -EINVAL, rows[i].at, rows[i].what);
}

/* Returns `begin`, `times` copies of `text`, and `end`. */
static char *repeated(const char *begin, const char *text, size_t times, const char *end)
{
	char *all = malloc(strlen(begin) + strlen(text) * times + strlen(end) + 1);

	assert_non_null(all);
	strcpy(all, begin);
	for (size_t i = 0, at = strlen(begin); i < times; i++, at += strlen(text))
		strcpy(all + at, text);
	strcat(all, end);
	return all;
}

static void assert_too_large(const char *begin, const char *text, size_t times, const char *end,
			     const char *what)
{
	char *all = repeated(begin, text, times, end);
	struct declaration declaration;
	struct error err = { 0 };

	assert_int_equal(declaration_parse(all, &declaration, &err), -E2BIG);
	assert_non_null(strstr(err.what, what));
	free(all);
}

static void refuses_what_is_too_large(void **state)
{
	char *most = repeated("func main.f(", "int, ", DECLARATION_MAX_PARAMETERS, ")");
	char *deepest = repeated("func main.f(", "*", DECLARATION_MAX_DEPTH - 1, "int)");
	struct declaration declaration;

	assert_int_equal(declaration_parse(most, &declaration, NULL), 0);
	declaration_finish(&declaration);
	assert_int_equal(declaration_parse(deepest, &declaration, NULL), 0);
	declaration_finish(&declaration);
	free(most);
	free(deepest);
	assert_too_large("func main.f(", "int, ", DECLARATION_MAX_PARAMETERS + 1, ")",
			 "more than 128 parameters or results");
	assert_too_large("func main.f(", "*", DECLARATION_MAX_DEPTH, "int)",
			 "more than 32 types within each other");
	assert_too_large("func main.f(", "[]", 4000, "int)",
			 "more than 32 types within each other");
	assert_too_large("func main.f(struct {", "a int;", 129, "})", "more than 128 fields");
	assert_too_large("func main.f(", " ", DECLARATION_MAX_TEXT, ")",
			 "is longer than 8192 bytes");
	/* Each level makes the type three times as large. */
	assert_too_large("func main.f(", "struct { a, b, c ", 12, "int }}}}}}}}}}}})",
			 "the declaration has too large a type");
}

/* The error quotes a part of the text, and the position within that part. */
static void quotes_a_part_of_long_text(void **state)
{
	char *text = repeated("func main.f(", "a int, ", 60, "b item)");
	struct declaration declaration;
	struct error err = { 0 };

	assert_int_equal(declaration_parse(text, &declaration, &err), -EINVAL);
	assert_string_equal(err.quote + err.quote_at, "item)");
	free(text);
}

static void lists_find_functions(void **state)
{
	struct declarations declarations = { 0 };
	struct error err = { 0 };

	assert_null(declarations_find(NULL, "main.f"));
	assert_null(declarations_find(&declarations, "main.f"));
	assert_int_equal(declarations_add(&declarations, "func main.f(a int)", NULL), 0);
	assert_int_equal(declarations_add(&declarations, "func (t main.T) f()", NULL), 0);
	assert_int_equal(declarations_add(&declarations, "func main.f()", &err), -EINVAL);
	assert_string_equal(err.what, "two signatures of the function main.f");
	assert_int_equal(declarations_add(&declarations, "main.g", NULL), -EINVAL);
	assert_int_equal(declarations.count, 2);
	assert_int_equal(declarations_find(&declarations, "main.f")->parameters.count, 1);
	assert_non_null(declarations_find(&declarations, "main.T.f"));
	assert_null(declarations_find(&declarations, "main.g"));
	declarations_finish(&declarations);
	assert_null(declarations.items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_functions),
		cmocka_unit_test(reads_methods),
		cmocka_unit_test(reads_types),
		cmocka_unit_test(tells_embedded_fields),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(refuses_what_is_too_large),
		cmocka_unit_test(quotes_a_part_of_long_text),
		cmocka_unit_test(lists_find_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
