/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_IMAGE_H
#define GOHTTPSNOOP_ABI_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "error.h"

/*
 * An ELF file, opened for reading. All reads use pread() instead of mmap(): if the file is truncated or
 * rewritten meanwhile, reads fail, and there is no SIGBUS. Only 64-bit little-endian x86-64 and AArch64 files
 * are accepted; the error names other kinds. Section headers may be missing.
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

/* A copy of a part of the image. The caller releases it with buffer_release(). */
struct buffer {
	uint8_t *data;
	size_t size;
};

/* Opens `path` (it may be /proc/PID/exe). The caller closes it; image_close(NULL) is legal. */
int image_open(const char *path, struct image **ret_image, struct error *err);
/*
 * As image_open(), for the output of `objcopy --only-keep-debug` or `eu-strip -f`: the program headers of
 * such a file describe contents that it does not have, so only its sections can be read.
 */
int image_open_debug(const char *path, struct image **ret_image, struct error *err);
void image_close(struct image *image);

enum machine image_machine(const struct image *image);
bool image_is_pie(const struct image *image);
uint64_t image_size(const struct image *image);

/* Returns the PT_LOAD segments, at most 64, in file order; owned by the image. */
const struct segment *image_segments(const struct image *image, size_t *ret_count);

/* Returns the PT_DYNAMIC segment; false if there is none. */
bool image_dynamic(const struct image *image, struct segment *ret_segment);

/*
 * Reads the value of an entry of the dynamic segment (DT_RELA, …; <elf.h>). Returns false if there is no such
 * entry, or if the segment is larger than 64 KiB.
 */
bool image_dynamic_value(const struct image *image, uint64_t tag, uint64_t *ret_value);

/*
 * Returns how many bytes the file has from virtual address `address` to the end of the address's segment; 0
 * if the file does not contain the address.
 */
uint64_t image_extent(const struct image *image, uint64_t address);

/* Finds a section by name. Returns false if there is no such section, or no section headers. */
bool image_section(const struct image *image, const char *name, struct section *ret_section);

/*
 * Loads `size` bytes at virtual address `address`; parts of the segment that are not in the file (.bss) are
 * zero. Relative relocations are not applied. Returns -ERANGE if the range is not within one segment, -E2BIG
 * above 1 GiB, -EIO on a short read, -ENOMEM.
 */
int image_load(const struct image *image, uint64_t address, uint64_t size,
	       struct buffer *ret_buffer, struct error *err);
/* As image_load(), by file offset; -ERANGE if the range is beyond the end of the file. */
int image_load_file(const struct image *image, uint64_t offset, uint64_t size,
		    struct buffer *ret_buffer, struct error *err);
/*
 * Reads `size` bytes at file offset `offset`. Returns -ERANGE if the range is beyond the end of the file,
 * -EIO if the file became shorter or cannot be read.
 */
int image_read(const struct image *image, uint64_t offset, void *data, size_t size,
	       struct error *err);
void buffer_release(struct buffer *buffer);
struct bytes buffer_bytes(const struct buffer *buffer);

/*
 * Reads the 8-byte word at `address` as the dynamic loader would set it at load bias 0. lld writes a zero for
 * a word of a PIE that has an R_X86_64_RELATIVE or R_AARCH64_RELATIVE relocation: the value is then the
 * relocation's addend. Returns the errors of image_load().
 */
int image_word(const struct image *image, uint64_t address, uint64_t *ret_word, struct error *err);

/* Applies the relative relocations to the words of `buffer`, which was loaded from `address`. */
void image_relocate(const struct image *image, uint64_t address, struct buffer *buffer);

/*
 * Finds the next occurrence of `needle` at or after `*address`, at a multiple of `align`, within the file
 * bytes of a segment, and stores its address in `*address`. Searches only writable segments if `writable`.
 * Reads in chunks. Skips segments once their sizes add up to more than 1 GiB.
 */
bool image_find(const struct image *image, struct bytes needle, size_t align, bool writable,
		uint64_t *address);
/*
 * Finds the first occurrence of `needle` within a range of the file, at a multiple of `align` from `offset`,
 * and stores its file offset.
 */
bool image_find_file(const struct image *image, uint64_t offset, uint64_t size, struct bytes needle,
		     size_t align, uint64_t *ret_offset);
/*
 * Finds the next 8-byte word with this value at or after `*address`: an aligned word of a writable segment,
 * or a word to which a relative relocation writes the value. Stores its address in `*address`.
 */
bool image_find_word(const struct image *image, uint64_t word, uint64_t *address);

/*
 * Converts an address in an executable segment to its file offset, which uprobes need. Returns false if no
 * executable segment contains the address.
 */
bool image_file_offset(const struct image *image, uint64_t address, uint64_t *ret_offset);

/*
 * Finds a symbol of .symtab or .dynsym by its exact name. Returns false if there is none. `ret_address` and
 * `ret_size` may be NULL.
 */
bool image_symbol(const struct image *image, const char *name, uint64_t *ret_address,
		  uint64_t *ret_size);

struct symbol_list {
	struct named_symbol {
		char *name;
		uint64_t address, size;
	} * items;
	size_t count;
};

/*
 * Lists the symbols of .symtab whose names begin with `prefix`, at most 1,024; the list is empty if there is
 * no such table. The caller releases the list. The only failure is -ENOMEM.
 */
int image_symbols(const struct image *image, const char *prefix, struct symbol_list *ret_list,
		  struct error *err);
void symbol_list_release(struct symbol_list *list);

#endif
