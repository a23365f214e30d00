/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PROBE_COMPILER_H
#define GOHTTPSNOOP_ABI_PROBE_COMPILER_H

#include "probe.h"

/*
 * Compiles a request for one binary. Captures that are not required and that this binary cannot provide (an
 * older Go has no such field) are left out. -ENOENT if the request does not apply to the binary: the
 * function, a call or the companion is missing, or a call is inlined or not inlined against the request.
 * -ENODATA if the function exists but its parameters are not described. The caller releases the probe with
 * probe_finish().
 */
int probe_compile(const struct binary *binary, const struct probe_request *request,
		  const struct capture_spec *spec, struct probe *ret_probe, struct error *err);

#endif
