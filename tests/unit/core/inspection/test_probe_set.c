/* SPDX-License-Identifier: MIT */
/*
 * Finds what can be traced in a binary, and what is reported about the rest, in files that have the functions
 * of servers.
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

#include "elf_builder.h"
#include "inlining.h"
#include "probe_set.h"
#include "probe_set_warnings.h"
#include "protocol_registry.h"

enum { INFO = 0x700000, MAX_REQUESTS = 8 };

#define HTTP1                                                                     \
	"net/http.serverHandler.ServeHTTP", "net/http.(*response).finishRequest", \
		"net/http.(*conn).close"
#define HTTP2                                          \
	"net/http.(*http2responseWriter).handlerDone", \
		"net/http.(*http2serverConn).runHandler.func1"

/* ---- binaries ---- */

static struct {
	struct elf_builder elf;
	struct binary *binary;
	struct probe_set probe_set;
	struct function_request requests[MAX_REQUESTS];
	size_t request_count;
	struct error err;
	const char *inlined; /* the function that was inlined into main.main */
	char told[8192];     /* what is reported, a line each */
} stage;

/* `functions` ends with NULL. */
static void begin_binary(const char *const *functions)
{
	size_t count = 0;

	while (functions[count])
		count++;
	memset(&stage, 0, sizeof(stage));
	elf_of_functions(&stage.elf, functions, count);
}

/* The instructions of function number `index`, 16 bytes at most. */
static void put_code(size_t index, const void *code, size_t size)
{
	memcpy(stage.elf.data + stage.elf.segments[0].p_offset + 16 * index, code, size);
}

static void end_binary(const char *version)
{
	elf_build_info(&stage.elf, INFO, version);
	elf_finish(&stage.elf, ET_EXEC, EM_X86_64);
	assert_int_equal(binary_open(elf_save(&stage.elf), NULL, &stage.binary, NULL), 0);
	assert_int_equal(protocol_libraries_set(stage.binary, NULL), 0);
}

/* A stripped program of that version. */
static void open_binary(const char *version, const char *const *functions)
{
	begin_binary(functions);
	end_binary(version);
}

#define FUNCTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static int close_binary(void **state)
{
	probe_set_finish(&stage.probe_set);
	for (size_t i = 0; i < stage.request_count; i++)
		function_request_finish(&stage.requests[i]);
	binary_close(stage.binary);
	elf_release(&stage.elf);
	memset(&stage, 0, sizeof(stage));
	return 0;
}

/* ---- inlined calls, instead of those in the binary ---- */

int inlining_find(const struct image *image, const struct pclntab *table,
		  const struct go_version *version, const char *const *names, size_t count,
		  struct inlined *ret_inlined, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		ret_inlined[i].caller_count = stage.inlined && strcmp(names[i], stage.inlined) == 0;
	return 0;
}

int inlining_explain(const struct image *image, const struct pclntab *table,
		     const struct go_version *version, const char *pattern, struct error *err)
{
	return 0;
}

void inlined_format(const struct inlined *inlined, char *text, size_t size)
{
	assert_int_equal(inlined->caller_count, 1);
	snprintf(text, size, "main.main");
}

/* ---- probes ---- */

static int compile_requests_with(const struct request_capture_texts *texts)
{
	struct request_captures captures;
	struct trace_spec spec = { .requests = &captures, .values = { .max_string = 256 } };
	int r;

	assert_int_equal(request_captures_parse(texts, &captures, NULL), 0);
	r = probe_set_of_protocols(stage.binary, &spec, NULL, &stage.probe_set, &stage.err);
	request_captures_finish(&captures);
	return r;
}

static int compile_requests(void)
{
	return compile_requests_with(&(struct request_capture_texts){ .expression_count = 0 });
}

static void tell(void *user, enum notice_level level, const char *text)
{
	snprintf(stage.told + strlen(stage.told), sizeof(stage.told) - strlen(stage.told),
		 "%s %s\n", level == NOTICE_ERROR ? "error" : "info", text);
}

static const char *warnings(void)
{
	const struct notifier notifier = { .tell = tell };
	const struct warning_listener listener = { &notifier, "shop" };

	stage.told[0] = '\0';
	probe_set_warn(&stage.probe_set, &listener);
	return stage.told;
}

static void assert_warned(const char *wanted)
{
	if (strcmp(warnings(), wanted) != 0)
		fail_msg("%s\nnot\n%s", stage.told, wanted);
}

#define NO_PGO " (build without profile-guided optimisation: -pgo=off)\n"

/* Checks the roles of the probes that fit, in order: "start end panic". */
static void assert_fit(const char *wanted)
{
	static const char *const names[PLAN_ROLE_COUNT] = {
		[PLAN_ROLE_START] = "start",   [PLAN_ROLE_END] = "end",
		[PLAN_ROLE_CALL] = "call",     [PLAN_ROLE_PANIC] = "panic",
		[PLAN_ROLE_RETURN] = "return",
	};
	char text[1024] = "";
	size_t count = 0;

	for (size_t i = 0; i < stage.probe_set.count; i++) {
		const struct probe_candidate *probe = &stage.probe_set.probes[i];

		if (probe->result < 0)
			continue;
		sprintf(text + strlen(text), "%s%s", count++ ? " " : "", names[probe->role]);
	}
	assert_int_equal(probe_set_count_fit(&stage.probe_set), count);
	assert_string_equal(text, wanted);
}

/* ---- requests ---- */

static void requests_are_followed_from_start_to_end(void **state)
{
	open_binary("go1.22.5", FUNCTIONS("main.main", HTTP1));
	assert_int_equal(compile_requests(), 0);
	assert_fit("start end panic");
	assert_warned("");
	assert_null(probe_set_unseen(&stage.probe_set, 0));
}

static void servers_without_an_end_are_refused(void **state)
{
	open_binary("go1.22.5", FUNCTIONS("main.main", "net/http.serverHandler.ServeHTTP"));
	assert_int_equal(compile_requests(), -ENOENT);
	assert_string_equal(
		stage.err.what,
		"the program has no server of net/http or github.com/valyala/fasthttp or google.golang.org/grpc "
		"or github.com/quic-go/quic-go or github.com/lucas-clemente/quic-go: the end of requests cannot be observed");
	assert_string_equal(stage.err.hint, "name the functions to trace");
}

static void programs_without_a_server_are_refused(void **state)
{
	open_binary("go1.22.5", FUNCTIONS("main.main", "main.handle"));
	assert_int_equal(compile_requests(), -ENOENT);
	assert_non_null(strstr(
		stage.err.what,
		"the program has no server of net/http or github.com/valyala/fasthttp or google.golang.org/grpc "
		"or github.com/quic-go/quic-go or github.com/lucas-clemente/quic-go: "));
	assert_non_null(strstr(stage.err.what, "serverHandler"));
}

/*
 * If the server's functions do not call a function any more, it was inlined, and a probe on it sees nothing.
 */
static void inlined_calls_hide_what_they_called(void **state)
{
	open_binary("go1.22.5",
		    FUNCTIONS(HTTP1, "net/http.(*conn).serve", "net/http.(*conn).serve.func1"));
	assert_int_equal(compile_requests(), 0);
	/* If no ends are seen, an open request tells nothing about its handler. */
	assert_fit("start end");
	assert_warned(
		"error shop: HTTP/1 requests cannot be observed: net/http.serverHandler.ServeHTTP was "
		"inlined" NO_PGO "error shop: the end of HTTP/1 requests cannot be observed: "
		"net/http.(*response).finishRequest was inlined" NO_PGO
		"error shop: panics of handlers cannot be observed: net/http.(*conn).close was "
		"inlined" NO_PGO);
	assert_string_equal(probe_set_unseen(&stage.probe_set, 0), "HTTP/1 requests");
	assert_string_equal(probe_set_unseen(&stage.probe_set, 1), "the end of HTTP/1 requests");
	assert_string_equal(probe_set_unseen(&stage.probe_set, 2), "panics of handlers");
	assert_null(probe_set_unseen(&stage.probe_set, 3));
}

static void other_servers_are_told_of(void **state)
{
	open_binary("go1.22.5",
		    FUNCTIONS(HTTP1,
			      "google.golang.org/grpc/transport.(*http2Server).HandleStreams"));
	assert_int_equal(compile_requests(), 0);
	assert_warned("info shop: not traced: requests of google.golang.org/grpc\n");
	assert_string_equal(probe_set_unseen(&stage.probe_set, 0),
			    "requests of google.golang.org/grpc");
	assert_null(probe_set_unseen(&stage.probe_set, 1));
	close_binary(NULL);
	open_binary("go1.22.5",
		    FUNCTIONS("google.golang.org/grpc/transport.(*http2Server).HandleStreams"));
	assert_int_equal(compile_requests(), -ENOENT);
	assert_non_null(
		strstr(stage.err.what,
		       "only servers that are not traced: requests of google.golang.org/grpc"));
}

/* ---- captures of requests ---- */

#define EXPRESSIONS(...)                                     \
	.expressions = (const char *const[]){ __VA_ARGS__ }, \
	.expression_count = sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)

static void captures_go_to_the_probes_that_have_them(void **state)
{
	const struct request_capture_texts texts = {
		EXPRESSIONS("req.Host", "w.written", "h=req.ContentLength"),
		.request_headers = (const char *const[]){ "X-A" },
		.request_header_count = 1,
		.response_headers = (const char *const[]){ "X-B" },
		.response_header_count = 1,
	};

	open_binary("go1.22.5", FUNCTIONS(HTTP1));
	assert_int_equal(compile_requests_with(&texts), 0);
	assert_fit("start end panic");
	assert_warned("");
	for (size_t i = 0; i < stage.probe_set.count; i++) {
		const struct probe_candidate *probe = &stage.probe_set.probes[i];

		if (probe->result < 0)
			continue;
		assert_int_equal(probe->expression_count, probe->role == PLAN_ROLE_START ? 2 :
							  probe->role == PLAN_ROLE_END	 ? 1 :
											   0);
		assert_int_equal(probe->probe.has_arguments, probe->role != PLAN_ROLE_PANIC);
	}
}

/* In a stripped program only the types of net/http are known. */
static void captures_that_are_null_are_told_of(void **state)
{
	const struct request_capture_texts texts = {
		EXPRESSIONS("req.Host", "req.TLS.ServerName", "w.conn.server.Addr"),
	};
	const char *told;

	open_binary("go1.22.5", FUNCTIONS(HTTP1));
	assert_int_equal(compile_requests_with(&texts), 0);
	told = warnings();
	assert_non_null(strstr(told, "error shop: req.TLS.ServerName will be null: "));
	assert_non_null(strstr(told, "error shop: w.conn.server.Addr will be null: "));
	assert_null(strstr(told, "req.Host"));
	/* Each warning appears once. */
	assert_null(strstr(strstr(told, "ServerName will") + 1, "ServerName will"));
}

static void captures_that_do_not_fit_are_refused(void **state)
{
	const struct request_capture_texts of_request = { EXPRESSIONS("req.Nope") };
	const struct request_capture_texts of_response = { EXPRESSIONS("w.Nope") };

	open_binary("go1.22.5", FUNCTIONS(HTTP1));
	assert_int_equal(compile_requests_with(&of_request), -ENOENT);
	assert_non_null(strstr(stage.err.what, "has no field \"Nope\""));
	assert_string_equal(stage.err.quote, "req.Nope");
	stage.err = (struct error){ 0 };
	assert_int_equal(compile_requests_with(&of_response), -ENOENT);
	assert_string_equal(stage.err.quote, "w.Nope");
}

/* For an unknown release, only what the table promises is used. */
static void unknown_layouts_are_told_of(void **state)
{
	open_binary("go1.99.1", FUNCTIONS(HTTP1));
	assert_int_equal(compile_requests(), 0);
	assert_fit("start end");
	assert_warned(
		"error shop: panics of handlers cannot be observed: types are missing: the binary "
		"has no DWARF\n"
		"error shop: goid, route, status, response_bytes will be null: the layouts of "
		"go1.99.1 are not known, and the binary has no DWARF\n");
}

/* ---- functions ---- */

static int compile_texts(const char *const *texts, size_t count, bool latency)
{
	struct trace_spec spec = { .functions = stage.requests,
				   .function_count = count,
				   .latency = latency,
				   .values = { .max_string = 256 } };

	for (size_t i = 0; i < count; i++)
		assert_int_equal(function_request_parse(texts[i], &stage.requests[i], NULL), 0);
	stage.request_count = count;
	return probe_set_of_functions(stage.binary, &spec, NULL, &stage.probe_set, &stage.err);
}

/* Lists the probes with their results: "main.handle=0". */
static void assert_functions(const char *wanted)
{
	char text[2048] = "";

	for (size_t i = 0; i < stage.probe_set.count; i++)
		sprintf(text + strlen(text), "%s%s=%d", i ? " " : "",
			stage.probe_set.probes[i].function, stage.probe_set.probes[i].result);
	assert_string_equal(text, wanted);
}

static void functions_are_traced_or_refused_one_by_one(void **state)
{
	static const char *const texts[] = { "main.handle()", "main.other(x)", "main.nothing()" };

	open_binary("go1.22.5", FUNCTIONS("main.main", "main.handle", "main.other"));
	assert_int_equal(compile_texts(texts, 3, false), 0);
	assert_functions("main.nothing=-2 main.handle=0 main.other=-61");
	assert_int_equal(probe_set_count_fit(&stage.probe_set), 1);
	assert_non_null(strstr(stage.probe_set.probes[2].why.what,
			       "the parameters of function main.other are not known"));
	/* Without parameters, the goroutine is captured. */
	assert_int_equal(stage.probe_set.probes[1].probe.plan.cell_count, 1);
	assert_false(stage.probe_set.probes[1].awaits_return);
}

static void patterns_mean_several_functions(void **state)
{
	static const char *const texts[] = { "main.*()", "main.handle()" };

	open_binary("go1.22.5", FUNCTIONS("main.main", "main.handle", "main.other", "shop.buy"));
	assert_int_equal(compile_texts(texts, 2, false), 0);
	assert_functions("main.main=0 main.handle=0 main.other=0");
}

/* These have no return instruction. */
static void functions_without_a_return_have_no_latency(void **state)
{
	static const char *const texts[] = { "main.handle()" };

	open_binary("go1.22.5", FUNCTIONS("main.main", "main.handle"));
	assert_int_equal(compile_texts(texts, 1, true), 0);
	assert_functions("main.handle=-2");
	assert_string_equal(stage.probe_set.probes[0].why.what,
			    "function main.handle never returns");
}

/* nop; ret, and a function that begins with a return. */
static void functions_that_return_have_a_probe_at_each_end(void **state)
{
	static const char *const texts[] = { "main.handle()", "main.leaf()" };
	const struct probe_candidate *probes;

	begin_binary(FUNCTIONS("main.main", "main.handle", "main.leaf", "runtime.goexit1"));
	put_code(1, "\x90\xc3", 2);
	put_code(2, "\xc3", 1);
	end_binary("go1.22.5");
	assert_int_equal(compile_texts(texts, 2, true), 0);
	assert_functions("main.handle=0 main.handle=0 main.leaf=0 runtime.goexit1=0");
	probes = stage.probe_set.probes;
	assert_int_equal(probes[0].role, PLAN_ROLE_CALL);
	assert_true(probes[0].awaits_return);
	assert_false(probes[0].returns_at_once);
	assert_int_equal(probes[1].role, PLAN_ROLE_RETURN);
	assert_int_equal(probes[1].probe.returns.count, 1);
	assert_int_equal(probes[2].role, PLAN_ROLE_CALL);
	assert_true(probes[2].returns_at_once);
	assert_int_equal(probes[3].role, PLAN_ROLE_GOROUTINE_EXIT);
}

/* If no return is awaited, the end of a goroutine does not matter. */
static void the_end_of_goroutines_is_not_probed_without_need(void **state)
{
	static const char *const texts[] = { "main.handle()" };

	begin_binary(FUNCTIONS("main.main", "main.handle", "runtime.goexit1"));
	put_code(1, "\x90\xc3", 2);
	end_binary("go1.22.5");
	assert_int_equal(compile_texts(texts, 1, false), 0);
	assert_functions("main.handle=0");
}

/* One warning for each function, although a second probe is at its returns. */
static void inlined_calls_of_functions_are_reported(void **state)
{
	static const char *const texts[] = { "main.handle()", "main.other()" };

	begin_binary(FUNCTIONS("main.main", "main.handle", "main.other", "runtime.goexit1"));
	put_code(1, "\x90\xc3", 2);
	put_code(2, "\x90\xc3", 2);
	end_binary("go1.22.5");
	stage.inlined = "main.handle";
	assert_int_equal(compile_texts(texts, 2, true), 0);
	assert_warned("error shop: calls of main.handle in main.main are not traced: they were "
		      "inlined (build with -gcflags=-l to prevent inlining)\n");
	stage.inlined = NULL;
	assert_warned("");
}

/* No call of such a function is traced, and the reason is reported elsewhere. */
static void inlined_calls_of_refused_functions_are_not_reported(void **state)
{
	static const char *const texts[] = { "main.handle(x)" };

	open_binary("go1.22.5", FUNCTIONS("main.main", "main.handle"));
	stage.inlined = "main.handle";
	assert_int_equal(compile_texts(texts, 1, false), 0);
	assert_functions("main.handle=-61");
	assert_warned("");
}

#define TEST(name) cmocka_unit_test_teardown(name, close_binary)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(requests_are_followed_from_start_to_end),
		TEST(servers_without_an_end_are_refused),
		TEST(programs_without_a_server_are_refused),
		TEST(inlined_calls_hide_what_they_called),
		TEST(other_servers_are_told_of),
		TEST(captures_go_to_the_probes_that_have_them),
		TEST(captures_that_are_null_are_told_of),
		TEST(captures_that_do_not_fit_are_refused),
		TEST(unknown_layouts_are_told_of),
		TEST(functions_are_traced_or_refused_one_by_one),
		TEST(patterns_mean_several_functions),
		TEST(functions_without_a_return_have_no_latency),
		TEST(functions_that_return_have_a_probe_at_each_end),
		TEST(the_end_of_goroutines_is_not_probed_without_need),
		TEST(inlined_calls_of_functions_are_reported),
		TEST(inlined_calls_of_refused_functions_are_not_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
