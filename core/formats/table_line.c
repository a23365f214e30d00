/* SPDX-License-Identifier: MIT */
#include "table_line.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "escape.h"

static const char RESET[] = "\x1b[0m", ELLIPSIS[] = "…";

static const char *const codes[] = {
	[COLOR_GOOD] = "\x1b[32m", [COLOR_NOTE] = "\x1b[36m", [COLOR_WARNING] = "\x1b[33m",
	[COLOR_BAD] = "\x1b[31m",  [COLOR_FAINT] = "\x1b[2m",
};

static bool table_line_reserve(struct table_line *line, size_t more)
{
	char *data = array_reserve(line->data, line->size + more, 256, &line->capacity);

	if (data)
		line->data = data;
	return data;
}

bool table_line_put_bytes(struct table_line *line, struct bytes bytes)
{
	if (!table_line_reserve(line, bytes.size))
		return false;
	memcpy(line->data + line->size, bytes.data, bytes.size);
	line->size += bytes.size;
	return true;
}

bool table_line_put(struct table_line *line, const char *text)
{
	return table_line_put_bytes(line, (struct bytes){ (const uint8_t *)text, strlen(text) });
}

bool table_line_put_text(struct table_line *line, const struct text *text)
{
	size_t size = text->size;

	if (text->presence != PRESENT)
		return table_line_put(line, "-");
	if (text->size < text->length)
		size = escape_trim_cut(text->data, text->size);
	if (!table_line_reserve(line, size * ESCAPE_MAX_GROWTH))
		return false;
	line->size += escape(ESCAPE_TERMINAL, text->data, size, line->data + line->size);
	return text->size == text->length || table_line_put(line, ELLIPSIS);
}

/* Puts the color's code before what was written since `begin`, and the code that ends it behind. */
static bool add_color(struct table_line *line, size_t begin, enum table_color color)
{
	size_t size = strlen(codes[color]);

	if (!table_line_reserve(line, size))
		return false;
	memmove(line->data + begin + size, line->data + begin, line->size - begin);
	memcpy(line->data + begin, codes[color], size);
	line->size += size;
	return table_line_put(line, RESET);
}

bool table_line_end_cell(struct table_line *line, size_t begin, size_t width,
			 enum table_color color)
{
	size_t columns = escape_columns(line->data + begin, line->size - begin);

	if (line->colors && color != COLOR_NONE && !add_color(line, begin, color))
		return false;
	if (!table_line_reserve(line, width + 1))
		return false;
	do {
		line->data[line->size++] = ' ';
	} while (++columns <= width);
	return true;
}

/* Returns the size of the escape sequence that begins at `text`; 0 if none does. */
static size_t size_of_code(const char *text, size_t size)
{
	const char *end = size && text[0] == '\x1b' ? memchr(text, 'm', size) : NULL;

	return end ? (size_t)(end - text) + 1 : 0;
}

/* Returns how many bytes take at most `width` columns, with the escape sequences between them. */
static size_t size_of_columns(const char *text, size_t size, size_t width)
{
	size_t at = 0;

	while (at < size) {
		size_t code = size_of_code(text + at, size - at);
		const char *next = memchr(text + at + code, '\x1b', size - at - code);
		size_t plain = (next ? (size_t)(next - text) : size) - at - code;
		size_t fits = escape_fitting(text + at + code, plain, width);

		width -= escape_columns(text + at + code, fits);
		at += code + fits;
		if (fits < plain)
			break;
	}
	return at;
}

static bool table_line_cut(struct table_line *line, size_t width)
{
	if (!width || size_of_columns(line->data, line->size, width) == line->size)
		return true;
	line->size = size_of_columns(line->data, line->size, width - 1);
	return table_line_put(line, ELLIPSIS) && (!line->colors || table_line_put(line, RESET));
}

bool table_line_end(struct table_line *line, size_t width)
{
	while (line->size && line->data[line->size - 1] == ' ')
		line->size--;
	return table_line_cut(line, width) && table_line_put(line, "\n");
}

void table_line_clear(struct table_line *line)
{
	line->size = 0;
}

void table_line_finish(struct table_line *line)
{
	free(line->data);
	*line = (struct table_line){ .colors = line->colors };
}
