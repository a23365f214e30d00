/* SPDX-License-Identifier: MIT */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "diagnostic.h"
#include "inspect.h"
#include "list.h"
#include "options.h"
#include "trace.h"

enum { LARGE_BLOCK = 128 << 10 }; /* bytes; glibc's default */

static int run_command(const struct options *options)
{
	if (options->help) {
		fputs(options_usage, stdout);
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
	if (options_parse(argc, argv, &options, &err) < 0)
		diagnostic_error(&err);
	else
		status = run_command(&options);
	options_finish(&options);
	return status;
}
