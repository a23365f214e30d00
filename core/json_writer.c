/* SPDX-License-Identifier: MIT */
#include "json_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

#include "escape.h"

struct json_writer {
	yajl_gen gen;
	char *scratch; /* for strings that need escapes */
	size_t scratch_size;
	bool failed; /* out of memory while the text was made */
};

int json_writer_create(struct json_writer **ret_writer)
{
	struct json_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return -ENOMEM;
	writer->gen = yajl_gen_alloc(NULL);
	if (!writer->gen) {
		free(writer);
		return -ENOMEM;
	}
	*ret_writer = writer;
	return 0;
}

void json_writer_destroy(struct json_writer *writer)
{
	if (!writer)
		return;
	yajl_gen_free(writer->gen);
	free(writer->scratch);
	free(writer);
}

void json_writer_clear(struct json_writer *writer)
{
	yajl_gen_clear(writer->gen);
	writer->failed = false;
}

int json_writer_finish(struct json_writer *writer, const char *end, struct bytes *ret_text)
{
	const unsigned char *text;
	size_t size;

	yajl_gen_reset(writer->gen, end);
	if (writer->failed || yajl_gen_get_buf(writer->gen, &text, &size) != yajl_gen_status_ok)
		return -ENOMEM;
	*ret_text = (struct bytes){text, size};
	return 0;
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

static void write_escaped(struct json_writer *writer, const char *text, size_t size)
{
	size_t needed = size * ESCAPE_MAX_GROWTH + 2;
	size_t written;

	if (needed > writer->scratch_size) {
		char *scratch = realloc(writer->scratch, needed);

		if (!scratch) {
			writer->failed = true;
			return;
		}
		writer->scratch = scratch;
		writer->scratch_size = needed;
	}
	writer->scratch[0] = '"';
	written = escape(ESCAPE_JSON, text, size, writer->scratch + 1);
	writer->scratch[written + 1] = '"';
	json_raw(writer, writer->scratch, written + 2);
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
