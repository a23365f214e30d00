/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "option_parser.h"

/* A command line, without the name of the program. */
struct line {
	char *words[16];
};

#define LINE(...) ((struct line){ { "gohttpsnoop", __VA_ARGS__ } })

static int parse(struct line line, struct options *options, struct error *err)
{
	int count = 0;

	while (line.words[count])
		count++;
	optind = 0; /* glibc: start over */
	return options_parse(count, line.words, options, err);
}

static struct options parsed(struct line line)
{
	struct options options;
	struct error err = { 0 };

	if (parse(line, &options, &err) < 0)
		fail_msg("%s", err.what);
	return options;
}

static void assert_refused(struct line line, const char *what)
{
	struct options options;
	struct error err = { 0 };

	assert_int_equal(parse(line, &options, &err), -EINVAL);
	assert_int_equal(err.code, -EINVAL);
	if (!strstr(err.what, what))
		fail_msg("\"%s\" is not in: %s", what, err.what);
	options_finish(&options);
}

static void takes_binary_and_functions(void **state)
{
	struct options options =
		parsed(LINE("./server", "main.ping", "main.(*Shop).Checkout(order.ID)"));

	assert_int_equal(options.pid_count, 0);
	assert_int_equal(options.binary_count, 1);
	assert_string_equal(options.binaries[0], "./server");
	assert_int_equal(options.function_count, 2);
	assert_string_equal(options.functions[0].function, "main.ping");
	assert_false(options.functions[0].has_list);
	assert_string_equal(options.functions[1].function, "main.(*Shop).Checkout");
	assert_true(options.functions[1].has_list);
	assert_int_equal(options.functions[1].capture_count, 1);
	assert_string_equal(options.functions[1].captures[0].text, "order.ID");
	options_finish(&options);
	assert_null(options.binaries);
	assert_null(options.functions);
}

static void has_defaults(void **state)
{
	struct options options = parsed(LINE("./server"));

	assert_int_equal(options.function_count, 0);
	assert_false(options.json);
	assert_int_equal(options.count, 0);
	assert_int_equal(options.duration, 0);
	assert_int_equal(options.max_string, 1024);
	assert_int_equal(options.verbosity, 0);
	assert_false(options.help);
	assert_false(options.version);
	options_finish(&options);
}

/* If options select the targets, the other arguments are functions. */
static void takes_functions_beside_options(void **state)
{
	struct options options = parsed(LINE("-p", "12", "main.ping"));

	assert_int_equal(options.binary_count, 0);
	assert_int_equal(options.function_count, 1);
	assert_string_equal(options.functions[0].function, "main.ping");
	options_finish(&options);
	options = parsed(LINE("main.ping", "-b", "./server", "--binary=./other"));
	assert_int_equal(options.binary_count, 2);
	assert_string_equal(options.binaries[0], "./server");
	assert_string_equal(options.binaries[1], "./other");
	assert_int_equal(options.function_count, 1);
	options_finish(&options);
	options = parsed(LINE("--", "-odd-name", "-j"));
	assert_string_equal(options.binaries[0], "-odd-name");
	assert_string_equal(options.functions[0].function, "-j");
	assert_false(options.json);
	options_finish(&options);
}

/* An argument that cannot be a function is refused with its position, after a valid function. */
static void refuses_other_functions(void **state)
{
	struct options options;
	struct error err = { 0 };

	assert_refused(LINE("./server", "main.ping", "main.ping(a"), "is expected here");
	assert_refused(LINE("./server", ""), "name of a function");
	assert_refused(LINE("./server", "main.ping(x=a)", "main.ping(x=b)"), "have the same name");
	assert_int_equal(parse(LINE("./server", "main.ping(a,)"), &options, &err), -EINVAL);
	assert_string_equal(err.quote, "main.ping(a,)");
	assert_int_equal(err.quote_at, 12);
	options_finish(&options);
}

static void takes_pids(void **state)
{
	struct options options = parsed(LINE("-p", "1,2147483647", "--pid=3", "-p4"));
	const uint32_t wanted[] = { 1, 2147483647, 3, 4 };

	assert_int_equal(options.pid_count, 4);
	assert_memory_equal(options.pids, wanted, sizeof(wanted));
	options_finish(&options);
}

static void refuses_what_is_no_pid(void **state)
{
	static char *const texts[] = { "",
				       "0",
				       "-1",
				       "+1",
				       " 1",
				       "1 ",
				       "1,",
				       ",1",
				       "1,,2",
				       "1;2",
				       "1,x",
				       "x",
				       "0x10",
				       "1.5",
				       "2147483648",
				       "18446744073709551617",
				       "1,99999999999999999999" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_refused(LINE("--pid", texts[i]), "--pid");
}

static void takes_numbers_and_flags(void **state)
{
	struct options options = parsed(LINE("-jc5", "-vq", "--max-string", "8192", "x"));

	assert_true(options.json);
	assert_int_equal(options.count, 5);
	assert_int_equal(options.verbosity, -1);
	assert_int_equal(options.max_string, 8192);
	options_finish(&options);
	options = parsed(
		LINE("--count=9223372036854775807", "--max-string=1", "--verbose", "--json", "x"));
	assert_true(options.count == INT64_MAX);
	assert_int_equal(options.max_string, 1);
	assert_int_equal(options.verbosity, 1);
	options_finish(&options);
}

static void takes_how_values_are_written(void **state)
{
	struct options options = parsed(LINE("x"));

	assert_int_equal(options.max_elements, 8);
	assert_int_equal(options.notation, BYTES_HEX);
	options_finish(&options);
	options = parsed(LINE("--max-elements=256", "--bytes", "base64", "x"));
	assert_int_equal(options.max_elements, 256);
	assert_int_equal(options.notation, BYTES_BASE64);
	options_finish(&options);
	options = parsed(LINE("--max-elements", "1", "--bytes=hex", "x"));
	assert_int_equal(options.max_elements, 1);
	assert_int_equal(options.notation, BYTES_HEX);
	options_finish(&options);
	assert_refused(LINE("--max-elements", "0", "x"), "--max-elements");
	assert_refused(LINE("--max-elements", "257", "x"), "256");
	assert_refused(LINE("--max-elements", "65544", "x"), "256");
	options = parsed(LINE("--max-functions=10000", "x"));
	assert_int_equal(options.max_functions, 10000);
	options_finish(&options);
	assert_refused(LINE("--max-functions", "0", "x"), "--max-functions");
	assert_refused(LINE("--max-functions", "10001", "x"), "10000");
	assert_refused(LINE("--bytes", "octal", "x"), "hex or base64");
	assert_refused(LINE("--bytes", "", "x"), "--bytes");
}

static void refuses_other_numbers(void **state)
{
	static char *const texts[] = { "",
				       "0",
				       "-1",
				       "+1",
				       " 1",
				       "1 ",
				       "1x",
				       "0x10",
				       "1e3",
				       "18446744073709551616",
				       "9223372036854775808" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_refused(LINE("-c", texts[i], "x"), "--count");
		assert_refused(LINE("--max-string", texts[i], "x"), "--max-string");
	}
	assert_refused(LINE("--max-string", "8193", "x"), "8192");
	/* 2^32 + 1 */
	assert_refused(LINE("--max-string", "4294967297", "x"), "8192");
}

static void takes_signatures(void **state)
{
	struct options options = parsed(LINE("--signature", "func main.f(a int)", "./server",
					     "main.f", "--signature=func (t main.T) g() error"));

	assert_int_equal(options.declarations.count, 2);
	assert_string_equal(options.declarations.items[0].function, "main.f");
	assert_string_equal(options.declarations.items[1].function, "main.T.g");
	options_finish(&options);
	assert_null(options.declarations.items);
	assert_refused(LINE("x", "main.f", "--signature", "main.f()"),
		       "a signature begins with func");
	assert_refused(LINE("x", "main.f", "--signature", "func main.f()", "--signature",
			    "func main.f(a int)"),
		       "two signatures of the function main.f");
	assert_refused(LINE("x", "--signature", "func main.f()"), "--signature needs a FUNCTION");
}

static void takes_durations(void **state)
{
	static const struct {
		char *text;
		uint64_t milliseconds;
	} cases[] = { { "10", 10000 },	{ "10s", 10000 },  { "500ms", 500 },
		      { "5m", 300000 }, { "1h", 3600000 }, { "0.5s", 500 },
		      { "1.5", 1500 },	{ "1ms", 1 },	   { "0.25h", 900000 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options options = parsed(LINE("-d", cases[i].text, "x"));

		assert_int_equal(options.duration, cases[i].milliseconds);
		options_finish(&options);
	}
}

static void refuses_other_durations(void **state)
{
	static char *const texts[] = {
		"",	"0",	 "-1",	 "+1",	   " 1",    "1 s",   "1x",
		"s",	"nan",	 "inf",	 "1d",	   "0.1ms", "1e400", "99999999999999999h",
		"10ss", "1m30s", "0x10", "0x1p3s", "1e3",   "1e3s",  ".5",
		"1.2.3"
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_refused(LINE("--duration", texts[i], "x"), "--duration");
}

static void takes_redactions(void **state)
{
	struct options options = parsed(LINE("x", "--redact", "pin*", "--redact=X-Customer-?"));
	struct redaction redaction = options_redaction(&options);

	assert_int_equal(redaction.glob_count, 2);
	assert_string_equal(redaction.globs[0], "pin*");
	assert_string_equal(redaction.globs[1], "X-Customer-?");
	assert_false(options.shows_secrets);
	options_finish(&options);
	options = parsed(LINE("x", "--show-secrets", "--redact", "pin"));
	assert_true(options.shows_secrets);
	options_finish(&options);
	assert_refused(LINE("x", "--redact", ""), "--redact");
}

static void takes_outputs(void **state)
{
	struct options options = parsed(LINE("x", "-o", "events", "-s", "socket"));

	assert_string_equal(options.output, "events");
	assert_string_equal(options.socket, "socket");
	assert_int_equal(options.socket_mode, 0600);
	assert_null(options.socket_group);
	assert_int_equal(options.reader_buffer, 4194304);
	assert_false(options.json);
	options_finish(&options);
	options = parsed(LINE("x", "--socket=systemd:", "--reader-buffer=65536", "--output=-"));
	assert_string_equal(options.socket, "systemd:");
	assert_int_equal(options.reader_buffer, 65536);
	assert_null(options.output);
	assert_true(options.json);
	options_finish(&options);
	options = parsed(LINE("x", "-ssocket", "--socket-mode=0660", "--socket-group", "wheel"));
	assert_int_equal(options.socket_mode, 0660);
	assert_string_equal(options.socket_group, "wheel");
	options_finish(&options);
}

static void takes_an_origin(void **state)
{
	struct options options =
		parsed(LINE("x", "-j", "--node=web1", "--label", "env=prod", "--label=rack=7"));

	assert_string_equal(options.origin.node, "web1");
	assert_int_equal(options.origin.label_count, 2);
	assert_string_equal(options.origin.labels[1].value, "7");
	options_finish(&options);
	options = parsed(LINE("x", "-j", "--node"));
	assert_true(options.origin.node[0]);
	options_finish(&options);
	assert_refused(LINE("x", "-j", "--label", "env"), "a key and a value are expected");
	assert_refused(LINE("x", "-j", "--node="), "a name of 1 to");
	assert_refused(LINE("x", "--label", "env=prod"), "are keys of JSON");
	assert_refused(LINE("x", "--node", "--summary", "--json"), "are keys of JSON");
}

static void takes_a_format(void **state)
{
	struct options options = parsed(LINE("x", "--format", "otel", "-o", "file"));

	assert_int_equal(options.format, OPTION_FORMAT_OTEL);
	options_finish(&options);
	assert_refused(LINE("x", "--format=xml"), "table, json or otel is expected");
	assert_refused(LINE("x", "--format=table", "--json"), "--format table is for");
	assert_refused(LINE("x", "--format=otel", "--summary"), "--format is about events");
	assert_refused(LINE("x", "--format=otel", "--fields=pid"), "--fields are the columns");
	assert_refused(LINE("x", "--json", "--fields=pid"), "--fields are the columns");
	assert_refused(LINE("x", "--output=file", "--fields=pid"), "--fields are the columns");
	assert_refused(LINE("x", "--summary", "--fields=pid"), "--fields are the columns");
	assert_refused(LINE("x", "--list", "--summary"), "--list traces nothing");
	assert_refused(LINE("x", "--list", "--status=404"), "--list traces nothing");
}

static void takes_sizes_of_files(void **state)
{
	struct options options = parsed(LINE("x", "-o", "file", "--output-size=128K"));

	assert_int_equal(options.output_size, 131072);
	assert_int_equal(options.output_files, 0);
	options_finish(&options);
	options = parsed(LINE("x", "-o", "file", "--output-size", "2G", "--output-files=7"));
	assert_true(options.output_size == UINT64_C(2) << 30);
	assert_int_equal(options.output_files, 7);
	options_finish(&options);
	options = parsed(LINE("x", "-o", "file", "--output-size", "131072"));
	options_finish(&options);
	assert_refused(LINE("x", "-o", "file", "--output-size=127K"), "at least 128K");
	assert_refused(LINE("x", "-o", "file", "--output-size=1T"), "at least 128K");
	assert_refused(LINE("x", "-o", "file", "--output-size=1MB"), "at least 128K");
	assert_refused(LINE("x", "-o", "file", "--output-size=M"), "at least 128K");
	assert_refused(LINE("x", "-o", "file", "--output-size=-1M"), "at least 128K");
	assert_refused(LINE("x", "-o", "file", "--output-size=9999999999G"), "at least 128K");
	assert_refused(LINE("x", "--output-size=1M"), "needs --output");
	assert_refused(LINE("x", "-o", "file", "--output-files=1"), "needs --output-size");
	assert_refused(LINE("x", "-o", "file", "--output-files=0"), "--output-files");
}

static void takes_listeners(void **state)
{
	struct options options;

	options = parsed(LINE("x", "--connect", "unix:/run/a", "--connect=tcp:[::1]:9"));
	assert_int_equal(options.connection_count, 2);
	assert_string_equal(options.connections[0].path, "/run/a");
	assert_string_equal(options.connections[1].host, "::1");
	options_finish(&options);
	assert_refused(LINE("x", "--connect", "/run/a"), "unix:PATH or");
	assert_refused(LINE("x", "--connect=unix:/a", "--connect=unix:/a"), "given twice");
	assert_refused(LINE("x", "--connect=unix:1", "--connect=unix:2", "--connect=unix:3",
			    "--connect=unix:4", "--connect=unix:5", "--connect=unix:6",
			    "--connect=unix:7", "--connect=unix:8", "--connect=unix:9"),
		       "at most 8");
	assert_refused(LINE("--list", "--connect=unix:1"), "--list traces nothing");
}

static void refuses_other_outputs(void **state)
{
	static char *const modes[] = {
		"", "8", "0608", "1777", "-1", "rw", "0600 ", " 0600", "0x1"
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		assert_refused(LINE("x", "-s", "socket", "--socket-mode", modes[i]),
			       "--socket-mode");
	assert_refused(LINE("x", "--reader-buffer", "65535"), "--reader-buffer");
	assert_refused(LINE("x", "--reader-buffer", "1e6"), "--reader-buffer");
	assert_refused(LINE("x", "--socket-mode", "0600"), "need --socket");
	assert_refused(LINE("x", "--socket-group", "wheel"), "need --socket");
	assert_refused(LINE("x", "-s", "systemd:", "--socket-mode", "0600"), "SocketMode=");
}

static void takes_conditions(void **state)
{
	struct options options = parsed(LINE("x", "--method", "get,POST", "--where",
					     "id == '7' and in_by == 'context'", "-x"));

	assert_int_equal(options.conditions.count, 3);
	options_finish(&options);
}

static void refuses_other_conditions(void **state)
{
	assert_refused(LINE("x", "--where", "statsu == 500"), "events have no key statsu");
	assert_refused(LINE("x", "--where", "status == 500 or not (1 < nonsense.x)"), "nonsense");
	assert_refused(LINE("x", "--where", "status =="), "at the end");
	assert_refused(LINE("x", "--status", "6000"), "--status");
	assert_refused(LINE("x", "--status", "404,600"), "\"600\"");
	assert_refused(LINE("x", "--status", "0xx"), "\"0xx\"");
	assert_refused(LINE("x", "--status", "99"), "\"99\"");
	assert_refused(LINE("x", "--method", "GET,"), "--method");
	assert_refused(LINE("x", "--sample", "2/100"), "--sample");
}

static void refuses_globs_that_match_nothing(void **state)
{
	static char *const options[] = { "--path", "--route", "--host" };

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		char text[32];

		snprintf(text, sizeof(text), "%s '': an empty glob", options[i]);
		assert_refused(LINE("x", options[i], ""), text);
		snprintf(text, sizeof(text), "%s /a[0-9: a bracket", options[i]);
		assert_refused(LINE("x", options[i], "/a[0-9"), text);
	}
}

static void refuses_too_many_values(void **state)
{
	char statuses[200] = "5xx", methods[200] = "get";
	struct options options;

	for (size_t i = 1; i < 32; i++) {
		strcat(statuses, ",5xx");
		strcat(methods, ",get");
	}
	options = parsed(LINE("x", "--status", statuses, "--method", methods));
	options_finish(&options);
	assert_refused(LINE("x", "--status", statuses, "--status", "200"), "at most 32 values");
	assert_refused(LINE("x", "--method", methods, "--method", "PUT"), "at most 32 values");
}

static void refuses_conditions_that_never_hold(void **state)
{
	struct options options;

	assert_refused(LINE("x", "main.f", "--min-duration", "5ms"), "--min-duration needs");
	assert_refused(LINE("x", "main.f", "-x"), "--failed needs");
	assert_refused(LINE("x", "main.f", "--latency", "--status", "5xx"), "--status is about");
	options = parsed(LINE("x", "main.f", "--latency", "--min-duration", "5ms", "-x"));
	options_finish(&options);
	options = parsed(LINE("x", "main.f(err=ret1)", "--min-duration", "5ms", "-x"));
	options_finish(&options);
	options = parsed(LINE("x", "main.f", "--within", "requests", "--status", "5xx", "-x"));
	options_finish(&options);
}

static void refuses_keys_that_no_event_has(void **state)
{
	struct options options;

	assert_refused(LINE("x", "--where", "captures.user == 'ada'"), "without --capture");
	assert_refused(LINE("x", "--where", "not request_headers.Etag"), "without --header");
	assert_refused(LINE("x", "--where", "1 == response_headers.Etag"),
		       "without --response-header");
	assert_refused(LINE("x", "--where", "args.n == 7"), "without a FUNCTION");
	assert_refused(LINE("x", "--where", "function == 'main.f'"), "without a FUNCTION");
	assert_refused(LINE("x", "--where", "ret == 7"), "without a FUNCTION");
	assert_refused(LINE("x", "main.f", "--where", "ret == 7"), "without --latency");
	options = parsed(LINE("x", "--capture", "user=req.Method", "-H", "etag",
			      "--response-header", "etag", "--where",
			      "captures.user or request_headers.etag or response_headers.etag"));
	options_finish(&options);
	options = parsed(LINE("x", "main.f", "--latency", "--where", "args.n == 7 or ret == 7"));
	options_finish(&options);
}

static void assert_hint(char *condition, const char *hint)
{
	struct options options;
	struct error err = { 0 };

	assert_int_equal(parse(LINE("x", "--where", condition), &options, &err), -EINVAL);
	if (!strstr(err.hint, hint))
		fail_msg("%s: \"%s\" is not in: %s", condition, hint, err.hint);
	options_finish(&options);
}

static void says_what_may_be_meant(void **state)
{
	assert_hint("method == GET", "in quotes: \"GET\"");
	assert_hint("statsu == 404", "did you mean status?");
	assert_hint("n == 404", "EVENTS");
	assert_hint("qq == 404", "EVENTS");
}

static void names_what_is_no_option(void **state)
{
	assert_refused(LINE("-z", "y"), "-z");
	assert_refused(LINE("-jz", "y"), "-z");
	assert_refused(LINE("-zj", "y"), "-z");
	assert_refused(LINE("--json", "-zj", "y"), "no option -z");
	assert_refused(LINE("--nonsense", "y"), "--nonsense");
	assert_refused(LINE("--json=1", "y"), "--json=1 takes no value");
	assert_refused(LINE("x", "--count"), "--count needs a value");
	assert_refused(LINE("x", "-c"), "-c needs a value");
	assert_refused(LINE("x", "--max-string"), "--max-string needs a value");
}

static void wants_a_target(void **state)
{
	struct options options;
	struct error err = { 0 };

	assert_int_equal(parse(LINE("--json"), &options, &err), -EINVAL);
	assert_true(err.hint[0]);
	options_finish(&options);
	/* -h and --version need no target. */
	options = parsed(LINE("-h"));
	assert_true(options.help);
	options_finish(&options);
	options = parsed(LINE("--version"));
	assert_true(options.version);
	options_finish(&options);
	/* The options have to be finished after an error, too. */
	assert_int_equal(parse(LINE("-p", "1,2", "-b", "x", "--nonsense"), &options, NULL),
			 -EINVAL);
	options_finish(&options);
}

/* Each option in the help exists, and takes a value if the help shows one. */
static void help_tells_the_truth(void **state)
{
	size_t count = 0;

	for (const char *at = strstr(options_usage, "--"); at; at = strstr(at + 2, "--")) {
		char option[64], word[80];
		size_t size = strspn(at + 2, "abcdefghijklmnopqrstuvwxyz-");
		bool takes_value = at[2 + size] == ' ' && at[3 + size] >= 'A' &&
				   at[3 + size] <= 'Z';
		bool may_take_value = strncmp(at + 2 + size, "[=", 2) == 0;
		struct options options;
		struct error err = { 0 };

		snprintf(option, sizeof(option), "--%.*s", (int)size, at + 2);
		parse(LINE("x", option), &options, &err);
		if (strstr(err.what, "there is no option"))
			fail_msg("%s is in the help", option);
		if (takes_value && !strstr(err.what, "needs a value"))
			fail_msg("%s takes no value", option);
		options_finish(&options);
		err = (struct error){ 0 };
		snprintf(word, sizeof(word), "%s=\x01", option);
		parse(LINE("x", word), &options, &err);
		if (!takes_value && !may_take_value && strcmp(option, "--pid") != 0 &&
		    !strstr(err.what, "takes no value"))
			fail_msg("%s takes a value", option);
		options_finish(&options);
		count++;
	}
	assert_true(count > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_binary_and_functions),
		cmocka_unit_test(has_defaults),
		cmocka_unit_test(takes_functions_beside_options),
		cmocka_unit_test(refuses_other_functions),
		cmocka_unit_test(takes_pids),
		cmocka_unit_test(refuses_what_is_no_pid),
		cmocka_unit_test(takes_numbers_and_flags),
		cmocka_unit_test(takes_how_values_are_written),
		cmocka_unit_test(refuses_other_numbers),
		cmocka_unit_test(takes_signatures),
		cmocka_unit_test(takes_durations),
		cmocka_unit_test(refuses_other_durations),
		cmocka_unit_test(takes_redactions),
		cmocka_unit_test(takes_outputs),
		cmocka_unit_test(refuses_other_outputs),
		cmocka_unit_test(takes_conditions),
		cmocka_unit_test(refuses_other_conditions),
		cmocka_unit_test(refuses_globs_that_match_nothing),
		cmocka_unit_test(refuses_too_many_values),
		cmocka_unit_test(refuses_conditions_that_never_hold),
		cmocka_unit_test(refuses_keys_that_no_event_has),
		cmocka_unit_test(says_what_may_be_meant),
		cmocka_unit_test(names_what_is_no_option),
		cmocka_unit_test(wants_a_target),
		cmocka_unit_test(takes_an_origin),
		cmocka_unit_test(takes_a_format),
		cmocka_unit_test(takes_sizes_of_files),
		cmocka_unit_test(takes_listeners),
		cmocka_unit_test(help_tells_the_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
