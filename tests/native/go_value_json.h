/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_GO_VALUE_JSON_H
#define GOHTTPSNOOP_TESTS_GO_VALUE_JSON_H

#include "go_value.h"

/* Appends a value as docs/expressions.md says that it is written, without reading any memory of a process. */
struct go_json {
	char text[1 << 16];
	size_t used;
};

void go_value_write_json(struct go_json *json, const struct go_value *value);
void go_json_put(struct go_json *json, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
