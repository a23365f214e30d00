/* SPDX-License-Identifier: MIT */
#include "json_value.h"

#include "escape.h"
#include "redacted_text.h"

void json_text(struct json_writer *writer, const struct redaction *redaction,
	       const struct text *text, enum secrets secrets)
{
	bool is_cut = text_is_cut(text);
	size_t size = is_cut ? escape_trim_cut(text->data, text->size) : text->size;
	struct redacted_text shown;

	if (secrets == NO_SECRETS) {
		json_bytes(writer, text->data, size);
		return;
	}
	shown = (secrets == SECRETS_OF_QUERY ? redacted_text_make_query : redacted_text_make)(
		redaction, text->data, size, is_cut);
	json_bytes(writer, shown.data, shown.size);
	redacted_text_release(&shown);
}

void json_id(struct json_writer *writer, uint64_t id)
{
	static const char digits[] = "0123456789abcdef";
	char text[16];

	for (size_t i = sizeof(text); i-- > 0; id >>= 4)
		text[i] = digits[id & 15];
	json_plain(writer, text, sizeof(text));
}
