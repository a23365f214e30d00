/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <malloc.h>
#ifdef GOHTTPSNOOP_STATIC
#include <nss.h>
#endif
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "diagnostic.h"
#include "edit_distance.h"
#include "inspect.h"
#include "list.h"
#include "option_parser.h"
#include "standard_files.h"
#include "standard_output.h"
#include "summarize.h"
#include "top.h"
#include "trace.h"
#include "write_page.h"

enum { LARGE_BLOCK = 128 << 10 }; /* bytes; glibc's default */

/* Behind --help the word is no program. */
static bool wants_all_help(const struct options *options)
{
	return options->binary_count == 1 && strcmp(options->binaries[0], "all") == 0;
}

static int run_options(const struct options *options)
{
	if (options->help)
		return standard_output_print(wants_all_help(options) ? options_usage :
								       options_help);
	if (options->version)
		return standard_output_print_version();
	return options->list ? list(options) : trace(options);
}

/* ---- commands ---- */

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* the name is argv[0] */
} commands[] = {
	{ "inspect", inspect }, { "check", check },	  { "report", write_page },
	{ "top", top },		{ "summary", summarize },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const struct command *command_find(const char *word)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, word) == 0)
			return &commands[i];
	}
	return NULL;
}

/* Returns the command that is meant by a word which is the name of no file; NULL if none is similar. */
static const struct command *command_similar(const char *word)
{
	if (word[0] == '-' || strchr(word, '/') || access(word, F_OK) == 0)
		return NULL;
	for (size_t i = 0; i < COMMANDS; i++) {
		size_t limit = strlen(commands[i].name) / 3;

		if (edit_distance(commands[i].name, word, limit) <= limit)
			return &commands[i];
	}
	return NULL;
}

static int fail_command(const char *word, const struct command *similar)
{
	struct error err = { 0 };

	error_hint(&err, "did you mean %s?", similar->name);
	error_fail(&err, -ENOENT, "there is no command and no file %s", word);
	diagnostic_error(&err);
	return EXIT_USAGE;
}

/*
 * Lets glibc return the memory for the inspection of a binary to the system afterwards. By default it raises this limit
 * when large blocks are freed, and then keeps tens of megabytes.
 */
static void return_memory(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
#endif
}

/*
 * A static program must not load the modules by which the machine's C library looks up names (NSS), because that may
 * be another C library. Those that are named here are part of glibc itself from 2.34 on.
 */
static void restrict_name_lookups(void)
{
#ifdef GOHTTPSNOOP_STATIC
	__nss_configure_lookup("group", "files");
	__nss_configure_lookup("hosts", "files dns");
#endif
}

/* A command behind an option would be taken for a program, or for a function. */
static int check_command_place(const struct options *options, struct error *err)
{
	const char *word = options->binary_count ? options->binaries[0] : NULL;

	if (options->help)
		return 0;
	if (!word || access(word, F_OK) == 0)
		word = options->function_count ? options->functions[0].function : NULL;
	if (!word || !command_find(word))
		return 0;
	error_hint(err, "usage: gohttpsnoop %s [OPTION]...", word);
	return error_fail(err, -EINVAL, "the command %s must be the first word", word);
}

static int parse_and_run(int argc, char **argv)
{
	struct options options;
	struct error err = { 0 };
	int status = EXIT_USAGE;

	if (options_parse(argc, argv, &options, &err) < 0 ||
	    check_command_place(&options, &err) < 0)
		diagnostic_error(&err);
	else
		status = run_options(&options);
	options_finish(&options);
	return status;
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
	const struct command *similar = argc > 1 ? command_similar(argv[1]) : NULL;

	struct error err = { 0 };

	if (standard_files_open(&err) < 0) {
		diagnostic_error(&err);
		return EXIT_FAILURE;
	}
	return_memory();
	restrict_name_lookups();
	if (command)
		return command->run(argc - 1, argv + 1);
	return similar ? fail_command(argv[1], similar) : parse_and_run(argc, argv);
}
