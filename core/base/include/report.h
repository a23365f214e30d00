/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REPORT_H
#define GOHTTPSNOOP_CORE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

/*
 * A document of named values, objects and lists, written once and rendered as JSON or as indented
 * text. Strings may contain any bytes; the result is safe to print. A lack of memory is reported by report_finish().
 */
struct report;

int report_create(bool json, struct report **ret_report);
void report_destroy(struct report *report);

/* `key` is NULL for the items of a list. */
void report_string(struct report *report, const char *key, const char *value);
void report_bytes(struct report *report, const char *key, const char *value, size_t size);
void report_number(struct report *report, const char *key, uint64_t value);
void report_address(struct report *report, const char *key, uint64_t value); /* "0x4011f0" */
void report_bool(struct report *report, const char *key, bool value);
void report_null(struct report *report, const char *key); /* "unknown" in text */

void report_open_object(struct report *report, const char *key);
void report_close_object(struct report *report);
void report_open_list(struct report *report, const char *key);
void report_close_list(struct report *report);

/* Returns the rendered document with its newline; it lives as long as the report. -ENOMEM if memory ran out. */
int report_finish(struct report *report, struct bytes *ret_document);

#endif
