/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DEBUGGER_H
#define GOHTTPSNOOP_CORE_DEBUGGER_H

#include "process.h"

/*
 * If a debugger is attached to the process (ptrace), fills `ret_warning` and returns true. If a
 * debugger and a probe use the same instruction, the second one takes the breakpoint of the first
 * for the program's code: see "How it stays harmless" in the README.
 */
bool debugger_warn(const struct process *process, struct error *ret_warning);

/*
 * Parses the line "TracerPid:\t4242" of /proc/PID/status. Returns 0 for other lines, or if there is
 * no debugger.
 */
uint32_t debugger_parse_line(const char *line);

#endif
