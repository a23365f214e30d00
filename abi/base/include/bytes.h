/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BYTES_H
#define GOHTTPSNOOP_ABI_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view of bytes; it does not own them. All functions below check bounds. */
struct bytes {
	const uint8_t *data;
	size_t size;
};

/* Returns the part [offset, offset + size), clipped to the view; the sum may overflow. */
struct bytes bytes_slice(struct bytes bytes, uint64_t offset, uint64_t size);

/* Empty bytes may have no address, and memcpy() and memcmp() must not be called with NULL. */
void bytes_copy(void *target, struct bytes bytes);
bool bytes_equal(struct bytes bytes, struct bytes other);

/*
 * Read a little-endian integer at `offset`. Return false, and leave `*ret` unchanged, if it is out of bounds.
 */
bool bytes_u8(struct bytes bytes, uint64_t offset, uint8_t *ret);
bool bytes_u16(struct bytes bytes, uint64_t offset, uint16_t *ret);
bool bytes_u32(struct bytes bytes, uint64_t offset, uint32_t *ret);
bool bytes_u64(struct bytes bytes, uint64_t offset, uint64_t *ret);

/*
 * Reads an unsigned LEB128 number (Go's uvarint) of at most 10 bytes at `*offset`, and moves `*offset` past
 * it. Returns false, and changes nothing, if the number is truncated or does not fit into 64 bits.
 */
bool bytes_uvarint(struct bytes bytes, uint64_t *offset, uint64_t *ret);

/* Returns the NUL-terminated string at `offset`, or NULL if the view has no NUL from there on. */
const char *bytes_string(struct bytes bytes, uint64_t offset);

/* Returns the offset of the first `needle` at or after `from` that is a multiple of `align`, or SIZE_MAX. */
size_t bytes_find(struct bytes bytes, size_t from, struct bytes needle, size_t align);

#endif
