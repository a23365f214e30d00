/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_OPTION_VALUE_H
#define GOHTTPSNOOP_CMD_OPTION_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes_notation.h"
#include "error.h"
#include "kernel_attachment.h"
#include "trace_spec.h"

/*
 * The values of options, from what the user typed. Each returns -EINVAL, with an error that names the option and says what
 * is expected, if `text` is no such value.
 */

/* Anything but nothing: `what`, such as "a path", is expected. */
int option_check_text(const char *option, const char *text, const char *what, struct error *err);

/* A whole number from `least` to `most`, of the option `option`. */
int option_count(const char *option, const char *text, uint64_t least, uint64_t most,
		 uint64_t *ret_value, struct error *err);

/* --duration: 10, 10s, 500ms, 5m, 1h. */
int option_duration(const char *option, const char *text, uint64_t *ret_milliseconds,
		    struct error *err);

/* --output-size: a number of bytes, also with K, M or G, from `least` on. */
int option_size(const char *option, const char *text, uint64_t least, uint64_t *ret_bytes,
		struct error *err);

/* --socket-mode: the permissions of a file, in octal. */
int option_mode(const char *text, uint32_t *ret_mode, struct error *err);

/* --attach: the name of a way to attach probes. */
int option_attachment(const char *text, enum kernel_attachment *ret_attachment, struct error *err);

/* --within: requests. */
int option_within(const char *text, struct error *err);

/* --side: server, client or both. */
int option_sides(const char *text, enum trace_sides *ret_sides, struct error *err);

/* --format: table, json or otel. */
enum option_format { OPTION_FORMAT_TABLE, OPTION_FORMAT_JSON, OPTION_FORMAT_OTEL };

int option_format(const char *text, enum option_format *ret_format, struct error *err);

/* --color: auto, always or never. */
enum option_color { OPTION_COLOR_AUTO, OPTION_COLOR_ALWAYS, OPTION_COLOR_NEVER };

int option_color(const char *text, enum option_color *ret_color, struct error *err);

/* Whether standard output is to have colors: AUTO is a terminal that can show them, and no NO_COLOR in the environment. */
bool option_colors_are_wanted(enum option_color color);

/* --bytes: hex or base64. */
int option_notation(const char *text, enum bytes_notation *ret_notation, struct error *err);

#endif
