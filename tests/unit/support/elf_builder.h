/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_ELF_BUILDER_H
#define GOHTTPSNOOP_TESTS_ELF_BUILDER_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Builds small ELF files for tests. Append bytes, describe them as segments and sections, finish (which
 * writes the headers), damage what the test is about, save.
 */
struct elf_builder {
	uint8_t *data;
	size_t size;
	Elf64_Phdr segments[80];
	size_t segment_count;
	Elf64_Shdr sections[16];
	size_t section_count; /* includes the first, empty section */
	char names[512];
	size_t names_size;
	char path[64];
};

void elf_init(struct elf_builder *elf);
/* Frees the builder and unlinks the file. */
void elf_release(struct elf_builder *elf);

/* Appends at a multiple of 16; returns the file offset. `data` NULL appends zeros. */
uint64_t elf_append(struct elf_builder *elf, const void *data, size_t size);
void elf_segment(struct elf_builder *elf, uint32_t type, uint32_t flags, uint64_t address,
		 uint64_t offset, uint64_t file_size, uint64_t memory_size);
void elf_section(struct elf_builder *elf, const char *name, uint32_t type, uint64_t address,
		 uint64_t offset, uint64_t size);
/* Adds a .symtab and a .strtab with one symbol. */
void elf_symbol(struct elf_builder *elf, const char *name, uint64_t address, uint64_t size);
/* Adds a PT_DYNAMIC and a DT_RELA of `count` entries, both in a read-only PT_LOAD at `address`. */
void elf_relocations(struct elf_builder *elf, uint64_t address, const Elf64_Rela *entries,
		     size_t count);

/* Adds a .go.buildinfo with this version, in a PT_LOAD at `address`, in the form that Go's linker writes since 1.18. */
void elf_build_info(struct elf_builder *elf, uint64_t address, const char *version);

void elf_put64(struct elf_builder *elf, uint64_t offset, uint64_t word);
void elf_put32(struct elf_builder *elf, uint64_t offset, uint32_t word);

/*
 * Writes the headers; section headers only if there are sections. The caller may patch the returned header.
 */
Elf64_Ehdr *elf_finish(struct elf_builder *elf, uint16_t type, uint16_t machine);
/* Makes a finished file that contains only code; returns the file offset of the code. */
uint64_t elf_of_code(struct elf_builder *elf, uint64_t address, const void *code, size_t size,
		     uint16_t machine);
/*
 * Makes a finished file with functions of 16 bytes each from 0x400000 on, and a pclntab of Go 1.20 with their
 * names: at most 64 functions and 4096 bytes of names.
 */
void elf_of_functions(struct elf_builder *elf, const char *const *names, size_t count);
/* Writes a temporary file; returns its path, owned by the builder. */
const char *elf_save(struct elf_builder *elf);

#endif
