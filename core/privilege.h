/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PRIVILEGE_H
#define GOHTTPSNOOP_CORE_PRIVILEGE_H

#include <stdbool.h>

#include "error.h"

/* What takes a capability, or several. */
enum privilege {
	PRIVILEGE_TRACE, /* to load eBPF programs and attach them */
	PRIVILEGE_LOOK,	 /* to look at processes of other users */
	PRIVILEGE_READ,	 /* to read executables that only others may read */
	PRIVILEGE_LEASE, /* to keep files of other users from being overwritten under probes */
};

/* Fills `err` about something that was not permitted: which capabilities it takes and are missing. */
int privilege_fail(struct error *err, int code, enum privilege privilege, const char *what);

bool privilege_is_held(enum privilege privilege);

struct privilege_needs {
	bool files;	  /* files of anybody are still to be made or removed */
	bool perf_events; /* for which some kernels demand CAP_SYS_ADMIN */
};

/*
 * Gives up, for good, each capability that nothing here takes, and that programs executed from here
 * could have more. To be called before there are other threads. Those that tracing takes are kept:
 * processes that start later are looked at and attached to as the first ones.
 */
void privilege_drop(const struct privilege_needs *needs);

#endif
