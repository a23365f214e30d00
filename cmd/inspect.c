/* SPDX-License-Identifier: MIT */
#include "inspect.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "binary_report.h"
#include "command_usage.h"
#include "declaration.h"
#include "diagnostic.h"
#include "function_arguments.h"
#include "function_report.h"
#include "go_libraries.h"
#include "opaque_libraries.h"
#include "option_mistake.h"
#include "option_parser.h"
#include "option_value.h"
#include "plan_report.h"
#include "printable.h"
#include "process.h"
#include "protocol_registry.h"
#include "standard_output.h"
#include "types_file.h"

struct inspect_options {
	bool json, help;
	const char *types;   /* file, or NULL */
	const char *subject; /* a path or a process id */
	const char *const *functions;
	size_t function_count;
	/* To compile: all functions of presets, and all `functions` if one has expressions. */
	struct function_request *requests;
	size_t request_count;
	struct declarations declarations;
};

static void inspect_options_finish(struct inspect_options *options)
{
	for (size_t i = 0; i < options->request_count; i++)
		function_request_finish(&options->requests[i]);
	free(options->requests);
	declarations_finish(&options->declarations);
}

static int inspect_fail_usage(struct error *err, const char *what)
{
	error_fail(err, -EINVAL, "%s", what);
	error_hint(
		err,
		"usage: gohttpsnoop inspect [--json] [--types FILE] [--signature TEXT]... [--preset NAME]... BINARY|PID [FUNCTION...]");
	return -EINVAL;
}

/* Returns whether one of the functions has a list of expressions. */
static bool inspect_has_expressions(const struct inspect_options *options)
{
	for (size_t i = 0; i < options->function_count; i++) {
		const char *function = options->functions[i];
		size_t size = strlen(function);

		if (size && function[size - 1] == ')')
			return true;
	}
	return false;
}

/* Functions that have no expressions and stand alone are looked up, and not compiled. */
static int inspect_add_requests(struct inspect_options *options, struct error *err)
{
	int r = 0;

	if (!options->request_count && !inspect_has_expressions(options))
		return 0;
	for (size_t i = 0; r == 0 && i < options->function_count; i++)
		r = function_arguments_add(&options->requests, &options->request_count,
					   options->functions[i], err);
	return r == 0 ? function_requests_check(options->requests, options->request_count, err) : r;
}

static int inspect_options_parse(int argc, char **argv, struct inspect_options *options,
				 struct error *err)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "types", required_argument, NULL, 't' },
		{ "signature", required_argument, NULL, 's' },
		{ "preset", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":jh", long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return option_mistake_fail(long_options, option, argv, err);
		if (option == 's' && declarations_add(&options->declarations, optarg, err) < 0)
			return err->code;
		if (option == 'p' &&
		    function_arguments_add_preset(&options->requests, &options->request_count,
						  optarg, err) < 0)
			return err->code;
		if (option == 't')
			options->types = optarg;
		options->json = options->json || option == 'j';
		options->help = options->help || option == 'h';
	}
	if (options->help)
		return 0;
	if (argc == optind)
		return inspect_fail_usage(err, "inspect needs a binary or a process id");
	options->subject = argv[optind];
	if (option_check_text("inspect", options->subject, "a binary or a process id", err) < 0)
		return err->code;
	options->functions = (const char *const *)argv + optind + 1;
	options->function_count = (size_t)(argc - optind - 1);
	if (options->declarations.count && !options->function_count)
		return inspect_fail_usage(err, "inspect: --signature needs a FUNCTION");
	return inspect_add_requests(options, err);
}

/* A number is a process id unless a file with this name exists. */
static bool names_process(const char *subject, uint32_t *ret_pid)
{
	char *end;
	unsigned long long pid = strtoull(subject, &end, 10);

	*ret_pid = pid;
	return *subject >= '0' && *subject <= '9' && *end == '\0' && pid <= UINT32_MAX &&
	       access(subject, F_OK) < 0;
}

/* Opens the first Go library that the process has loaded; -ENOENT if there is none. */
static int inspect_open_library(const struct inspect_options *options, uint32_t pid,
				struct binary **ret_binary)
{
	struct go_libraries libraries;
	struct process process;
	char text[512];
	int r = process_open(pid, &process, NULL);

	if (r < 0)
		return r;
	r = go_libraries_find(&process, &libraries, NULL);
	process_close(&process);
	if (r < 0)
		return r;
	r = -ENOENT;
	for (size_t i = 0; r < 0 && i < libraries.count; i++) {
		const char *path = libraries.paths[i];

		r = binary_open(library_path(pid, path).text, options->types, ret_binary, NULL);
		if (r < 0)
			continue;
		printable_format(text, sizeof(text), "pid %u: its Go code is in %s", pid, path);
		diagnostic_text(text);
	}
	go_libraries_finish(&libraries);
	return r;
}

/* Opens the program of a process or, if that is not a Go program, a library of it with Go code. */
static int inspect_open_process(const struct inspect_options *options, uint32_t pid,
				struct binary **ret_binary, struct error *err)
{
	struct process process;
	int r = process_open(pid, &process, err);

	if (r < 0)
		return r;
	process_close(&process);
	r = binary_open(process_exe_path(pid).text, options->types, ret_binary, err);
	if ((r == -ENOENT || r == -ENOEXEC) && inspect_open_library(options, pid, ret_binary) == 0)
		return 0;
	return r;
}

static int open_subject(const struct inspect_options *options, struct binary **ret_binary,
			struct error *err)
{
	const char *subject = options->subject;
	uint32_t pid;

	if (!names_process(subject, &pid)) {
		error_subject(err, "%s", subject);
		return binary_open(subject, options->types, ret_binary, err);
	}
	pid = process_of_thread(pid);
	error_subject(err, "pid %u", pid);
	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
		return error_fail(err, -ESRCH, "no such process");
	return inspect_open_process(options, pid, ret_binary, err);
}

/* Reports what functions compile to, or functions or, if none is named, what would be traced by default. */
static int inspect_write_report(const struct inspect_options *options, const struct binary *binary,
				struct report *report, struct error *err)
{
	struct error why = { 0 };
	const struct trace_spec wanted = { .sides = TRACE_BOTH,
					   .functions = options->requests,
					   .function_count = options->request_count,
					   .declarations = &options->declarations,
					   .values = { .opaque = &opaque_libraries,
						       .max_string = DEFAULT_MAX_STRING } };
	struct probe_set probe_set;
	int found;

	if (options->request_count)
		return plan_report(report, options->subject, binary, &wanted, err);
	if (options->function_count)
		return function_report(report, options->subject, binary, options->functions,
				       options->function_count, &options->declarations, err);
	found = probe_set_of_protocols(binary, &wanted, NULL, &probe_set, &why);
	if (found == -ESTALE)
		return error_adopt(err, &why);
	binary_report(report, options->subject, binary, found == 0 ? &probe_set : NULL, &why);
	if (found == 0)
		probe_set_finish(&probe_set);
	return 0;
}

static int inspect_print(const struct inspect_options *options, const struct binary *binary,
			 struct error *err)
{
	struct report *report;
	struct bytes document;
	int r = report_create(options->json, &report);

	if (r < 0)
		return error_fail(err, r, "out of memory");
	r = inspect_write_report(options, binary, report, err);
	if (r == 0) {
		r = report_finish(report, &document);
		if (r < 0)
			error_fail(err, r, "out of memory");
		else
			r = standard_output_write((const char *)document.data, document.size, err);
	}
	report_destroy(report);
	return r;
}

static int inspect_subject(const struct inspect_options *options, struct error *err)
{
	struct binary *binary;
	int r = types_file_check(options->types, err);

	if (r == 0)
		r = open_subject(options, &binary, err);
	if (r < 0)
		return r;
	types_trust_dwarf(binary->types);
	types_set_declarations(binary->types, &options->declarations);
	r = protocol_libraries_set(binary, err);
	if (r == 0)
		r = inspect_print(options, binary, err);
	binary_close(binary);
	return r;
}

int inspect(int argc, char **argv)
{
	struct inspect_options options = { 0 };
	struct error err = { 0 };
	int status = EXIT_SUCCESS;

	if (inspect_options_parse(argc, argv, &options, &err) < 0)
		status = EXIT_USAGE;
	else if (options.help)
		status = standard_output_print(command_usage_inspect);
	else if (inspect_subject(&options, &err) < 0)
		status = EXIT_FAILURE;
	if (err.code)
		diagnostic_error(&err);
	inspect_options_finish(&options);
	return status;
}
