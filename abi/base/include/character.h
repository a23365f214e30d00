/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_CHARACTER_H
#define GOHTTPSNOOP_ABI_CHARACTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the UTF-8 character at the begin of `data`, which has `size` bytes, at least one. Returns the
 * length of the character in bytes, or 0 if the bytes are not valid UTF-8: a stray continuation byte, an
 * overlong form, a surrogate, a number above U+10FFFF, or an incomplete character.
 */
size_t character_decode(const char *data, size_t size, uint32_t *ret_character);

/*
 * Returns whether the character controls a terminal or changes the order of displayed text: C0, DEL, C1, the
 * line and the paragraph separator, and the bidirectional controls.
 */
bool character_is_control(uint32_t character);

/*
 * How many columns of a terminal the character takes: 0 of one that is combined with the character before it, 2 of a wide
 * one (East Asian scripts, pictures), 1 of any other one.
 */
size_t character_columns(uint32_t character);

#endif
