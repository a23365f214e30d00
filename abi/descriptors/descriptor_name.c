/* SPDX-License-Identifier: MIT */
#include "descriptor_name.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Limit on the nesting of types such as *[]map[K]V. */
enum { MAX_DEPTH = 32 };
enum { CHAN_RECEIVE = 1, CHAN_SEND = 2 };

struct writer {
	const struct descriptor_table *table;
	char *text;
	size_t used;
};

static void name_put(struct writer *writer, const char *data, size_t size)
{
	size_t room = DESCRIPTOR_MAX_NAME - 1 - writer->used;

	if (size > room)
		size = room;
	memcpy(writer->text + writer->used, data, size);
	writer->used += size;
}

static void name_put_text(struct writer *writer, const char *text)
{
	name_put(writer, text, strlen(text));
}

static void name_put_bytes(struct writer *writer, struct bytes bytes)
{
	if (bytes.size)
		name_put(writer, (const char *)bytes.data, bytes.size);
}

/* Returns the offset of the dot between package and type name; the size of the string if there is none. */
static size_t find_dot(struct bytes string)
{
	for (size_t i = 0; i < string.size && string.data[i] != '['; i++) {
		if (string.data[i] == '.')
			return i;
	}
	return string.size;
}

struct bytes descriptor_bare_name(const struct descriptor_table *table,
				  const struct descriptor *descriptor)
{
	size_t dot;

	if (descriptor_package(table, descriptor).size == 0)
		return descriptor->string;
	dot = find_dot(descriptor->string);
	return dot == descriptor->string.size ?
		       descriptor->string :
		       bytes_slice(descriptor->string, dot + 1, descriptor->string.size);
}

static bool is_escaped(uint8_t byte, bool is_last_element)
{
	return byte <= ' ' || (byte == '.' && is_last_element) || byte == '%' || byte == '"' ||
	       byte >= 0x7f;
}

size_t descriptor_escape_path(struct bytes path, char *out, size_t size)
{
	size_t used = 0, last = 0;

	for (size_t i = 0; i < path.size; i++) {
		if (path.data[i] == '/')
			last = i + 1;
	}
	for (size_t i = 0; i < path.size && size - used >= 3; i++) {
		if (is_escaped(path.data[i], i >= last)) {
			static const char digits[] = "0123456789abcdef";

			out[used++] = '%';
			out[used++] = digits[path.data[i] >> 4];
			out[used++] = digits[path.data[i] & 0xf];
		} else {
			out[used++] = (char)path.data[i];
		}
	}
	return used;
}

/*
 * "go.shape" is not a real package. Its types are shapes: code that several instances of a generic function
 * share is compiled for them.
 */
static bool is_shape_package(struct bytes package)
{
	static const char shapes[] = "go.shape";

	return package.size == sizeof(shapes) - 1 &&
	       memcmp(package.data, shapes, sizeof(shapes) - 1) == 0;
}

static void put_named(struct writer *writer, const struct descriptor *descriptor)
{
	struct bytes package = descriptor_package(writer->table, descriptor);

	if (is_shape_package(package)) {
		name_put_bytes(writer, descriptor->string);
		return;
	}
	if (package.size) {
		writer->used += descriptor_escape_path(package, writer->text + writer->used,
						       DESCRIPTOR_MAX_NAME - 1 - writer->used);
		name_put_text(writer, ".");
	}
	name_put_bytes(writer, descriptor_bare_name(writer->table, descriptor));
}

static void put_type(struct writer *writer, const struct descriptor *descriptor, int depth);

static void put_reference(struct writer *writer, int64_t offset, int depth)
{
	struct descriptor descriptor;

	if (offset != DESCRIPTOR_NONE &&
	    descriptor_read(writer->table, (uint64_t)offset, &descriptor))
		put_type(writer, &descriptor, depth + 1);
	else
		name_put_text(writer, "?");
}

static void put_parameters(struct writer *writer, const struct descriptor_parts *parts,
			   uint64_t first, uint64_t end, int depth)
{
	uint64_t type = 0;

	for (uint64_t i = first; i < end && writer->used < DESCRIPTOR_MAX_NAME - 1; i++) {
		struct descriptor last;
		struct descriptor_parts slice;

		if (i > first)
			name_put_text(writer, ", ");
		if (!descriptor_parameter_read(writer->table, parts, i, &type)) {
			name_put_text(writer, "?");
		} else if (parts->is_variadic && i + 1 == parts->count - parts->result_count &&
			   descriptor_read(writer->table, type, &last) &&
			   descriptor_parts_read(writer->table, &last, &slice)) {
			name_put_text(writer, "...");
			put_reference(writer, slice.element, depth);
		} else {
			put_reference(writer, (int64_t)type, depth);
		}
	}
}

static void put_function(struct writer *writer, const struct descriptor_parts *parts, int depth)
{
	uint64_t parameters = parts->count - parts->result_count;

	name_put_text(writer, "func(");
	put_parameters(writer, parts, 0, parameters, depth);
	name_put_text(writer, ")");
	if (parts->result_count == 0)
		return;
	name_put_text(writer, parts->result_count > 1 ? " (" : " ");
	put_parameters(writer, parts, parameters, parts->count, depth);
	if (parts->result_count > 1)
		name_put_text(writer, ")");
}

/* `chan (<-chan T)` needs its parentheses: without them it means `chan<- (chan T)`. */
static void put_chan(struct writer *writer, const struct descriptor_parts *parts, int depth)
{
	struct descriptor_parts inner;
	struct descriptor element;
	bool has_parentheses = parts->length != CHAN_RECEIVE && parts->length != CHAN_SEND &&
			       parts->element != DESCRIPTOR_NONE &&
			       descriptor_read(writer->table, (uint64_t)parts->element, &element) &&
			       element.kind == DESCRIPTOR_CHAN && !element.is_named &&
			       descriptor_parts_read(writer->table, &element, &inner) &&
			       inner.length == CHAN_RECEIVE;

	name_put_text(writer, parts->length == CHAN_RECEIVE ? "<-chan " :
			      parts->length == CHAN_SEND    ? "chan<- " :
							      "chan ");
	name_put_text(writer, has_parentheses ? "(" : "");
	put_reference(writer, parts->element, depth);
	name_put_text(writer, has_parentheses ? ")" : "");
}

static void put_literal(struct writer *writer, const struct descriptor *descriptor,
			const struct descriptor_parts *parts, int depth)
{
	char length[32];

	switch (descriptor->kind) {
	case DESCRIPTOR_POINTER:
		name_put_text(writer, "*");
		break;
	case DESCRIPTOR_SLICE:
		name_put_text(writer, "[]");
		break;
	case DESCRIPTOR_ARRAY:
		snprintf(length, sizeof(length), "[%" PRIu64 "]", parts->length);
		name_put_text(writer, length);
		break;
	case DESCRIPTOR_MAP:
		name_put_text(writer, "map[");
		put_reference(writer, parts->key, depth);
		name_put_text(writer, "]");
		break;
	case DESCRIPTOR_CHAN:
		put_chan(writer, parts, depth);
		return;
	case DESCRIPTOR_FUNC:
		put_function(writer, parts, depth);
		return;
	default:
		name_put_bytes(writer, descriptor->string);
		return;
	}
	put_reference(writer, parts->element, depth);
}

static void put_type(struct writer *writer, const struct descriptor *descriptor, int depth)
{
	struct descriptor_parts parts;

	if (descriptor->is_named)
		put_named(writer, descriptor);
	else if (depth < MAX_DEPTH && writer->used < DESCRIPTOR_MAX_NAME - 1 &&
		 descriptor_parts_read(writer->table, descriptor, &parts))
		put_literal(writer, descriptor, &parts, depth);
	else
		name_put_bytes(writer, descriptor->string);
}

void descriptor_name(const struct descriptor_table *table, const struct descriptor *descriptor,
		     char name[DESCRIPTOR_MAX_NAME])
{
	struct writer writer = { .table = table, .text = name };

	put_type(&writer, descriptor, 0);
	name[writer.used] = '\0';
}
