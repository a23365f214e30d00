/* SPDX-License-Identifier: MIT */
#include "debugger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint32_t debugger_parse_line(const char *line)
{
	uint32_t pid = 0;

	return sscanf(line, "TracerPid: %" SCNu32, &pid) == 1 ? pid : 0;
}

static uint32_t find_tracer(uint32_t pid)
{
	uint32_t tracer = 0;
	char path[32], line[256];
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	status = fopen(path, "re");
	if (!status)
		return 0;
	while (!tracer && fgets(line, sizeof(line), status))
		tracer = debugger_parse_line(line);
	fclose(status);
	return tracer;
}

static void read_name(uint32_t pid, char name[static 16])
{
	char path[32];
	FILE *comm;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	name[0] = '\0';
	comm = fopen(path, "re");
	if (!comm)
		return;
	if (fgets(name, 16, comm))
		name[strcspn(name, "\n")] = '\0';
	fclose(comm);
}

bool debugger_warn(const struct process *process, struct error *ret_warning)
{
	uint32_t tracer = find_tracer(process->pid);
	char name[16];

	if (!tracer)
		return false;
	read_name(tracer, name);
	*ret_warning = (struct error){ .code = 0 };
	error_subject(ret_warning, "pid %u (%s)", process->pid, process->exe);
	error_fail(
		ret_warning, 0,
		"a debugger, pid %u (%s), is attached: its breakpoints on probed instructions do not "
		"trigger, may hide calls, and may kill the process when tracing ends",
		tracer, name);
	error_hint(ret_warning, "remove such breakpoints before gohttpsnoop ends");
	return true;
}
