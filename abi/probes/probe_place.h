/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PROBE_PLACE_H
#define GOHTTPSNOOP_ABI_PROBE_PLACE_H

#include "probe.h"

/*
 * Finds the function of a request, what can be read there, and the place of the probe: fills in `entry`, `site`, `source`
 * and, for the returns of a function, `returns`, which the caller releases with the probe, also on failure. `signature` gets
 * the parameters that can be captured there; their types belong to the binary. Errors are those of probe_compile().
 */
int probe_place(const struct binary *binary, const struct probe_request *request,
		struct function *function, struct signature *signature, struct probe *probe,
		struct error *err);

#endif
