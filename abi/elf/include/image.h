/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_IMAGE_H
#define GOHTTPSNOOP_ABI_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "error.h"

/*
 * An ELF file, opened for reading. Everything is read with pread into memory of our own: a file
 * that is truncated or rewritten under us yields short reads, never SIGBUS. 64-bit little-endian
 * x86-64 and AArch64 only; others are refused by name. Section headers may be missing.
 */
struct image;

enum machine { MACHINE_AMD64, MACHINE_ARM64 };

struct segment {
	uint64_t address, offset, file_size, memory_size;
	bool writable, executable;
};

struct section {
	uint64_t address, offset, size; /* address 0: not loaded */
	bool no_bits, compressed;
};

/* A piece of the image in memory of its own. */
struct buffer {
	uint8_t *data;
	size_t size;
};

/* Opens `path` (it may be /proc/PID/exe). The caller closes it; image_close(NULL) is legal. */
int image_open(const char *path, struct image **ret_image, struct error *err);
/*
 * The same for what `objcopy --only-keep-debug` or `eu-strip -f` leave: its program headers describe
 * contents that it has not. Only its sections can be read.
 */
int image_open_debug(const char *path, struct image **ret_image, struct error *err);
void image_close(struct image *image);

enum machine image_machine(const struct image *image);
bool image_is_pie(const struct image *image);
uint64_t image_size(const struct image *image);

/* The PT_LOAD segments, at most 64, in file order; owned by the image. */
const struct segment *image_segments(const struct image *image, size_t *ret_count);

/* The PT_DYNAMIC segment; false when there is none. */
bool image_dynamic(const struct image *image, struct segment *ret_segment);

/* What an entry of it says (DT_RELA, …; <elf.h>); false when there is none, or more of them than 64 KiB. */
bool image_dynamic_value(const struct image *image, uint64_t tag, uint64_t *ret_value);

/* How many bytes the file holds from `address` to the end of its segment; 0 when it holds none. */
uint64_t image_extent(const struct image *image, uint64_t address);

/* False when there is no such section (or no section headers at all). */
bool image_section(const struct image *image, const char *name, struct section *ret_section);

/*
 * Loads `size` bytes at virtual address `address`; parts of the segment that the file does not hold
 * (.bss) are zero. Relative relocations are NOT applied. -ERANGE when not within one segment,
 * -E2BIG above 1 GiB, -EIO on a short read.
 */
int image_load(const struct image *image, uint64_t address, uint64_t size,
	       struct buffer *ret_buffer, struct error *err);
/* The same by file offset. */
int image_load_file(const struct image *image, uint64_t offset, uint64_t size,
		    struct buffer *ret_buffer, struct error *err);
/* Reads `size` bytes at file offset `offset`: all, or -ERANGE beyond the end, -EIO if it shrank. */
int image_read(const struct image *image, uint64_t offset, void *data, size_t size,
	       struct error *err);
void buffer_release(struct buffer *buffer);
struct bytes buffer_bytes(const struct buffer *buffer);

/*
 * Reads the 8-byte word at `address`, as the dynamic loader leaves it at load bias 0: where the file
 * holds a zero and an R_X86_64_RELATIVE / R_AARCH64_RELATIVE relocation points at it (lld writes
 * PIEs so), the addend is the value.
 */
int image_word(const struct image *image, uint64_t address, uint64_t *ret_word, struct error *err);

/* Writes what the relative relocations make of the words of `buffer`, loaded from `address`. */
void image_relocate(const struct image *image, uint64_t address, struct buffer *buffer);

/*
 * The next place at or after `*address`, a multiple of `align`, where a segment's file bytes hold
 * `needle`; `*address` is moved there. `writable` leaves out the other segments. Reads in chunks,
 * so it may be asked of a segment of any size; gives up after 1 GiB.
 */
bool image_find(const struct image *image, struct bytes needle, size_t align, bool writable,
		uint64_t *address);
/* The same within a range of the file; `align` counts from `offset`. */
bool image_find_file(const struct image *image, uint64_t offset, uint64_t size, struct bytes needle,
		     size_t align, uint64_t *ret_offset);
/* The same for an aligned 8-byte word of a writable segment, relocations applied. */
bool image_find_word(const struct image *image, uint64_t word, uint64_t *address);

/* File offset (what a uprobe is placed by) of an address in an executable segment. */
bool image_file_offset(const struct image *image, uint64_t address, uint64_t *ret_offset);

/* Address and size of a symbol of .symtab or .dynsym by exact name; false when absent. */
bool image_symbol(const struct image *image, const char *name, uint64_t *ret_address,
		  uint64_t *ret_size);

#endif
