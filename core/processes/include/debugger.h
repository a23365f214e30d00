/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DEBUGGER_H
#define GOHTTPSNOOP_CORE_DEBUGGER_H

#include "process.h"

/*
 * Where another process traces this one by ptrace, as debuggers do, fills `ret_warning` with what that means
 * and returns true. Of the same instruction the breakpoint that came first is what the other takes for the
 * program's own, see "How it stays harmless" in the README.
 */
bool debugger_warn(const struct process *process, struct error *ret_warning);

/* The process id in a line of /proc/PID/status, "TracerPid:\t4242"; 0 when it is another line, or none. */
uint32_t debugger_parse_line(const char *line);

#endif
