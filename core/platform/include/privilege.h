/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PRIVILEGE_H
#define GOHTTPSNOOP_CORE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Operations that need capabilities. */
enum privilege {
	PRIVILEGE_TRACE, /* load eBPF programs and attach them */
	/* attach by perf events, if the kernel requires a capability for it (kernel_features.h) */
	PRIVILEGE_PERF_EVENTS,
	PRIVILEGE_LOOK,	 /* inspect processes of other users */
	PRIVILEGE_READ,	 /* read executables without read permission */
	PRIVILEGE_LEASE, /* take leases on files of other users that have probes */
};

/* Fills `err` for an operation that was not permitted, with the missing capabilities. */
int privilege_fail(struct error *err, int code, enum privilege privilege, const char *what);

/* The same for these capabilities, of which some are missing. */
void privilege_refuse(uint64_t capabilities, enum privilege privilege, const char *what,
		      struct error *err);

bool privilege_is_held(enum privilege privilege);

/* The capabilities of this thread as bits, including those that another capability includes. */
uint64_t privilege_held(void);

/* Whether the capabilities suffice; the names of the missing ones, separated by commas. */
bool privilege_has(uint64_t capabilities, enum privilege privilege);
void privilege_list_missing(uint64_t capabilities, enum privilege privilege, char *list,
			    size_t size);

/*
 * Enumerates all capabilities that any operation needs: the name of number `index`, and whether it
 * is held. NULL behind the last one.
 */
const char *privilege_name(size_t index, uint64_t capabilities, bool *ret_held);

/*
 * Disables CAP_SYS_ADMIN in this thread, and enables it again. Returns false, without a change, if
 * the capability is not held or tracing is not possible without it.
 */
bool privilege_suspend_admin(void);
void privilege_resume_admin(void);

struct privilege_needs {
	bool files; /* files of other users will still be created or removed */
	bool admin; /* the kernel requires CAP_SYS_ADMIN for the probes */
};

/*
 * Permanently drops all capabilities that no operation needs, also for programs executed later.
 * Must be called before other threads exist. The capabilities for tracing are kept, because
 * processes that start later are inspected and attached to in the same way.
 */
void privilege_drop(const struct privilege_needs *needs);

#endif
