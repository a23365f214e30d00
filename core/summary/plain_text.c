/* SPDX-License-Identifier: MIT */
#include "plain_text.h"

#include <string.h>

#include "escape.h"

static const char REPLACEMENT[] = "\xef\xbf\xbd";

const char *plain_text_copy(struct plain_text *room, const char *bytes, size_t size)
{
	size_t used = 0, at = 0;

	while (at < size && used + sizeof(REPLACEMENT) < sizeof(room->data)) {
		if (bytes[at]) {
			room->data[used++] = bytes[at];
		} else {
			memcpy(room->data + used, REPLACEMENT, sizeof(REPLACEMENT) - 1);
			used += sizeof(REPLACEMENT) - 1;
		}
		at++;
	}
	if (at < size)
		used = escape_trim_cut(room->data, used);
	room->data[used] = '\0';
	return room->data;
}
