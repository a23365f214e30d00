/* SPDX-License-Identifier: MIT */
#include "standard_output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostic.h"

int standard_output_write(const char *text, size_t size, struct error *err)
{
	if (fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0)
		return 0;
	return error_fail(err, -errno, "standard output cannot be written: %s", strerror(errno));
}

int standard_output_print(const char *text)
{
	struct error err = { 0 };

	if (standard_output_write(text, strlen(text), &err) == 0)
		return EXIT_SUCCESS;
	diagnostic_error(&err);
	return EXIT_FAILURE;
}

int standard_output_print_version(void)
{
	return standard_output_print("gohttpsnoop " GOHTTPSNOOP_VERSION "\n");
}
