/* SPDX-License-Identifier: MIT */
#include "image.h"

#include <stdlib.h>
#include <string.h>

#include "minimum.h"

#define CHUNK ((size_t)256 << 10)

/* Sparse files may have any size; Go binaries are far smaller than this. */
#define MAX_SEARCH (UINT64_C(1) << 30)

bool image_find_file(const struct image *image, uint64_t offset, uint64_t size, struct bytes needle,
		     size_t align, uint64_t *ret_offset)
{
	uint8_t *chunk;
	bool found = false;

	if (!needle.size || needle.size > CHUNK / 2 || !align || align > CHUNK / 2)
		return false;
	chunk = malloc(maximum(minimum(size, CHUNK), 1));
	for (uint64_t done = 0; chunk && !found && done < size;) {
		size_t length = minimum(size - done, CHUNK);
		size_t hit;

		if (length < needle.size ||
		    image_read(image, offset + done, chunk, length, NULL) < 0)
			break;
		hit = bytes_find((struct bytes){ chunk, length }, 0, needle, align);
		found = hit != SIZE_MAX;
		if (found)
			*ret_offset = offset + done + hit;
		/*
		 * The next chunk begins at the first needle position that this chunk cannot contain
		 * completely.
		 */
		done += length < CHUNK ? length : (CHUNK - needle.size + 1) / align * align;
	}
	free(chunk);
	return found;
}

bool image_find(const struct image *image, struct bytes needle, size_t align, bool writable,
		uint64_t *address)
{
	size_t count;
	const struct segment *segments = image_segments(image, &count), *best = NULL;
	uint64_t best_address = 0, searched = 0;

	if (!align)
		return false;
	/* Segments may be unsorted: the next hit is the lowest hit of all segments. */
	for (size_t i = 0; i < count; i++) {
		const struct segment *segment = &segments[i];
		uint64_t from = maximum(*address, segment->address);
		uint64_t start = from - segment->address, offset;

		if ((writable && !segment->writable) || start >= segment->file_size)
			continue;
		start += (align - from % align) % align;
		searched += segment->file_size;
		if (start >= segment->file_size || searched > MAX_SEARCH)
			continue;
		if (best && segment->address + start >= best_address)
			continue;
		if (!image_find_file(image, segment->offset + start, segment->file_size - start,
				     needle, align, &offset))
			continue;
		if (!best || segment->address + (offset - segment->offset) < best_address) {
			best = segment;
			best_address = segment->address + (offset - segment->offset);
		}
	}
	if (best)
		*address = best_address;
	return best != NULL;
}
