/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_INTEGER_TEXT_H
#define GOHTTPSNOOP_CORE_INTEGER_TEXT_H

#include <stdint.h>

#include "text_buffer.h"

/* Appends a number in decimal. It has `count` words, the lowest one first, which are overwritten. */
void integer_text(struct text_buffer *text, bool negative, uint64_t *words, size_t count);

#endif
