/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PRIVILEGE_H
#define GOHTTPSNOOP_CORE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* What takes a capability, or several. */
enum privilege {
	PRIVILEGE_TRACE, /* to load eBPF programs and attach them */
	/* to attach them by perf events, where the kernel demands it (kernel_features.h) */
	PRIVILEGE_PERF_EVENTS,
	PRIVILEGE_LOOK,	 /* to look at processes of other users */
	PRIVILEGE_READ,	 /* to read executables that only others may read */
	PRIVILEGE_LEASE, /* to keep files of other users from being overwritten under probes */
};

/* Fills `err` about something that was not permitted: which capabilities it takes and are missing. */
int privilege_fail(struct error *err, int code, enum privilege privilege, const char *what);

/* The same for someone with these capabilities, of which some are missing. */
void privilege_refuse(uint64_t capabilities, enum privilege privilege, const char *what,
		      struct error *err);

bool privilege_is_held(enum privilege privilege);

/* The capabilities of this thread as bits, and those that one of them stands in for. */
uint64_t privilege_held(void);

/* Whether these suffice; the names of those that are missing, separated by commas. */
bool privilege_has(uint64_t capabilities, enum privilege privilege);
void privilege_list_missing(uint64_t capabilities, enum privilege privilege, char *list,
			    size_t size);

/* Of all that anything here takes: whether it is among these, and its name; NULL after the last. */
const char *privilege_name(size_t index, uint64_t capabilities, bool *ret_held);

/*
 * Puts CAP_SYS_ADMIN aside in this thread, and takes it up again. False when it is not held, or when
 * tracing is not possible without: nothing has changed then.
 */
bool privilege_suspend_admin(void);
void privilege_resume_admin(void);

struct privilege_needs {
	bool files; /* files of anybody are still to be made or removed */
	bool admin; /* the kernel demands CAP_SYS_ADMIN for the probes */
};

/*
 * Gives up, for good, each capability that nothing here takes, and that programs executed from here
 * could have more. To be called before there are other threads. Those that tracing takes are kept:
 * processes that start later are looked at and attached to as the first ones.
 */
void privilege_drop(const struct privilege_needs *needs);

#endif
