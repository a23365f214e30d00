/* SPDX-License-Identifier: MIT */
/* Inspects a file that has the functions of a server. This test replaces the kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "function_request.h"
#include "inspection.h"
#include "request_captures.h"

enum { INFO = 0x700000, CODE = 0x400000, FUNCTION = 16, MAX_REQUESTS = 4, FIRST_PLAN = 100 };

#define HTTP1                                                                     \
	"net/http.serverHandler.ServeHTTP", "net/http.(*response).finishRequest", \
		"net/http.(*conn).close"
#define FUNCTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct {
	struct elf_builder elf;
	uint64_t code; /* file offset of the first function */
	struct inspection *inspection;
	struct function_request requests[MAX_REQUESTS];
	size_t request_count;
	struct error err;
	char told[4096];      /* warnings, a line each */
	char described[4096]; /* probes, a line each */
	/* The state of the kernel. */
	const char *machine;
	uint32_t installed; /* the number of installed plans */
	uint32_t refused;   /* the number of the plan that the kernel refuses, from 1 on */
	uint64_t held;	    /* a bit for each plan that is installed now */
} stage;

/* ---- the kernel ---- */

int kernel_install(struct kernel *kernel, const struct plan *plan, struct error *err)
{
	assert_ptr_equal(kernel, (struct kernel *)&stage);
	if (++stage.installed == stage.refused)
		return error_fail(err, -ENOSPC, "too many plans");
	stage.held |= 1ull << stage.installed;
	return (int)(FIRST_PLAN + stage.installed);
}

void kernel_uninstall(struct kernel *kernel, int plan)
{
	uint64_t bit = 1ull << (plan - FIRST_PLAN);

	assert_true(stage.held & bit);
	stage.held &= ~bit;
}

bool kernel_runs_long_plans(const struct kernel *kernel)
{
	return true;
}

int kernel_succeed(struct kernel *kernel, int plan, const struct plan *successor, struct error *err)
{
	fail_msg("nothing was learned");
	return -ENOSPC;
}

int uname(struct utsname *name)
{
	*name = (struct utsname){ .sysname = "Linux" };
	strcpy(name->machine, stage.machine);
	return 0;
}

/* ---- binaries ---- */

/* A library has what the dynamic loader needs, but no interpreter. */
static void make_library(void)
{
	elf_section(&stage.elf, ".text", SHT_PROGBITS, CODE, stage.code, FUNCTION);
	elf_relocations(&stage.elf, 0x800000, NULL, 0);
}

static void make_binary_of_type(const char *const *functions, uint16_t type)
{
	size_t count = 0;

	while (functions[count])
		count++;
	memset(&stage, 0, sizeof(stage));
	stage.machine = "x86_64";
	elf_of_functions(&stage.elf, functions, count);
	stage.code = stage.elf.segments[0].p_offset;
	elf_build_info(&stage.elf, INFO, "go1.22.5");
	if (type == ET_DYN)
		make_library();
	elf_finish(&stage.elf, type, EM_X86_64);
}

static void make_binary(const char *const *functions)
{
	make_binary_of_type(functions, ET_EXEC);
}

static int release_binary(void **state)
{
	inspection_close(stage.inspection);
	assert_int_equal(stage.held, 0);
	for (size_t i = 0; i < stage.request_count; i++)
		function_request_finish(&stage.requests[i]);
	elf_release(&stage.elf);
	memset(&stage, 0, sizeof(stage));
	return 0;
}

/* ---- inspections ---- */

static void on_notice(void *user, enum notice_level level, const char *text)
{
	assert_ptr_equal(user, &stage);
	snprintf(stage.told + strlen(stage.told), sizeof(stage.told) - strlen(stage.told),
		 "%s %s\n", level == NOTICE_ERROR ? "error" : "info", text);
}

static int inspect(const struct trace_spec *spec)
{
	const char *path = elf_save(&stage.elf);
	const struct inspection_file file = { path, path, "shop" };
	const struct notifier notifier = { on_notice, &stage };
	const struct inspection_options options = { .spec = spec, .notifier = &notifier };

	return inspection_open((struct kernel *)&stage, &file, &options, &stage.inspection,
			       &stage.err);
}

static int inspect_for_requests(const char *expression)
{
	const struct request_capture_texts texts = {
		.expressions = (const char *const[]){ expression },
		.expression_count = expression != NULL,
	};
	struct request_captures captures;
	struct trace_spec spec = { .requests = &captures, .values = { .max_string = 256 } };
	int r;

	assert_int_equal(request_captures_parse(&texts, &captures, NULL), 0);
	r = inspect(&spec);
	request_captures_finish(&captures);
	return r;
}

static int inspect_for_functions(const char *const *texts)
{
	struct trace_spec spec = { .functions = stage.requests, .values = { .max_string = 256 } };

	for (; texts[stage.request_count]; stage.request_count++)
		assert_int_equal(function_request_parse(texts[stage.request_count],
							&stage.requests[stage.request_count], NULL),
				 0);
	spec.function_count = stage.request_count;
	return inspect(&spec);
}

static void on_described(void *user, const char *sentence)
{
	snprintf(stage.described + strlen(stage.described),
		 sizeof(stage.described) - strlen(stage.described), "%s\n", sentence);
}

/* ---- requests ---- */

static void each_probe_is_installed_and_has_a_point_and_a_schema(void **state)
{
	static const struct {
		const char *function;
		int role;
	} expected[] = {
		{ "net/http.serverHandler.ServeHTTP", PLAN_ROLE_START },
		{ "net/http.(*response).finishRequest", PLAN_ROLE_END },
		{ "net/http.(*conn).close", PLAN_ROLE_PANIC },
	};
	const struct attach_point *points;
	size_t count;

	make_binary(FUNCTIONS(HTTP1));
	assert_int_equal(inspect_for_requests(NULL), 0);
	points = inspection_points(stage.inspection, &count);
	assert_int_equal(count, 3);
	assert_int_equal(stage.installed, 3);
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t plan = FIRST_PLAN + 1 + i;
		const struct schema *schema = inspection_schema(stage.inspection, plan);

		assert_int_equal(points[i].plan, plan);
		assert_in_range(points[i].file_offset, stage.code + i * FUNCTION,
				stage.code + (i + 1) * FUNCTION - 1);
		assert_string_equal(inspection_function(stage.inspection, plan),
				    expected[i].function);
		assert_int_equal(schema->role, expected[i].role);
		assert_non_null(schema->protocol);
	}
	assert_null(inspection_schema(stage.inspection, FIRST_PLAN));
	assert_null(inspection_function(stage.inspection, FIRST_PLAN + 4));
	assert_string_equal(stage.told, "");
}

static void the_binary_is_described(void **state)
{
	char offset[64];
	size_t count;

	make_binary(FUNCTIONS(HTTP1));
	assert_int_equal(inspect_for_requests(NULL), 0);
	assert_string_equal(inspection_go_version(stage.inspection), "go1.22.5");
	assert_string_equal(inspection_convention(stage.inspection), "register");
	assert_false(inspection_is_library(stage.inspection));
	inspection_unseen(stage.inspection, &count);
	assert_int_equal(count, 0);
	inspection_describe(stage.inspection, on_described, NULL);
	snprintf(offset, sizeof(offset), "probe %s at file offset 0x%llx (",
		 "net/http.serverHandler.ServeHTTP",
		 (unsigned long long)inspection_points(stage.inspection, &count)[0].file_offset);
	assert_memory_equal(stage.described, offset, strlen(offset));
	assert_non_null(strstr(stage.described, "\nprobe net/http.(*conn).close at "));
}

static void a_library_is_told_from_a_program(void **state)
{
	make_binary_of_type(FUNCTIONS(HTTP1), ET_DYN);
	assert_int_equal(inspect_for_requests(NULL), 0);
	assert_true(inspection_is_library(stage.inspection));
}

/* The shapes of probes with captures outlive the binary. */
static void captures_stay_with_their_probe(void **state)
{
	const struct schema *start, *end;

	make_binary(FUNCTIONS(HTTP1));
	assert_int_equal(inspect_for_requests("req.Host"), 0);
	start = inspection_schema(stage.inspection, FIRST_PLAN + 1);
	end = inspection_schema(stage.inspection, FIRST_PLAN + 2);
	assert_int_equal(start->expression_count, 1);
	assert_int_equal(end->expression_count, 0);
	assert_non_null(start->arguments);
	assert_null(inspection_schema(stage.inspection, FIRST_PLAN + 3)->arguments);
}

static void what_is_not_seen_is_told_and_kept(void **state)
{
	const char *const *unseen;
	size_t count;

	make_binary(
		FUNCTIONS(HTTP1, "google.golang.org/grpc/transport.(*http2Server).HandleStreams"));
	assert_int_equal(inspect_for_requests(NULL), 0);
	unseen = inspection_unseen(stage.inspection, &count);
	assert_int_equal(count, 1);
	assert_string_equal(unseen[0], "requests of google.golang.org/grpc");
	assert_string_equal(stage.told,
			    "info shop: not traced: requests of google.golang.org/grpc\n");
}

static void programs_without_a_server_are_refused(void **state)
{
	make_binary(FUNCTIONS("main.main"));
	assert_int_equal(inspect_for_requests(NULL), -ENOENT);
	assert_null(stage.inspection);
	assert_int_equal(stage.installed, 0);
}

/* A uprobe works only with code of this machine. */
static void programs_for_another_machine_are_refused(void **state)
{
	make_binary(FUNCTIONS(HTTP1));
	stage.machine = "aarch64";
	assert_int_equal(inspect_for_requests(NULL), -ENOEXEC);
	assert_string_equal(stage.err.what, "a program for x86_64 cannot be traced on aarch64");
	assert_null(stage.inspection);
}

/* Plans that were installed before are removed again. */
static void a_kernel_that_takes_no_more_plans_is_an_error(void **state)
{
	make_binary(FUNCTIONS(HTTP1));
	stage.refused = 3;
	assert_int_equal(inspect_for_requests(NULL), -ENOSPC);
	assert_string_equal(stage.err.what, "too many plans");
	assert_int_equal(stage.installed, 3);
	assert_int_equal(stage.held, 0);
	assert_null(stage.inspection);
}

/* ---- functions ---- */

static void functions_that_cannot_be_traced_are_told_of_beside_those_that_can(void **state)
{
	make_binary(FUNCTIONS("main.main", "main.handle", "main.other"));
	assert_int_equal(inspect_for_functions(FUNCTIONS("main.handle()", "main.other(x)")), 0);
	assert_int_equal(stage.installed, 1);
	assert_string_equal(inspection_function(stage.inspection, FIRST_PLAN + 1), "main.handle");
	assert_non_null(strstr(stage.told, "main.other"));
	assert_null(strstr(stage.told, "main.handle"));
	/* One line. */
	assert_null(strchr(strchr(stage.told, '\n') + 1, '\n'));
}

static void a_lone_reason_is_the_error(void **state)
{
	make_binary(FUNCTIONS("main.main", "main.other"));
	assert_int_equal(inspect_for_functions(FUNCTIONS("main.other(x)")), -ENODATA);
	assert_non_null(
		strstr(stage.err.what, "the parameters of function main.other are not known"));
	assert_string_equal(stage.told, "");
	assert_null(stage.inspection);
}

static void of_several_reasons_each_is_told(void **state)
{
	make_binary(FUNCTIONS("main.main", "main.other"));
	assert_int_equal(inspect_for_functions(FUNCTIONS("main.other(x)", "main.nothing()")),
			 -ENOENT);
	assert_string_equal(stage.err.what, "none of the functions can be traced");
	assert_non_null(strstr(stage.told, "main.other"));
	assert_non_null(strstr(stage.told, "main.nothing"));
}

#define TEST(name) cmocka_unit_test_teardown(name, release_binary)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_probe_is_installed_and_has_a_point_and_a_schema),
		TEST(the_binary_is_described),
		TEST(a_library_is_told_from_a_program),
		TEST(captures_stay_with_their_probe),
		TEST(what_is_not_seen_is_told_and_kept),
		TEST(programs_without_a_server_are_refused),
		TEST(programs_for_another_machine_are_refused),
		TEST(a_kernel_that_takes_no_more_plans_is_an_error),
		TEST(functions_that_cannot_be_traced_are_told_of_beside_those_that_can),
		TEST(a_lone_reason_is_the_error),
		TEST(of_several_reasons_each_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
