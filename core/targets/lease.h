/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LEASE_H
#define GOHTTPSNOOP_CORE_LEASE_H

#include <stdbool.h>

#include "error.h"

/*
 * A lease on a file's content: the kernel blocks a process that wants to write to the file until the lease is
 * released, and requests this by SIGIO (fcntl(2), F_SETLEASE). So the inspection of the file stays valid, and its
 * probes are never in other instructions than those they are for.
 */

/*
 * Takes a lease; negative errno if the file is open for writing, belongs to another user, or does not support leases.
 */
int lease_take(int descriptor);

/*
 * Fills `err` with the reason why there is no lease, from the result of lease_take(), or 0 if it was released.
 * Returns an errno.
 */
int lease_fail(int code, struct error *err);

/* Returns whether a process waits for the lease to be released. */
bool lease_is_recalled(int descriptor);

#endif
