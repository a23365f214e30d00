/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FUNCTION_REPORT_H
#define GOHTTPSNOOP_CORE_FUNCTION_REPORT_H

#include "binary.h"
#include "report.h"

/*
 * Writes the functions of a binary that the patterns mean (function_set.h) into the report: their
 * declarations where types are known, addresses, where a probe would sit, and into which functions calls
 * of them were inlined. -ENOENT, with the nearest names or the reason, when a pattern means none.
 */
int function_report(struct report *report, const char *path, const struct binary *binary,
		    const char *const *patterns, size_t count, struct error *err);

/* Why there is no function that `pattern` means; returns -ENOENT. */
int function_missing(const struct binary *binary, const char *pattern, struct error *err);

#endif
