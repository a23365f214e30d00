/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_CHARACTER_H
#define GOHTTPSNOOP_ABI_CHARACTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the character at `data`, of which `size` bytes are there, at least one. Returns how many bytes it
 * has, or 0 when they are not UTF-8: a stray continuation, an overlong form, a surrogate, above U+10FFFF, or
 * cut at the end.
 */
size_t character_decode(const char *data, size_t size, uint32_t *ret_character);

/*
 * Whether it acts on a terminal or reorders what a reader sees: C0, DEL, C1, the line and the paragraph
 * separator, and the bidirectional controls.
 */
bool character_is_control(uint32_t character);

#endif
