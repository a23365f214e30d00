/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_VALUE_PRINTER_H
#define GOHTTPSNOOP_CORE_VALUE_PRINTER_H

#include "argument_cuts.h"
#include "decode.h"
#include "json_writer.h"
#include "redacted_text.h"

/* The state while values are written. The caller sets the first three or four members, and zeroes the rest. */
struct value_printer {
	struct json_writer *writer;
	const struct hit_arguments *arguments;
	struct argument_cuts *cuts;
	/* For results: the captures at the start of the call; or NULL. */
	const struct hit_arguments *call;
	char path[ARGUMENT_MAX_PATH]; /* of the current value, for `cuts` */
	size_t path_size;
	/* Of headers: what their names begin with in lower case, as attributes of OpenTelemetry; NULL: names as in Go. */
	const char *attribute;
	bool is_otlp;	   /* attributes have the form that OTLP has for them */
	uint8_t key_depth; /* nesting of keys that are written as JSON */
};

/* Each level doubles the escapes of the levels within it. */
enum { VALUE_MAX_KEY_DEPTH = 3 };

/* Returns the value of a cell; NULL if it could not be read. */
const struct hit_value *value_of_cell(const struct value_printer *printer, uint8_t cell);

const char *value_name(const struct value_printer *printer, const struct shape_node *node);

/*
 * Returns the child that describes the value which an interface holds, or which an instance has; NULL if the
 * type of the value is not among the children.
 */
const struct shape_node *value_held(const struct value_printer *printer,
				    const struct shape_node *node);

/* Returns the name of the type of the value in an interface; NULL if it is not known. `held` is from value_held(). */
const char *value_held_name(const struct value_printer *printer, const struct shape_node *node,
			    const struct shape_node *held);

/* Write the value in an interface with its type, a field of such a value, or a value of an instance. */
void value_print_held(struct value_printer *printer, const struct shape_node *node);
void value_print_type_name(struct value_printer *printer, const struct shape_node *node);
void value_print_choice(struct value_printer *printer, const struct shape_node *node);
void value_print_instance(struct value_printer *printer, const struct shape_node *node);

/* Returns whether the value's pointer was read and is not nil; otherwise writes null. */
bool value_has_target(struct value_printer *printer, const struct shape_node *node);

/* Returns whether at least one part of a value could be read. A value without cells counts as read. */
bool value_is_there(const struct value_printer *printer, const struct shape_node *node);

/* Returns the names of secrets, which are not shown; NULL if nothing is hidden. */
const struct redaction *value_redaction(const struct value_printer *printer);

/* Writes the value of a node as JSON. */
void value_print(struct value_printer *printer, const struct shape_node *node);

/* The same for an array of bytes, or a slice of bytes that is not nil. */
void value_print_bytes(struct value_printer *printer, const struct shape_node *node);

/*
 * Write the value as a key of an object. A value that is not a string is written as a string that contains
 * its text or its JSON. Return false, and write nothing, if the value could not be read.
 */
bool value_print_key(struct value_printer *printer, const struct shape_node *node);
bool value_print_bytes_key(struct value_printer *printer, const struct shape_node *node);

/* Write the fields of a struct as members of the open object: all fields, or at most `most`. */
void value_print_members(struct value_printer *printer, const struct shape_node *node);
void value_print_fields(struct value_printer *printer, const struct shape_node *node, size_t most);

/* Writes the placeholder of a secret. */
void value_print_secret(struct value_printer *printer);

/*
 * Extends the path by `name` in the form `format`, or by "[index]" if `name` is NULL. Returns the old size,
 * with which value_path_leave() restores the path.
 */
size_t value_path_enter(struct value_printer *printer, const char *format, const char *name,
			uint64_t index);
void value_path_leave(struct value_printer *printer, size_t before);

/* Adds the current path to `cuts`: its value was not captured completely. */
void value_note_cut(struct value_printer *printer);

#endif
