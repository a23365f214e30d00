/* SPDX-License-Identifier: MIT */
#include "bytes.h"

#include <string.h>

#include "minimum.h"

struct bytes bytes_slice(struct bytes bytes, uint64_t offset, uint64_t size)
{
	uint64_t start = minimum(offset, bytes.size);
	uint64_t rest = bytes.size - start;

	/* NULL + 0 is undefined in C, and an empty view may have no data. */
	if (!bytes.data)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ bytes.data + start, minimum(size, rest) };
}

void bytes_copy(void *target, struct bytes bytes)
{
	if (bytes.size)
		memcpy(target, bytes.data, bytes.size);
}

bool bytes_equal(struct bytes bytes, struct bytes other)
{
	return bytes.size == other.size &&
	       (bytes.size == 0 || memcmp(bytes.data, other.data, bytes.size) == 0);
}

/* Assembled byte by byte: no alignment is assumed and the host's byte order does not matter. */
static bool bytes_little(struct bytes bytes, uint64_t offset, size_t width, uint64_t *ret)
{
	uint64_t value = 0;

	if (offset > bytes.size || bytes.size - offset < width)
		return false;
	for (size_t i = width; i > 0; i--)
		value = value << 8 | bytes.data[offset + i - 1];
	*ret = value;
	return true;
}

bool bytes_u8(struct bytes bytes, uint64_t offset, uint8_t *ret)
{
	uint64_t value;

	if (!bytes_little(bytes, offset, 1, &value))
		return false;
	*ret = (uint8_t)value;
	return true;
}

bool bytes_u16(struct bytes bytes, uint64_t offset, uint16_t *ret)
{
	uint64_t value;

	if (!bytes_little(bytes, offset, 2, &value))
		return false;
	*ret = (uint16_t)value;
	return true;
}

bool bytes_u32(struct bytes bytes, uint64_t offset, uint32_t *ret)
{
	uint64_t value;

	if (!bytes_little(bytes, offset, 4, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

bool bytes_u64(struct bytes bytes, uint64_t offset, uint64_t *ret)
{
	return bytes_little(bytes, offset, 8, ret);
}

bool bytes_uvarint(struct bytes bytes, uint64_t *offset, uint64_t *ret)
{
	uint64_t value = 0;

	/* Ten groups of seven bits: only the lowest bit of the tenth group fits into 64 bits. */
	for (unsigned int i = 0; i < 10; i++) {
		uint8_t byte;

		if (i > UINT64_MAX - *offset || !bytes_u8(bytes, *offset + i, &byte))
			return false;
		if (i == 9 && byte > 1)
			return false;
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte & 0x80)
			continue;
		*offset += i + 1;
		*ret = value;
		return true;
	}
	return false;
}

const char *bytes_string(struct bytes bytes, uint64_t offset)
{
	if (offset >= bytes.size || !memchr(bytes.data + offset, 0, bytes.size - offset))
		return NULL;
	return (const char *)bytes.data + offset;
}

/*
 * Faster than memmem(), which tries every offset: glibc's reaches only 100 MB/s if both the data and the
 * needle contain many zeros. Here, most offsets already fail when the first word is compared.
 */
static size_t bytes_find_aligned(struct bytes bytes, size_t from, struct bytes needle, size_t align)
{
	size_t head = minimum(needle.size, sizeof(uint64_t));
	uint64_t first = 0, word = 0;

	memcpy(&first, needle.data, head);
	from += (align - from % align) % align;
	for (; from < bytes.size && bytes.size - from >= needle.size; from += align) {
		if (head == sizeof(word))
			memcpy(&word, bytes.data + from, sizeof(word));
		else
			memcpy(&word, bytes.data + from, head);
		if (word == first && memcmp(bytes.data + from, needle.data, needle.size) == 0)
			return from;
	}
	return SIZE_MAX;
}

size_t bytes_find(struct bytes bytes, size_t from, struct bytes needle, size_t align)
{
	const uint8_t *hit;

	if (!needle.size || !align || from >= bytes.size)
		return SIZE_MAX;
	if (align > 1)
		return bytes_find_aligned(bytes, from, needle, align);
	hit = memmem(bytes.data + from, bytes.size - from, needle.data, needle.size);
	return hit ? (size_t)(hit - bytes.data) : SIZE_MAX;
}
