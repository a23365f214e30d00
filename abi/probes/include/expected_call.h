/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_EXPECTED_CALL_H
#define GOHTTPSNOOP_ABI_EXPECTED_CALL_H

#include <stdbool.h>

#include "binary.h"

/* A direct call that `caller` contains unless the compiler inlined it. */
struct expected_call {
	const char *caller, *callee;
};

/* Returns whether the binary has both functions, but the caller does not call the callee. */
bool expected_call_is_inlined(const struct binary *binary, const struct expected_call *call);

#endif
