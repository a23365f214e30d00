/* SPDX-License-Identifier: MIT */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "diagnostic.h"
#include "inspect.h"
#include "list.h"
#include "option_parser.h"
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

static int run_command(const struct options *options)
{
	if (options->help) {
		fputs(wants_all_help(options) ? options_usage : options_help, stdout);
		return EXIT_SUCCESS;
	}
	if (options->version) {
		puts("gohttpsnoop " GOHTTPSNOOP_VERSION);
		return EXIT_SUCCESS;
	}
	return options->list ? list(options) : trace(options);
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

int main(int argc, char **argv)
{
	struct options options;
	struct error err = { 0 };
	int status = EXIT_USAGE;

	return_memory();
	if (argc > 1 && strcmp(argv[1], "inspect") == 0)
		return inspect(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "check") == 0)
		return check(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "report") == 0)
		return write_page(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "top") == 0)
		return top(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "summary") == 0)
		return summarize(argc - 1, argv + 1);
	if (options_parse(argc, argv, &options, &err) < 0)
		diagnostic_error(&err);
	else
		status = run_command(&options);
	options_finish(&options);
	return status;
}
