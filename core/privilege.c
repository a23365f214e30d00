/* SPDX-License-Identifier: MIT */
#include "privilege.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What tracing takes, as capabilities(7) numbers and names them. */
static const struct {
	int number;
	const char *name;
} needed[] = {
	{CAP_BPF, "CAP_BPF"},
	{CAP_PERFMON, "CAP_PERFMON"},
	{CAP_SYS_PTRACE, "CAP_SYS_PTRACE"},
};

/* The effective capabilities; none when /proc does not tell. */
static uint64_t read_capabilities(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	uint64_t capabilities = 0;
	char line[256];

	if (!status)
		return 0;
	while (fgets(line, sizeof(line), status)) {
		if (strncmp(line, "CapEff:", 7) == 0)
			capabilities = strtoull(line + 7, NULL, 16);
	}
	fclose(status);
	return capabilities;
}

int privilege_fail(struct error *err, int code, const char *what)
{
	uint64_t capabilities = read_capabilities();
	char missing[96] = "";
	size_t used = 0;

	/* CAP_SYS_ADMIN stands in for the first two. */
	if (capabilities >> CAP_SYS_ADMIN & 1)
		capabilities |= 1ull << CAP_BPF | 1ull << CAP_PERFMON;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!(capabilities >> needed[i].number & 1))
			used += snprintf(missing + used, sizeof(missing) - used, "%s%s",
					 used ? ", " : "", needed[i].name);
	}
	if (!used)
		return error_fail(err, code, "%s: %s", what, strerror(-code));
	error_hint(err, "run as root, or grant the capabilities");
	return error_fail(err, code, "%s: not permitted: missing %s", what, missing);
}
