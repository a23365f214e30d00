/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "declaration_check.h"
#include "go_types.h"

static struct types types;

/* The signature in DWARF: func main.f(…) (int, error). */
struct said {
	struct parameter parameters[8], results[4];
	struct signature signature;
};

static void say(struct said *said)
{
	const struct type *item =
		GO_STRUCT("main.item", { "ID", go_basic("int") }, { "Name", go_basic("string") });
	const struct type *fields = GO_STRUCT("struct { a int }", { "a", go_basic("int") });

	*said = (struct said){
		.parameters = { { "w", go_interface("net/http.ResponseWriter", true) },
				{ "it", item },
				{ "list", go_slice(go_pointer(item)) },
				{ "m", go_map(go_basic("string"), fields) },
				{ "_", go_array(go_basic("uint8"), 4) },
				{ ".anon0", go_interface("interface {}", false) } },
		.results = { { "~r0", go_basic("int") }, { "~r1", go_interface("error", true) } },
	};
	said->signature = (struct signature){
		.parameters = said->parameters,
		.parameter_count = 6,
		.results = said->results,
		.result_count = 2,
	};
}

static int check(const char *text, const struct signature *signature, bool *ret_is_whole,
		 struct error *err)
{
	struct declaration declaration;
	int r;

	assert_int_equal(declaration_parse(text, &declaration, NULL), 0);
	r = declaration_check(&types, &declaration, signature, ret_is_whole, err);
	declaration_finish(&declaration);
	return r;
}

static void takes_what_dwarf_has(void **state)
{
	static const char *const texts[] = {
		"func main.f(w net/http.ResponseWriter, it main.item, list []*main.item, m map[string]struct{a int}, _ [4]byte, any) (int, error)",
		"func main.f(net/http.ResponseWriter, main.item, []*main.item, map[string]struct{a int}, [4]uint8, interface{}) (n int, err error)",
		/* literals instead of names */
		"func main.f(w interface{ Header() int }, it struct{ID int; Name string}, list []*struct{ID int; Name string}, m map[string]struct{a int}, b [4]byte, c any) (int, error)",
	};
	struct said said;

	say(&said);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct error err = { 0 };
		bool is_whole = false;

		if (check(texts[i], &said.signature, &is_whole, &err) < 0)
			fail_msg("%s", err.what);
		assert_true(is_whole);
	}
	go_forget();
}

#define F(parameters) "func main.f(" parameters ", _ [4]byte, any) (int, error)"

static void refuses_what_dwarf_has_not(void **state)
{
	static const char *const texts[] = {
		F("w net/http.Request, it main.item, list []*main.item, m map[string]struct{a int}"),
		F("w any, it main.item, list []*main.item, m map[string]struct{a int}"),
		F("x net/http.ResponseWriter, it main.item, list []*main.item, m map[string]struct{a int}"),
		F("w net/http.ResponseWriter, it *main.item, list []*main.item, m map[string]struct{a int}"),
		F("w net/http.ResponseWriter, it struct{ID int}, list []*main.item, m map[string]struct{a int}"),
		F("w net/http.ResponseWriter, it struct{Id int; Name string}, list []*main.item, m map[string]struct{a int}"),
		F("w net/http.ResponseWriter, it struct{ID int32; Name string}, list []*main.item, m map[string]struct{a int}"),
		F("w net/http.ResponseWriter, it main.item, list []main.item, m map[string]struct{a int}"),
		F("w net/http.ResponseWriter, it main.item, list []*main.item, m map[int]struct{a int}"),
		F("w net/http.ResponseWriter, it main.item, list []*main.item, m map[string]struct{b int}"),
		F("w net/http.ResponseWriter, it main.item, list []*main.item"),
		F("w net/http.ResponseWriter, it main.item, list []*main.item, m map[string]struct{a int}, more int"),
		"func main.f(w net/http.ResponseWriter, it main.item, list []*main.item, m map[string]struct{a int}, _ [5]byte, any) (int, error)",
		"func main.f(w net/http.ResponseWriter, it main.item, list []*main.item, m map[string]struct{a int}, _ [4]byte, any) int",
		"func main.f(w net/http.ResponseWriter, it main.item, list []*main.item, m map[string]struct{a int}, _ [4]byte, any) (error, int)",
	};
	struct said said;

	say(&said);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct error err = { 0 };
		bool is_whole = false;

		if (check(texts[i], &said.signature, &is_whole, &err) != -EINVAL)
			fail_msg("%s", texts[i]);
	}
	go_forget();
}

static void prints_both(void **state)
{
	const struct parameter parameters[] = { { "n", go_basic("int") } };
	const struct signature signature = { .parameters = parameters, .parameter_count = 1 };
	struct error err = { 0 };
	bool is_whole;

	assert_int_equal(check("func main.f(n uint)", &signature, &is_whole, &err), -EINVAL);
	assert_string_equal(
		err.what,
		"the signature \"func main.f(n uint)\" contradicts the DWARF of the binary, which has \"func main.f(n int)\"");
	assert_string_equal(err.hint, "leave out --signature: DWARF describes this function");
	go_forget();
}

/* Up to Go 1.21 DWARF does not list blank parameters. */
static void takes_blank_parameters_that_dwarf_leaves_out(void **state)
{
	const struct parameter parameters[] = { { "a", go_basic("int") },
						{ "b", go_basic("int") } };
	const struct signature signature = { .parameters = parameters, .parameter_count = 2 };
	bool is_whole = true;

	assert_int_equal(check("func main.f(_ string, a int, _ bool, b int, error)", &signature,
			       &is_whole, NULL),
			 0);
	assert_false(is_whole);
	assert_int_equal(check("func main.f(a int, c string, b int)", &signature, &is_whole, NULL),
			 -EINVAL);
	assert_int_equal(check("func main.f(_ int, _ int)", &signature, &is_whole, NULL), 0);
	assert_true(is_whole);
	go_forget();
}

static void compares_channels_and_functions(void **state)
{
	static const struct {
		const char *text, *type;
		int result;
	} rows[] = {
		{ "func main.f(c chan int)", "chan int", 0 },
		{ "func main.f(c <-chan int)", "chan int", -EINVAL },
		{ "func main.f(c chan<- int)", "<-chan int", -EINVAL },
		{ "func main.f(c chan<- int)", "chan<- int", 0 },
		{ "func main.f(c chan bool)", "chan int", -EINVAL },
		{ "func main.f(c main.Chan)", "main.Chan", 0 },
	};
	const struct type function = {
		.kind = TYPE_FUNC, .name = "func(int) error", .size = 8, .complete = true
	};
	struct parameter parameter = { "c", &function };
	const struct signature signature = { .parameters = &parameter, .parameter_count = 1 };
	bool is_whole;

	assert_int_equal(check("func main.f(c func(n int) error)", &signature, &is_whole, NULL), 0);
	assert_int_equal(check("func main.f(c func(int))", &signature, &is_whole, NULL), -EINVAL);
	assert_int_equal(check("func main.f(c any)", &signature, &is_whole, NULL), -EINVAL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		parameter.type = go_named(rows[i].type, go_chan(go_basic("int")));
		if (check(rows[i].text, &signature, &is_whole, NULL) != rows[i].result)
			fail_msg("%s, %s", rows[i].text, rows[i].type);
	}
	go_forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_dwarf_has),
		cmocka_unit_test(refuses_what_dwarf_has_not),
		cmocka_unit_test(prints_both),
		cmocka_unit_test(takes_blank_parameters_that_dwarf_leaves_out),
		cmocka_unit_test(compares_channels_and_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
