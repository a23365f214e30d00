/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_VALUE_ERROR_H
#define GOHTTPSNOOP_CORE_VALUE_ERROR_H

#include "text_buffer.h"
#include "value_printer.h"

/*
 * Appends the text of the error in an interface, as its method Error would return it. Returns false if the text is not
 * known: the error is of another type than those of the standard library that are listed, a part of it could not be
 * read, or its type is new. What was appended then is to be ignored. `depth` is 0; errors within errors have more.
 */
bool value_error_text(struct value_printer *printer, const struct shape_node *interface, int depth,
		      struct text_buffer *text);

#endif
