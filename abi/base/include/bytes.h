/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BYTES_H
#define GOHTTPSNOOP_ABI_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view of bytes that it does not own. All functions below check bounds. */
struct bytes {
	const uint8_t *data;
	size_t size;
};

/* The part [offset, offset + size), clipped to the view; the sum never wraps. */
struct bytes bytes_slice(struct bytes bytes, uint64_t offset, uint64_t size);

/* Little-endian integers at `offset`; false (and `*ret` untouched) when out of bounds. */
bool bytes_u8(struct bytes bytes, uint64_t offset, uint8_t *ret);
bool bytes_u16(struct bytes bytes, uint64_t offset, uint16_t *ret);
bool bytes_u32(struct bytes bytes, uint64_t offset, uint32_t *ret);
bool bytes_u64(struct bytes bytes, uint64_t offset, uint64_t *ret);

/* An unsigned LEB128 (Go's uvarint) at `*offset`, which is moved past it. At most 10 bytes. */
bool bytes_uvarint(struct bytes bytes, uint64_t *offset, uint64_t *ret);

/* The NUL-terminated string at `offset`, or NULL when no NUL follows within the view. */
const char *bytes_string(struct bytes bytes, uint64_t offset);

/* Offset of the first `needle` at or after `from` that is a multiple of `align`, or SIZE_MAX. */
size_t bytes_find(struct bytes bytes, size_t from, struct bytes needle, size_t align);

#endif
