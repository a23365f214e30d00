/* SPDX-License-Identifier: MIT */
#include "memory_file.h"

#include <elf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define MAX_SECTIONS 16u
#define MAX_NAMES 512u

void memory_file_open(struct memory_file *file, const void *data, size_t size)
{
	file->fd = memfd_create("fuzz", MFD_CLOEXEC);
	HOLDS(file->fd >= 0);
	HOLDS(size == 0 || write(file->fd, data, size) == (ssize_t)size);
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
}

void memory_file_close(struct memory_file *file)
{
	close(file->fd);
}

static void headers_write(uint8_t *image, const struct content *content, size_t sections_at)
{
	Elf64_Ehdr header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_DYN,
		.e_machine = content->machine,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(header),
		.e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = content->dynamic ? 2 : 1,
		.e_shentsize = sizeof(Elf64_Shdr),
	};
	Elf64_Phdr segments[2] = {
		{ .p_type = PT_LOAD,
		  .p_flags = PF_R | PF_W | PF_X,
		  .p_vaddr = CONTENT_ADDRESS - CONTENT_OFFSET,
		  .p_filesz = CONTENT_OFFSET + content->size,
		  .p_memsz = CONTENT_OFFSET + content->size },
		{ .p_type = PT_DYNAMIC,
		  .p_flags = PF_R,
		  .p_vaddr = CONTENT_ADDRESS,
		  .p_offset = CONTENT_OFFSET,
		  .p_filesz = content->dynamic,
		  .p_memsz = content->dynamic },
	};

	_Static_assert(sizeof(header) + sizeof(segments) <= CONTENT_OFFSET, "room for the headers");
	if (content->section_count) {
		header.e_shoff = sections_at;
		header.e_shnum = (uint16_t)(content->section_count + 2);
		header.e_shstrndx = (uint16_t)(content->section_count + 1);
	}
	memcpy(image, &header, sizeof(header));
	memcpy(image + sizeof(header), segments, sizeof(segments));
}

/* Writes section headers at `at` of `image`, followed by their names; returns the end of the names. */
static size_t sections_write(uint8_t *image, size_t at, const struct content *content)
{
	Elf64_Shdr headers[MAX_SECTIONS + 2] = { 0 }, *names = &headers[content->section_count + 1];
	size_t text_at = at + (content->section_count + 2) * sizeof(headers[0]), end = text_at + 1;

	HOLDS(content->section_count <= MAX_SECTIONS);
	for (size_t i = 0; i < content->section_count; i++) {
		const struct content_section *section = &content->sections[i];
		size_t length = strlen(section->name) + 1;

		HOLDS(end + length - text_at <= MAX_NAMES);
		headers[i + 1] = (Elf64_Shdr){
			.sh_name = (uint32_t)(end - text_at),
			.sh_type = section->type,
			.sh_flags = section->flags,
			.sh_addr = section->flags & SHF_ALLOC ? CONTENT_ADDRESS + section->offset :
								0,
			.sh_offset = CONTENT_OFFSET + section->offset,
			.sh_size = section->size,
		};
		memcpy(image + end, section->name, length);
		end += length;
	}
	*names = (Elf64_Shdr){ .sh_type = SHT_STRTAB,
			       .sh_offset = text_at,
			       .sh_size = end - text_at };
	memcpy(image + at, headers, text_at - at);
	return end;
}

void memory_file_around(struct memory_file *file, const struct content *content)
{
	size_t sections_at = (CONTENT_OFFSET + content->size + 7) / 8 * 8, size = sections_at;
	uint8_t *image =
		calloc(1, sections_at + (MAX_SECTIONS + 2) * sizeof(Elf64_Shdr) + MAX_NAMES);

	HOLDS(image);
	headers_write(image, content, sections_at);
	if (content->size)
		memcpy(image + CONTENT_OFFSET, content->data, content->size);
	if (content->section_count)
		size = sections_write(image, sections_at, content);
	memory_file_open(file, image, size);
	free(image);
}
