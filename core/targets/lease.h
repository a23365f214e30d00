/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LEASE_H
#define GOHTTPSNOOP_CORE_LEASE_H

#include <stdbool.h>

#include "error.h"

/*
 * A lease on a file's content: whoever wants to write to the file is held up by the kernel until the
 * lease is given back, and SIGIO asks for that (fcntl(2), F_SETLEASE). So what was found out about
 * the file holds, and probes that wait in it never sit in other instructions than those they are for.
 */

/* Takes one; negative errno when the file is open for writing, belongs to somebody else, or cannot. */
int lease_take(int descriptor);

/* Says why there is none, by what lease_take() returned or 0 for one that was given back; returns an errno. */
int lease_fail(int code, struct error *err);

/* Whether somebody waits for the lease to be given back. */
bool lease_is_recalled(int descriptor);

#endif
