/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <string.h>

#include "escape.h"

enum { PART = 256 };

static void add_escaped(struct text_buffer *text, const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		switch (data[i]) {
		case '<':
			html_markup(text, "&lt;");
			break;
		case '>':
			html_markup(text, "&gt;");
			break;
		case '&':
			html_markup(text, "&amp;");
			break;
		case '"':
			html_markup(text, "&quot;");
			break;
		case '\'':
			html_markup(text, "&#39;");
			break;
		default:
			text_buffer_add(text, data + i, 1);
		}
	}
}

void html_text(struct text_buffer *text, const char *data)
{
	char shown[PART * ESCAPE_MAX_GROWTH];

	while (*data) {
		size_t size = strnlen(data, PART), whole = escape_trim_cut(data, size);

		if (whole)
			size = whole;
		add_escaped(text, shown, escape(ESCAPE_TERMINAL, data, size, shown));
		data += size;
	}
}

void html_markup(struct text_buffer *text, const char *markup)
{
	text_buffer_add(text, markup, strlen(markup));
}
