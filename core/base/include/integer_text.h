/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_INTEGER_TEXT_H
#define GOHTTPSNOOP_CORE_INTEGER_TEXT_H

#include <stdint.h>

#include "text_buffer.h"

/* Appends the decimal digits of a number of `count` words, the lowest first. The words are overwritten. */
void integer_text(struct text_buffer *text, bool negative, uint64_t *words, size_t count);

#endif
