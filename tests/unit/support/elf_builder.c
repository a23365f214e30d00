/* SPDX-License-Identifier: MIT */
#include "elf_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADERS (sizeof(Elf64_Ehdr) + 80 * sizeof(Elf64_Phdr))

static void check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

void elf_init(struct elf_builder *elf)
{
	memset(elf, 0, sizeof(*elf));
	elf_append(elf, NULL, HEADERS);
	elf->section_count = 1;
	elf->names_size = 1;
}

void elf_release(struct elf_builder *elf)
{
	if (elf->path[0])
		unlink(elf->path);
	free(elf->data);
}

uint64_t elf_append(struct elf_builder *elf, const void *data, size_t size)
{
	size_t offset = (elf->size + 15) / 16 * 16;

	elf->data = realloc(elf->data, offset + size + 1);
	check(elf->data != NULL, "realloc");
	memset(elf->data + elf->size, 0, offset + size + 1 - elf->size);
	if (data && size)
		memcpy(elf->data + offset, data, size);
	elf->size = offset + size;
	return offset;
}

void elf_segment(struct elf_builder *elf, uint32_t type, uint32_t flags, uint64_t address,
		 uint64_t offset, uint64_t file_size, uint64_t memory_size)
{
	check(elf->segment_count < 80, "too many segments");
	elf->segments[elf->segment_count++] = (Elf64_Phdr){
		.p_type = type,
		.p_flags = flags,
		.p_vaddr = address,
		.p_offset = offset,
		.p_filesz = file_size,
		.p_memsz = memory_size,
	};
}

void elf_section(struct elf_builder *elf, const char *name, uint32_t type, uint64_t address,
		 uint64_t offset, uint64_t size)
{
	check(elf->section_count < 16 && elf->names_size + strlen(name) < 500, "too many sections");
	elf->sections[elf->section_count++] = (Elf64_Shdr){
		.sh_name = (uint32_t)elf->names_size,
		.sh_type = type,
		.sh_flags = address ? SHF_ALLOC : 0,
		.sh_addr = address,
		.sh_offset = offset,
		.sh_size = size,
	};
	memcpy(elf->names + elf->names_size, name, strlen(name) + 1);
	elf->names_size += strlen(name) + 1;
}

void elf_symbol(struct elf_builder *elf, const char *name, uint64_t address, uint64_t size)
{
	/* The name is the tail of another name, as linkers store it. */
	char strings[256] = "\0another.";
	size_t length = 9 + strlen(name) + 1;
	Elf64_Sym symbols[] = {
		{ 0 },
		{ .st_name = 1, .st_shndx = 1, .st_value = 1 },
		{ .st_name = 9, .st_shndx = SHN_UNDEF, .st_value = 2 },
		{ .st_name = 9, .st_shndx = 1, .st_value = address, .st_size = size },
	};

	snprintf(strings + 9, sizeof(strings) - 9, "%s", name);
	elf_section(elf, ".symtab", SHT_SYMTAB, 0, elf_append(elf, symbols, sizeof(symbols)),
		    sizeof(symbols));
	elf_section(elf, ".strtab", SHT_STRTAB, 0, elf_append(elf, strings, length), length);
}

void elf_relocations(struct elf_builder *elf, uint64_t address, const Elf64_Rela *entries,
		     size_t count)
{
	uint64_t size = count * sizeof(*entries);
	uint64_t offset = elf_append(elf, entries, size);
	Elf64_Dyn dynamic[] = {
		{ .d_tag = DT_RELA, .d_un.d_ptr = address },
		{ .d_tag = DT_RELASZ, .d_un.d_val = size },
		{ .d_tag = DT_NULL },
	};
	uint64_t at = elf_append(elf, dynamic, sizeof(dynamic));

	elf_segment(elf, PT_LOAD, PF_R, address, offset, elf->size - offset, elf->size - offset);
	elf_segment(elf, PT_DYNAMIC, PF_R, address + at - offset, at, sizeof(dynamic),
		    sizeof(dynamic));
}

void elf_put32(struct elf_builder *elf, uint64_t offset, uint32_t word)
{
	check(offset + 4 <= elf->size, "elf_put32");
	memcpy(elf->data + offset, &word, sizeof(word));
}

/* The length of the version and the version follow a head of 32 bytes. */
void elf_build_info(struct elf_builder *elf, uint64_t address, const char *version)
{
	char info[64] = "\xff Go buildinf:\x08\x02";
	uint64_t at;

	info[32] = (char)strlen(version);
	strcpy(info + 33, version);
	at = elf_append(elf, info, sizeof(info));
	elf_segment(elf, PT_LOAD, PF_R | PF_W, address, at, sizeof(info), sizeof(info));
	elf_section(elf, ".go.buildinfo", SHT_PROGBITS, address, at, sizeof(info));
}

void elf_put64(struct elf_builder *elf, uint64_t offset, uint64_t word)
{
	check(offset + 8 <= elf->size, "elf_put64");
	memcpy(elf->data + offset, &word, sizeof(word));
}

Elf64_Ehdr *elf_finish(struct elf_builder *elf, uint16_t type, uint16_t machine)
{
	Elf64_Ehdr header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = type,
		.e_machine = machine,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(header),
		.e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = (uint16_t)elf->segment_count,
		.e_shentsize = sizeof(Elf64_Shdr),
	};

	if (elf->section_count > 1) {
		elf_section(elf, ".shstrtab", SHT_STRTAB, 0, 0, 0);
		elf->sections[elf->section_count - 1].sh_size = elf->names_size;
		elf->sections[elf->section_count - 1].sh_offset =
			elf_append(elf, elf->names, elf->names_size);
		header.e_shoff = elf_append(elf, elf->sections,
					    elf->section_count * sizeof(elf->sections[0]));
		header.e_shnum = (uint16_t)elf->section_count;
		header.e_shstrndx = (uint16_t)(elf->section_count - 1);
	}
	memcpy(elf->data, &header, sizeof(header));
	memcpy(elf->data + sizeof(header), elf->segments,
	       elf->segment_count * sizeof(elf->segments[0]));
	return (Elf64_Ehdr *)(void *)elf->data;
}

uint64_t elf_of_code(struct elf_builder *elf, uint64_t address, const void *code, size_t size,
		     uint16_t machine)
{
	uint64_t offset;

	elf_init(elf);
	offset = elf_append(elf, code, size);
	elf_segment(elf, PT_LOAD, PF_R | PF_X, address, offset, size, size);
	elf_finish(elf, ET_EXEC, machine);
	return offset;
}

void elf_of_functions(struct elf_builder *elf, const char *const *names, size_t count)
{
	enum {
		CODE = 0x400000,
		TABLE = 0x500000,
		FUNCTAB = 128,
		FUNCS = 1024,
		FUNC = 48,
		NAMES = 4096
	};
	uint64_t code, table, name = 0;

	elf_init(elf);
	code = elf_append(elf, NULL, 1024);
	elf_segment(elf, PT_LOAD, PF_R | PF_X, CODE, code, 1024, 1024);
	table = elf_append(elf, NULL, 2 * NAMES);
	elf_segment(elf, PT_LOAD, PF_R, TABLE, table, 2 * NAMES, 2 * NAMES);
	elf_put64(elf, table, 0x08010000fffffff1);
	elf_put64(elf, table + 8, count);
	elf_put64(elf, table + 24, CODE);
	elf_put64(elf, table + 32, NAMES);
	elf_put64(elf, table + 40, 2 * NAMES);
	elf_put64(elf, table + 64, FUNCTAB);
	for (size_t i = 0; i < count; i++) {
		uint64_t func = FUNCS + i * FUNC;

		elf_put32(elf, table + FUNCTAB + i * 8, (uint32_t)i * 16);
		elf_put32(elf, table + FUNCTAB + i * 8 + 4, (uint32_t)(func - FUNCTAB));
		elf_put32(elf, table + func, (uint32_t)i * 16);
		elf_put32(elf, table + func + 4, (uint32_t)name);
		memcpy(elf->data + table + NAMES + name, names[i], strlen(names[i]) + 1);
		name += strlen(names[i]) + 1;
	}
	elf_put32(elf, table + FUNCTAB + count * 8, (uint32_t)count * 16);
	elf_section(elf, ".gopclntab", SHT_PROGBITS, TABLE, table, 2 * NAMES);
	elf_finish(elf, ET_EXEC, EM_X86_64);
}

const char *elf_save(struct elf_builder *elf)
{
	int fd;

	snprintf(elf->path, sizeof(elf->path), "/tmp/gohttpsnoop-test-XXXXXX");
	fd = mkstemp(elf->path);
	check(fd >= 0, "mkstemp");
	check(write(fd, elf->data, elf->size) == (ssize_t)elf->size, "write");
	close(fd);
	return elf->path;
}
