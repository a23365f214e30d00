/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_TRUTH_PROGRAM_H
#define GOHTTPSNOOP_TESTS_TRUTH_PROGRAM_H

#include "binary.h"
#include "itab.h"

/*
 * The main program of the programs that compare what abi/ finds in a binary with other facts in the same
 * binary:
 *
 *	PROGRAM [-v] BINARY…
 *
 * Each program defines truth_check(), which prints how much agrees. A negative result, with its error, means
 * that something does not agree. `verbose`: -v was given.
 */
int truth_check(const struct binary *binary, const char *path, bool verbose, struct error *err);

/* Reads where the binary's type descriptors and interface tables are. */
int truth_module_parts(const struct binary *binary, struct module_parts *ret_parts,
		       struct error *err);

#endif
