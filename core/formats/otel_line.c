/* SPDX-License-Identifier: MIT */
#include "otel_line.h"

void otel_text_member(struct otel_line *line, const char *key, size_t key_size,
		      const struct text *text, enum secrets secrets)
{
	if (text->presence != PRESENT || !text->length)
		return;
	json_plain(line->writer, key, key_size);
	json_text(line->writer, line->redaction, text, secrets);
}

void otel_number_member(struct otel_line *line, const char *key, size_t key_size,
			const struct integer *integer)
{
	if (integer->presence != PRESENT || !integer_is_exact(integer->value))
		return;
	json_plain(line->writer, key, key_size);
	json_integer(line->writer, integer->value);
}

void otel_name_member(struct otel_line *line, const char *key, size_t key_size, const char *name)
{
	if (!name)
		return;
	json_plain(line->writer, key, key_size);
	json_name(line->writer, name);
}
