/* SPDX-License-Identifier: MIT */
#include "request_target.h"

#include <stdbool.h>
#include <string.h>

static int request_target_digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

/* Percent-decodes a path, except invalid escapes; returns its size. Every target fits into the room. */
static uint32_t decode(const char *data, uint32_t size, struct request_target_room *room)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < size && used < sizeof(room->path); i++) {
		bool escape = data[i] == '%' && size - i > 2 &&
			      request_target_digit(data[i + 1]) >= 0 &&
			      request_target_digit(data[i + 2]) >= 0;

		if (escape) {
			room->path[used++] = (char)(request_target_digit(data[i + 1]) << 4 |
						    request_target_digit(data[i + 2]));
			i += 2;
		} else {
			room->path[used++] = data[i];
		}
	}
	return used;
}

/* Returns the offset of the path: after the authority in "http://host/path". "host:port" has no path. */
static uint32_t path_begin(const char *data, uint32_t size)
{
	const char *scheme = memmem(data, size, "://", 3), *slash;

	if (size == 0 || *data == '/' || *data == '*')
		return 0;
	if (!scheme)
		return size;
	scheme += 3;
	slash = memchr(scheme, '/', size - (size_t)(scheme - data));
	return slash ? (uint32_t)(slash - data) : size;
}

void request_target_split(struct text target, struct request_target_room *room,
			  struct text *ret_path, struct text *ret_query)
{
	const char *mark = target.presence == PRESENT && target.size ?
				   memchr(target.data, '?', target.size) :
				   NULL;
	uint32_t end = mark ? (uint32_t)(mark - target.data) : target.size;
	uint32_t begin, size;

	*ret_path = *ret_query = (struct text){ .presence = target.presence };
	if (target.presence != PRESENT)
		return;
	begin = path_begin(target.data, end);
	size = decode(target.data + begin, end - begin, room);
	*ret_path = (struct text){ PRESENT, room->path, size,
				   size + (mark ? 0 : target.length - target.size) };
	if (mark)
		*ret_query = (struct text){ PRESENT, mark + 1, target.size - end - 1,
					    target.length - end - 1 };
	else
		ret_query->presence = target.length > target.size ? UNREADABLE : ABSENT;
}
