/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_JSON_WRITER_H
#define GOHTTPSNOOP_CORE_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

/*
 * Writes JSON texts, one after the other, without white space. Any bytes become a valid string. What
 * goes wrong (there is no memory) is said when the text is finished.
 */
struct json_writer;

int json_writer_create(struct json_writer **ret_writer);
void json_writer_destroy(struct json_writer *writer);

/* Forgets what was written. */
void json_writer_clear(struct json_writer *writer);

/* The text and `end` after it; a view that lives until the next call. -ENOMEM when it could not be made. */
int json_writer_finish(struct json_writer *writer, const char *end, struct bytes *ret_text);

void json_open_object(struct json_writer *writer);
void json_close_object(struct json_writer *writer);
void json_open_list(struct json_writer *writer);
void json_close_list(struct json_writer *writer);

/* In an object, each second of these is a key. */
void json_bytes(struct json_writer *writer, const char *bytes, size_t size);
void json_name(struct json_writer *writer, const char *name);
void json_integer(struct json_writer *writer, int64_t value);
void json_bool(struct json_writer *writer, bool value);
void json_null(struct json_writer *writer);

/* Between texts: any bytes as a terminal may show them. The text before ends there. */
void json_writer_text(struct json_writer *writer, const char *bytes, size_t size);

/* A string that needs no escapes, and text that is JSON already. */
void json_plain(struct json_writer *writer, const char *text, size_t size);
void json_raw(struct json_writer *writer, const char *text, size_t size);

#define json_key(writer, key) json_plain(writer, key, sizeof(key) - 1)

#endif
