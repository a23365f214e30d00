/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_STANDARD_OUTPUT_H
#define GOHTTPSNOOP_CMD_STANDARD_OUTPUT_H

#include <stddef.h>

#include "error.h"

/* Writes the text, and all that was written before. The negative errno if that fails. */
int standard_output_write(const char *text, size_t size, struct error *err);

/* Prints the text; a failure is reported. Returns the exit status of the program. */
int standard_output_print(const char *text);
int standard_output_print_version(void);

#endif
