/* SPDX-License-Identifier: MIT */
#include "json_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "escape.h"

enum {
	MAX_DEPTH = 128, /* nested objects and lists */
	/* Bytes in addition to an item: a comma before it or a colon after it, and quotes. */
	ROOM_BESIDE = 4,
};

/*
 * A JSON text consists of items, commas and colons. The separators of an item are written together with it, because
 * the line of a request has about forty of them.
 */
struct json_writer {
	char *text;
	size_t size, capacity;
	bool needs_comma; /* before the next item */
	bool expects_key; /* the next item is a key */
	uint32_t depth;
	bool is_object[MAX_DEPTH + 1]; /* by depth; the text itself is not an object */
	bool failed;		       /* out of memory, or too many nested objects */
};

/* Makes room for an item of this size, after the comma that it may need. NULL if memory ran out. */
static char *begin_item(struct json_writer *writer, size_t size)
{
	char *text = writer->text;

	/* There is nearly always room, and the call would cost more than a comma. */
	if (!text || size + ROOM_BESIDE > writer->capacity - writer->size)
		text = array_reserve(text, writer->size + size + ROOM_BESIDE, 1024,
				     &writer->capacity);
	if (!text) {
		writer->failed = true;
		return NULL;
	}
	writer->text = text;
	text += writer->size;
	if (writer->needs_comma)
		*text++ = ',';
	return text;
}

/* The item ends at `end`. */
static void end_item(struct json_writer *writer, char *end)
{
	if (writer->expects_key)
		*end++ = ':';
	writer->needs_comma = !writer->expects_key;
	writer->expects_key = !writer->expects_key && writer->is_object[writer->depth];
	writer->size = (size_t)(end - writer->text);
}

int json_writer_create(struct json_writer **ret_writer)
{
	*ret_writer = calloc(1, sizeof(**ret_writer));
	return *ret_writer ? 0 : -ENOMEM;
}

void json_writer_destroy(struct json_writer *writer)
{
	if (!writer)
		return;
	free(writer->text);
	free(writer);
}

void json_writer_clear(struct json_writer *writer)
{
	writer->size = 0;
	writer->failed = false;
}

/* The next item begins a text. */
static void end_text(struct json_writer *writer)
{
	writer->depth = 0;
	writer->needs_comma = writer->expects_key = false;
}

int json_writer_finish(struct json_writer *writer, const char *end, struct bytes *ret_text)
{
	size_t size = strlen(end);
	char *room;

	end_text(writer);
	room = begin_item(writer, size);
	if (writer->failed)
		return -ENOMEM;
	memcpy(room, end, size);
	writer->size += size;
	*ret_text = (struct bytes){ (const uint8_t *)writer->text, writer->size };
	return 0;
}

void json_writer_text(struct json_writer *writer, const char *bytes, size_t size)
{
	char *room;

	end_text(writer);
	room = begin_item(writer, size * ESCAPE_MAX_GROWTH);
	if (room)
		writer->size += escape(ESCAPE_TERMINAL, bytes, size, room);
}

/* Makes room for an item that is not a string, and so cannot be a key. */
static char *begin_value(struct json_writer *writer, size_t size)
{
	writer->failed |= writer->expects_key;
	return begin_item(writer, size);
}

static void open_group(struct json_writer *writer, char bracket, bool is_object)
{
	char *room = begin_value(writer, 1);

	if (writer->depth == MAX_DEPTH)
		writer->failed = true;
	if (writer->failed)
		return;
	*room++ = bracket;
	writer->size = (size_t)(room - writer->text);
	writer->is_object[++writer->depth] = is_object;
	writer->needs_comma = false;
	writer->expects_key = is_object;
}

static void close_group(struct json_writer *writer, char bracket)
{
	char *room;

	writer->needs_comma = writer->expects_key = false;
	room = begin_item(writer, 1);
	writer->failed |= writer->depth == 0;
	if (writer->failed)
		return;
	*room++ = bracket;
	writer->depth--;
	end_item(writer, room);
}

void json_open_object(struct json_writer *writer)
{
	open_group(writer, '{', true);
}

void json_close_object(struct json_writer *writer)
{
	close_group(writer, '}');
}

void json_open_list(struct json_writer *writer)
{
	open_group(writer, '[', false);
}

void json_close_list(struct json_writer *writer)
{
	close_group(writer, ']');
}

void json_raw(struct json_writer *writer, const char *text, size_t size)
{
	char *room = begin_value(writer, size);

	if (!room)
		return;
	memcpy(room, text, size);
	end_item(writer, room + size);
}

void json_members(struct json_writer *writer, const char *text, size_t size)
{
	char *room = begin_item(writer, size);

	writer->failed |= !writer->expects_key;
	if (!room)
		return;
	memcpy(room, text, size);
	writer->size = (size_t)(room + size - writer->text);
	writer->needs_comma = true;
}

void json_plain(struct json_writer *writer, const char *text, size_t size)
{
	char *room = begin_item(writer, size);

	if (!room)
		return;
	*room++ = '"';
	memcpy(room, text, size);
	room[size] = '"';
	end_item(writer, room + size + 1);
}

static void write_escaped(struct json_writer *writer, const char *text, size_t size)
{
	char *room = begin_item(writer, size * ESCAPE_MAX_GROWTH);

	if (!room)
		return;
	*room++ = '"';
	room += escape(ESCAPE_JSON, text, size, room);
	*room++ = '"';
	end_item(writer, room);
}

void json_bytes(struct json_writer *writer, const char *bytes, size_t size)
{
	if (escape_is_needless(bytes, size))
		json_plain(writer, bytes, size);
	else
		write_escaped(writer, bytes, size);
}

void json_name(struct json_writer *writer, const char *name)
{
	json_bytes(writer, name, strlen(name));
}

void json_null(struct json_writer *writer)
{
	json_raw(writer, "null", 4);
}

void json_bool(struct json_writer *writer, bool value)
{
	json_raw(writer, value ? "true" : "false", value ? 4 : 5);
}

void json_integer(struct json_writer *writer, int64_t value)
{
	char text[24];
	char *end = text + sizeof(text), *begin = end;
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do {
		*--begin = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--begin = '-';
	json_raw(writer, begin, (size_t)(end - begin));
}
