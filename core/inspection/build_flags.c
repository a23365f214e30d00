/* SPDX-License-Identifier: MIT */
#include "build_flags.h"

#include <string.h>

#include "redacted_text.h"

static bool is_byte_of(char byte, const char *bytes)
{
	return byte && strchr(bytes, byte);
}

/* Returns where the text that ends at `end` begins: behind the last of these bytes. */
static size_t find_begin(const char *flags, size_t end, const char *bytes)
{
	while (end > 0 && !is_byte_of(flags[end - 1], bytes))
		end--;
	return end;
}

/* Returns where a value ends: at the quote that encloses its variable, or at the next blank. */
static size_t find_flag_end(const char *flags, size_t size, size_t equals)
{
	size_t word = find_begin(flags, equals, " \t\n'\"");
	char quote = word > 0 && is_byte_of(flags[word - 1], "'\"") ? flags[word - 1] : ' ';
	const char *end = memchr(flags + equals, quote, size - equals);

	return end ? (size_t)(end - flags) : size;
}

void build_flags_add(struct text_buffer *text, const struct redaction *redaction, const char *flags,
		     size_t size)
{
	size_t done = 0;

	for (size_t at = 0; at < size; at++) {
		size_t name;

		if (flags[at] != '=')
			continue;
		name = find_begin(flags, at, " \t\n'\"=./");
		if (!redaction_hides_key(redaction, flags + name, at - name, at - name))
			continue;
		text_buffer_add(text, flags + done, at + 1 - done);
		text_buffer_add(text, REDACTED, strlen(REDACTED));
		at = done = find_flag_end(flags, size, at);
	}
	text_buffer_add(text, flags + done, size - done);
}
