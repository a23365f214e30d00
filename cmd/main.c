/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "report.h"
#include "trace.h"

enum { EXIT_USAGE = 2 };

static int run(const struct options *options)
{
	if (options->help) {
		fputs(options_usage, stdout);
		return EXIT_SUCCESS;
	}
	if (options->version) {
		puts("gohttpsnoop " GOHTTPSNOOP_VERSION);
		return EXIT_SUCCESS;
	}
	return trace(options);
}

int main(int argc, char **argv)
{
	struct options options;
	struct error err = {0};
	int status = EXIT_USAGE;

	if (options_parse(argc, argv, &options, &err) < 0)
		report_error(&err);
	else
		status = run(&options);
	options_finish(&options);
	return status;
}
