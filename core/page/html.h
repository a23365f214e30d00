/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_HTML_H
#define GOHTTPSNOOP_CORE_HTML_H

#include "text_buffer.h"

/* Adds text that is no markup, with what HTML would take for markup escaped. Bytes that are no UTF-8 become U+FFFD. */
void html_text(struct text_buffer *text, const char *data);

/* Adds markup of our own. */
void html_markup(struct text_buffer *text, const char *markup);

#endif
