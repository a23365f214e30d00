/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_JSON_WRITER_H
#define GOHTTPSNOOP_CORE_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

/*
 * Writes JSON texts, one after the other, without white space. Any bytes become a valid string. If memory
 * runs out, more than 128 objects and lists are nested, or a key is not a string, json_writer_finish() fails.
 */
struct json_writer;

int json_writer_create(struct json_writer **ret_writer);
void json_writer_destroy(struct json_writer *writer);

/* Discards the text. */
void json_writer_clear(struct json_writer *writer);

/* Returns the text followed by `end`, valid until the next call; -ENOMEM if it could not be written. */
int json_writer_finish(struct json_writer *writer, const char *end, struct bytes *ret_text);

void json_open_object(struct json_writer *writer);
void json_close_object(struct json_writer *writer);
void json_open_list(struct json_writer *writer);
void json_close_list(struct json_writer *writer);

/* Write an item. In an object, the first item is a key, and keys and values alternate. */
void json_bytes(struct json_writer *writer, const char *bytes, size_t size);
void json_name(struct json_writer *writer, const char *name);
void json_integer(struct json_writer *writer, int64_t value);
void json_bool(struct json_writer *writer, bool value);
void json_null(struct json_writer *writer);

/* Writes any bytes, escaped for a terminal, between two JSON texts. Ends the JSON text before them. */
void json_writer_text(struct json_writer *writer, const char *bytes, size_t size);

/* Write a string that needs no escapes, and a text that is already JSON and not a key. */
void json_plain(struct json_writer *writer, const char *text, size_t size);
void json_raw(struct json_writer *writer, const char *text, size_t size);

/* Writes members that are already JSON, without braces, at the place of a key. They are not empty. */
void json_members(struct json_writer *writer, const char *text, size_t size);

#define json_key(writer, key) json_plain(writer, key, sizeof(key) - 1)

#endif
