/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_REPORT_OPTIONS_H
#define GOHTTPSNOOP_CMD_REPORT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* The options of a command that prints a text or, with --json, a line of JSON, and has no options of its own. */
struct report_options {
	bool json, help;
	char **arguments; /* what stands behind the options; points into argv */
	size_t argument_count;
};

/* -EINVAL, with the reason, if a word is no option of such a command. */
int report_options_parse(int argc, char **argv, struct report_options *ret_options,
			 struct error *err);

#endif
