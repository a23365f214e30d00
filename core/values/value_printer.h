/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_VALUE_PRINTER_H
#define GOHTTPSNOOP_CORE_VALUE_PRINTER_H

#include "argument_cuts.h"
#include "decode.h"
#include "json_writer.h"
#include "redacted_text.h"

/* What is being written, and where in the whole value it stands. Zeroed but for the first three or four. */
struct value_printer {
	struct json_writer *writer;
	const struct hit_arguments *arguments;
	struct argument_cuts *cuts;
	const struct hit_arguments *call; /* of results: the captures where the call began; or NULL */
	char path[ARGUMENT_MAX_PATH];
	size_t path_size;
	uint8_t key_depth; /* of keys that are written as JSON, within each other */
};

/* Each of these doubles the escapes of those within it. */
enum { VALUE_MAX_KEY_DEPTH = 3 };

/* The value of a cell; NULL when it could not be read. */
const struct hit_value *value_of_cell(const struct value_printer *printer, uint8_t cell);

const char *value_name(const struct value_printer *printer, const struct shape_node *node);

/* Of what an interface may hold, that which it does; NULL when none of it is. */
const struct shape_node *value_held(const struct value_printer *printer,
				    const struct shape_node *node);

/* Writes what an interface holds, or the field of it. */
void value_print_held(struct value_printer *printer, const struct shape_node *node);
void value_print_choice(struct value_printer *printer, const struct shape_node *node);
void value_print_instance(struct value_printer *printer, const struct shape_node *node);

/* Whether a value begins with a pointer that is not nil; writes null where not. */
bool value_has_target(struct value_printer *printer, const struct shape_node *node);

/* Whether any part of a value could be read. */
bool value_is_there(const struct value_printer *printer, const struct shape_node *node);

/* What of it is not to be shown; NULL: nothing is hidden. */
const struct redaction *value_redaction(const struct value_printer *printer);

/* Writes the value that a node is of. */
void value_print(struct value_printer *printer, const struct shape_node *node);

/* The same for bytes, which are there. */
void value_print_bytes(struct value_printer *printer, const struct shape_node *node);

/*
 * Writes the value as a key of an object: what is no string is written as JSON would write it. False, and
 * nothing is written, when it could not be read.
 */
bool value_print_key(struct value_printer *printer, const struct shape_node *node);
bool value_print_bytes_key(struct value_printer *printer, const struct shape_node *node);

/* Writes the fields of a struct into an object that is open: all, or at most so many. */
void value_print_members(struct value_printer *printer, const struct shape_node *node);
void value_print_fields(struct value_printer *printer, const struct shape_node *node, size_t most);

/* Writes what stands for a value that is not to be told. */
void value_print_secret(struct value_printer *printer);

/*
 * Goes a step down, to a name that `format` holds a place for, or, without one, to an index; returns what
 * value_path_leave() needs to come back.
 */
size_t value_path_enter(struct value_printer *printer, const char *format, const char *name,
			uint64_t index);
void value_path_leave(struct value_printer *printer, size_t before);

/* Notes that the value at this place was not captured whole. */
void value_note_cut(struct value_printer *printer);

#endif
