/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_ELF_BUILDER_H
#define GOHTTPSNOOP_TESTS_ELF_BUILDER_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Small ELF files for tests: append bytes, name them as segments and sections, finish (which lays
 * out the headers), damage what the test is about, save.
 */
struct elf_builder {
	uint8_t *data;
	size_t size;
	Elf64_Phdr segments[80];
	size_t segment_count;
	Elf64_Shdr sections[16];
	size_t section_count; /* the first, empty one is among them */
	char names[512];
	size_t names_size;
	char path[64];
};

void elf_init(struct elf_builder *elf);
/* Unlinks the file as well. */
void elf_release(struct elf_builder *elf);

/* Appends at a multiple of 16; returns the file offset. NULL appends zeros. */
uint64_t elf_append(struct elf_builder *elf, const void *data, size_t size);
void elf_segment(struct elf_builder *elf, uint32_t type, uint32_t flags, uint64_t address,
		 uint64_t offset, uint64_t file_size, uint64_t memory_size);
void elf_section(struct elf_builder *elf, const char *name, uint32_t type, uint64_t address,
		 uint64_t offset, uint64_t size);
/* A .symtab and .strtab of one symbol. */
void elf_symbol(struct elf_builder *elf, const char *name, uint64_t address, uint64_t size);
/* A PT_DYNAMIC with a DT_RELA of `count` entries, both in a read-only PT_LOAD at `address`. */
void elf_relocations(struct elf_builder *elf, uint64_t address, const Elf64_Rela *entries,
		     size_t count);

void elf_put64(struct elf_builder *elf, uint64_t offset, uint64_t word);
void elf_put32(struct elf_builder *elf, uint64_t offset, uint32_t word);

/* Writes headers; with sections when there are any. The header may be patched afterwards. */
Elf64_Ehdr *elf_finish(struct elf_builder *elf, uint16_t type, uint16_t machine);
/* All of the above for nothing but code, to be released as well; returns the code's file offset. */
uint64_t elf_of_code(struct elf_builder *elf, uint64_t address, const void *code, size_t size,
		     uint16_t machine);
/*
 * The same for functions of 16 bytes each from 0x400000 on, by a pclntab of Go 1.20 that holds at most 64 of
 * them; their names take 4096 bytes at most.
 */
void elf_of_functions(struct elf_builder *elf, const char *const *names, size_t count);
/* Writes a temporary file; returns its path, owned by the builder. */
const char *elf_save(struct elf_builder *elf);

#endif
