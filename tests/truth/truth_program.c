/* SPDX-License-Identifier: MIT */
#include "truth_program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int truth_module_parts(const struct binary *binary, struct module_parts *ret_parts,
		       struct error *err)
{
	struct moduledata moduledata;
	int r = pclntab_moduledata(binary->pclntab, binary->image, &moduledata, err);

	return r < 0 ? r :
		       module_parts_read(binary->image, &moduledata, &binary->version, ret_parts,
					 err);
}

static int check_path(const char *path, bool verbose)
{
	struct binary *binary = NULL;
	struct error err = { 0 };
	char message[2048];
	int r = binary_open(path, NULL, &binary, &err);

	if (r == 0)
		r = truth_check(binary, path, verbose, &err);
	binary_close(binary);
	if (r >= 0)
		return 0;
	error_format(&err, message, sizeof(message));
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, path, message);
	return 1;
}

int main(int argc, char **argv)
{
	bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
	int first = 1 + verbose, status = argc > first ? 0 : 2;

	for (int i = first; i < argc; i++)
		status |= check_path(argv[i], verbose);
	return status;
}
