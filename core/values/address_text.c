/* SPDX-License-Identifier: MIT */
#include "address_text.h"

#include <string.h>

enum { GROUPS = 8 };

bool address_is_mapped(const uint8_t bytes[static 16])
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(bytes, prefix, sizeof(prefix)) == 0;
}

void address_text_v4(struct text_buffer *text, const uint8_t bytes[static 4])
{
	text_buffer_print(text, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
}

/*
 * Finds the longest run of zero groups, or the first of several with this length. Returns its length; 0 if no
 * run has at least 2 groups.
 */
static int longest_zeros(const uint16_t groups[static GROUPS], int *ret_begin)
{
	int longest = 0;

	for (int i = 0; i < GROUPS; i++) {
		int end = i;

		while (end < GROUPS && groups[end] == 0)
			end++;
		if (end - i > longest && end - i > 1) {
			longest = end - i;
			*ret_begin = i;
		}
	}
	return longest;
}

void address_text_v6(struct text_buffer *text, const uint8_t bytes[static 16])
{
	uint16_t groups[GROUPS];
	int begin = GROUPS, zeros;

	if (address_is_mapped(bytes)) {
		text_buffer_print(text, "::ffff:");
		address_text_v4(text, bytes + 12);
		return;
	}
	for (int i = 0; i < GROUPS; i++)
		groups[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
	zeros = longest_zeros(groups, &begin);
	for (int i = 0; i < GROUPS; i++) {
		if (i == begin) {
			text_buffer_print(text, "::");
			i += zeros - 1;
			continue;
		}
		text_buffer_print(text, "%s%x", i && i != begin + zeros ? ":" : "", groups[i]);
	}
}

void address_text_hex(struct text_buffer *text, const uint8_t *bytes, size_t size,
		      const char *between)
{
	for (size_t i = 0; i < size; i++)
		text_buffer_print(text, "%s%02x", i ? between : "", bytes[i]);
}
