/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FUNCTION_REPORT_H
#define GOHTTPSNOOP_CORE_FUNCTION_REPORT_H

#include "binary.h"
#include "declaration.h"
#include "report.h"

/*
 * Writes the functions of a binary that match the patterns (function_set.h) into the report: their declarations if
 * their types are known or were declared in `declared`, their addresses and probe sites, and the functions into which
 * their calls were inlined. -ENOENT, with similar names or the reason, if a pattern matches no function, or a declaration
 * is of a function that no pattern matches.
 */
int function_report(struct report *report, const char *path, const struct binary *binary,
		    const char *const *patterns, size_t count, const struct declarations *declared,
		    struct error *err);

/* Fills `err` with the reason why no function matches `pattern`; returns -ENOENT. */
int function_missing(const struct binary *binary, const char *pattern, struct error *err);

/* Fills `err` with the reason why a declaration is not used: there is no such function, or no FUNCTION matches it. */
int declaration_unused(const struct binary *binary, const char *function, struct error *err);

#endif
