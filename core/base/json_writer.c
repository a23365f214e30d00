/* SPDX-License-Identifier: MIT */
#include "json_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

#include "array.h"
#include "escape.h"

struct json_writer {
	yajl_gen gen; /* knows where commas and colons go; prints into `text` */
	char *text;
	size_t size, capacity;
	bool failed; /* out of memory while the text was made */
};

/* Room for so many more bytes, or NULL. */
static char *json_reserve(struct json_writer *writer, size_t more)
{
	char *text = writer->text;

	/* Nearly always there is room: the call would be the larger part of what a comma costs. */
	if (!text || more > writer->capacity - writer->size)
		text = array_reserve(text, writer->size + more, 1024, &writer->capacity);
	if (!text) {
		writer->failed = true;
		return NULL;
	}
	writer->text = text;
	return text + writer->size;
}

static void print_json(void *user, const char *text, size_t size)
{
	struct json_writer *writer = user;
	char *room = json_reserve(writer, size);

	if (!room)
		return;
	memcpy(room, text, size);
	writer->size += size;
}

int json_writer_create(struct json_writer **ret_writer)
{
	struct json_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return -ENOMEM;
	writer->gen = yajl_gen_alloc(NULL);
	if (!writer->gen ||
	    !yajl_gen_config(writer->gen, yajl_gen_print_callback, print_json, writer)) {
		json_writer_destroy(writer);
		return -ENOMEM;
	}
	*ret_writer = writer;
	return 0;
}

void json_writer_destroy(struct json_writer *writer)
{
	if (!writer)
		return;
	if (writer->gen)
		yajl_gen_free(writer->gen);
	free(writer->text);
	free(writer);
}

void json_writer_clear(struct json_writer *writer)
{
	writer->size = 0;
	writer->failed = false;
}

int json_writer_finish(struct json_writer *writer, const char *end, struct bytes *ret_text)
{
	yajl_gen_reset(writer->gen, end);
	if (writer->failed)
		return -ENOMEM;
	*ret_text = (struct bytes){ (const uint8_t *)writer->text, writer->size };
	return 0;
}

void json_writer_text(struct json_writer *writer, const char *bytes, size_t size)
{
	char *room;

	yajl_gen_reset(writer->gen, "");
	room = json_reserve(writer, size * ESCAPE_MAX_GROWTH);
	if (room)
		writer->size += escape(ESCAPE_TERMINAL, bytes, size, room);
}

void json_open_object(struct json_writer *writer)
{
	yajl_gen_map_open(writer->gen);
}

void json_close_object(struct json_writer *writer)
{
	yajl_gen_map_close(writer->gen);
}

void json_open_list(struct json_writer *writer)
{
	yajl_gen_array_open(writer->gen);
}

void json_close_list(struct json_writer *writer)
{
	yajl_gen_array_close(writer->gen);
}

void json_raw(struct json_writer *writer, const char *text, size_t size)
{
	/* yajl writes a "number" as it is; that is how what it cannot spell itself gets into the line. */
	if (yajl_gen_number(writer->gen, text, size) != yajl_gen_status_ok)
		writer->failed = true;
}

void json_plain(struct json_writer *writer, const char *text, size_t size)
{
	if (yajl_gen_string(writer->gen, (const unsigned char *)text, size) != yajl_gen_status_ok)
		writer->failed = true;
}

/* yajl would leave what is no UTF-8, and what drives a terminal, as it is: it gets an empty string to
 * write, and the text goes between the quotes. */
static void write_escaped(struct json_writer *writer, const char *text, size_t size)
{
	char *room;

	json_plain(writer, "", 0);
	room = writer->failed ? NULL : json_reserve(writer, size * ESCAPE_MAX_GROWTH + 1);
	if (!room)
		return;
	writer->size += escape(ESCAPE_JSON, text, size, room - 1);
	writer->text[writer->size - 1] = '"';
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
	yajl_gen_null(writer->gen);
}

void json_bool(struct json_writer *writer, bool value)
{
	yajl_gen_bool(writer->gen, value);
}

/* yajl would go through sprintf(), a fifth of the time a line takes. */
void json_integer(struct json_writer *writer, int64_t value)
{
	char text[24];
	char *begin = text + sizeof(text);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do {
		*--begin = '0' + rest % 10;
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--begin = '-';
	json_raw(writer, begin, text + sizeof(text) - begin);
}
