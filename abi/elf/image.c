/* SPDX-License-Identifier: MIT */
#include "image.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "minimum.h"

#define MAX_SEGMENTS 64
#define MAX_SECTIONS 65536u
#define MAX_SECTION_NAMES (UINT64_C(16) << 20)
#define MAX_LOAD (UINT64_C(1) << 30)

struct image {
	int fd;
	Elf *elf; /* NULL if there are no valid section headers */
	size_t section_count, section_names;
	uint64_t size;
	enum machine machine;
	bool pie;
	struct segment segments[MAX_SEGMENTS];
	size_t segment_count;
	struct segment dynamic; /* PT_DYNAMIC; file_size 0 if there is none */
};

int image_read(const struct image *image, uint64_t offset, void *data, size_t size,
	       struct error *err)
{
	uint8_t *next = data;

	if (offset > image->size || image->size - offset < size)
		return error_fail(err, -ERANGE,
				  "file range 0x%llx+0x%zx is beyond the end of the file",
				  (unsigned long long)offset, size);
	while (size > 0) {
		ssize_t got = pread(image->fd, next, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_fail(err, -EIO, "cannot read: %s", strerror(errno));
		if (got == 0)
			return error_fail(err, -EIO, "the file became shorter while it was read");
		next += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	return 0;
}

static int image_file_open(struct image *image, const char *path, struct error *err)
{
	struct stat stat;

	/* O_NONBLOCK: do not wait for a FIFO, which is refused below. Regular files ignore the flag. */
	image->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (image->fd < 0) {
		int code = -errno;

		return error_fail(err, code, "cannot open: %s", strerror(-code));
	}
	if (fstat(image->fd, &stat) < 0) {
		int code = -errno;

		return error_fail(err, code, "cannot stat: %s", strerror(-code));
	}
	if (S_ISDIR(stat.st_mode))
		return error_fail(err, -EISDIR, "is a directory");
	if (!S_ISREG(stat.st_mode))
		return error_fail(err, -EINVAL, "is not a regular file");
	if (stat.st_size == 0)
		return error_fail(err, -ENOEXEC, "empty file");
	image->size = (uint64_t)stat.st_size;
	return 0;
}

static const char *machine_name(unsigned int machine)
{
	static const struct {
		unsigned int machine;
		const char *name;
	} names[] = {
		{ EM_386, "x86" },	{ EM_MIPS, "MIPS" },  { EM_PPC64, "PowerPC64" },
		{ EM_S390, "s390x" },	{ EM_ARM, "ARM" },    { EM_SPARCV9, "SPARC" },
		{ EM_RISCV, "RISC-V" }, { 258, "LoongArch" }, { EM_BPF, "eBPF" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].machine == machine)
			return names[i].name;
	return "unknown";
}

static int elf_header_read(struct image *image, Elf64_Ehdr *ret_header, struct error *err)
{
	Elf64_Ehdr header = { 0 };
	size_t size = minimum(image->size, sizeof(header));
	int result = image_read(image, 0, &header, size, err);

	if (result < 0)
		return result;
	if (size < SELFMAG || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return error_fail(err, -ENOEXEC, "not an ELF file");
	if (size < EI_NIDENT)
		return error_fail(err, -EBADMSG, "truncated: the ELF header is incomplete");
	if (header.e_ident[EI_CLASS] == ELFCLASS32)
		return error_fail(err, -ENOTSUP,
				  "32-bit ELF file: only 64-bit binaries are supported");
	if (header.e_ident[EI_CLASS] != ELFCLASS64)
		return error_fail(err, -EBADMSG, "damaged: ELF class %u", header.e_ident[EI_CLASS]);
	if (header.e_ident[EI_DATA] != ELFDATA2LSB)
		return error_fail(err, -ENOTSUP,
				  "big-endian ELF file: only little-endian binaries are supported");
	if (size < sizeof(header))
		return error_fail(err, -EBADMSG, "truncated: the ELF header is incomplete");
	if (header.e_machine != EM_X86_64 && header.e_machine != EM_AARCH64)
		return error_fail(err, -ENOTSUP,
				  "machine %u (%s) is not supported: only x86-64 and AArch64",
				  header.e_machine, machine_name(header.e_machine));
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		return error_fail(err, -ENOEXEC, "%s, not an executable",
				  header.e_type == ET_REL  ? "object file" :
				  header.e_type == ET_CORE ? "core file" :
							     "ELF file of unknown type");
	image->machine = header.e_machine == EM_X86_64 ? MACHINE_AMD64 : MACHINE_ARM64;
	image->pie = header.e_type == ET_DYN;
	*ret_header = header;
	return 0;
}

/* Also ensures that the segment's offset + file_size and address + memory_size do not overflow. */
static int segment_add(struct image *image, const Elf64_Phdr *header, struct error *err)
{
	struct segment segment = {
		.address = header->p_vaddr,
		.offset = header->p_offset,
		.file_size = header->p_filesz,
		.memory_size = header->p_memsz,
		.writable = header->p_flags & PF_W,
		.executable = header->p_flags & PF_X,
	};

	if (segment.offset > image->size || image->size - segment.offset < segment.file_size)
		return error_fail(err, -EBADMSG,
				  "truncated: a segment at offset 0x%llx of 0x%llx bytes reaches"
				  " beyond the end of the file (0x%llx bytes)",
				  (unsigned long long)segment.offset,
				  (unsigned long long)segment.file_size,
				  (unsigned long long)image->size);
	if (segment.memory_size < segment.file_size ||
	    segment.memory_size > UINT64_MAX - segment.address)
		return error_fail(err, -EBADMSG, "damaged: segment at address 0x%llx has bad sizes",
				  (unsigned long long)segment.address);
	if (header->p_type == PT_DYNAMIC) {
		image->dynamic = segment;
		return 0;
	}
	if (image->segment_count == MAX_SEGMENTS)
		return error_fail(err, -E2BIG, "more than %d loadable segments", MAX_SEGMENTS);
	image->segments[image->segment_count++] = segment;
	return 0;
}

static int segments_read(struct image *image, const Elf64_Ehdr *header, struct error *err)
{
	if (header->e_phnum == 0)
		return error_fail(err, -ENOEXEC, "no program headers: not an executable");
	if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == PN_XNUM)
		return error_fail(err, -EBADMSG, "damaged: %u program headers of %u bytes",
				  header->e_phnum, header->e_phentsize);
	if (header->e_phoff > image->size ||
	    (image->size - header->e_phoff) / sizeof(Elf64_Phdr) < header->e_phnum)
		return error_fail(err, -EBADMSG,
				  "truncated: program headers reach beyond the end of the file");
	for (size_t i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr segment;
		int result = image_read(image, header->e_phoff + i * sizeof(segment), &segment,
					sizeof(segment), err);

		if (result == 0 && (segment.p_type == PT_LOAD || segment.p_type == PT_DYNAMIC))
			result = segment_add(image, &segment, err);
		if (result < 0)
			return result;
	}
	if (image->segment_count == 0)
		return error_fail(err, -ENOEXEC, "no loadable segments: not an executable");
	return 0;
}

/* libelf looks for the end of each name, through the whole table if its last name has none. */
static bool are_names_bounded(const struct image *image, const GElf_Shdr *names)
{
	uint8_t last = 1;

	return names->sh_size > 0 && names->sh_size <= MAX_SECTION_NAMES &&
	       names->sh_offset <= UINT64_MAX - names->sh_size &&
	       image_read(image, names->sh_offset + names->sh_size - 1, &last, 1, NULL) == 0 &&
	       last == 0;
}

/*
 * Damaged or missing section headers are not an error: segments are used then. The headers are checked before
 * libelf reads them, since libelf allocates according to their counts and sizes.
 */
static void sections_open(struct image *image, const Elf64_Ehdr *header)
{
	uint64_t count = header->e_shnum;
	Elf64_Shdr section;
	GElf_Shdr names;

	if (header->e_shoff == 0 || header->e_shentsize != sizeof(section) ||
	    image_read(image, header->e_shoff, &section, sizeof(section), NULL) < 0)
		return;
	if (count == 0)
		count = section.sh_size;
	if (count > MAX_SECTIONS || (image->size - header->e_shoff) / sizeof(section) < count ||
	    elf_version(EV_CURRENT) == EV_NONE)
		return;
	image->elf = elf_begin(image->fd, ELF_C_READ, NULL);
	if (image->elf && elf_getshdrnum(image->elf, &image->section_count) == 0 &&
	    elf_getshdrstrndx(image->elf, &image->section_names) == 0 &&
	    gelf_getshdr(elf_getscn(image->elf, image->section_names), &names) &&
	    names.sh_type == SHT_STRTAB && !(names.sh_flags & SHF_COMPRESSED) &&
	    are_names_bounded(image, &names))
		return;
	elf_end(image->elf);
	image->elf = NULL;
}

static int open_file(const char *path, bool segments, struct image **ret_image, struct error *err)
{
	struct image *image = calloc(1, sizeof(*image));
	Elf64_Ehdr header = { 0 };
	int result;

	error_subject(err, "%s", path);
	if (!image)
		return error_fail(err, -ENOMEM, "out of memory");
	result = image_file_open(image, path, err);
	if (result == 0)
		result = elf_header_read(image, &header, err);
	if (result == 0 && segments)
		result = segments_read(image, &header, err);
	if (result < 0) {
		image_close(image);
		return result;
	}
	sections_open(image, &header);
	*ret_image = image;
	return 0;
}

int image_open(const char *path, struct image **ret_image, struct error *err)
{
	return open_file(path, true, ret_image, err);
}

int image_open_debug(const char *path, struct image **ret_image, struct error *err)
{
	return open_file(path, false, ret_image, err);
}

void image_close(struct image *image)
{
	if (!image)
		return;
	elf_end(image->elf);
	if (image->fd >= 0)
		close(image->fd);
	free(image);
}

enum machine image_machine(const struct image *image)
{
	return image->machine;
}

bool image_is_pie(const struct image *image)
{
	return image->pie;
}

uint64_t image_size(const struct image *image)
{
	return image->size;
}

const struct segment *image_segments(const struct image *image, size_t *ret_count)
{
	*ret_count = image->segment_count;
	return image->segments;
}

bool image_dynamic(const struct image *image, struct segment *ret_segment)
{
	if (image->dynamic.file_size == 0)
		return false;
	*ret_segment = image->dynamic;
	return true;
}

bool image_section(const struct image *image, const char *name, struct section *ret_section)
{
	for (size_t i = 1; image->elf && i < image->section_count; i++) {
		GElf_Shdr header;
		const char *found;

		if (!gelf_getshdr(elf_getscn(image->elf, i), &header))
			continue;
		found = elf_strptr(image->elf, image->section_names, header.sh_name);
		if (!found || strcmp(found, name) != 0)
			continue;
		if (header.sh_type != SHT_NOBITS &&
		    (header.sh_offset > image->size ||
		     image->size - header.sh_offset < header.sh_size))
			continue;
		*ret_section = (struct section){
			.address = header.sh_addr,
			.offset = header.sh_offset,
			.size = header.sh_size,
			.no_bits = header.sh_type == SHT_NOBITS,
			.compressed = header.sh_flags & SHF_COMPRESSED,
		};
		return true;
	}
	return false;
}

/* Returns the segment that contains `address`; the first one if segments overlap. */
static const struct segment *segment_at(const struct image *image, uint64_t address)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *segment = &image->segments[i];

		if (address >= segment->address &&
		    address - segment->address < segment->memory_size)
			return segment;
	}
	return NULL;
}

uint64_t image_extent(const struct image *image, uint64_t address)
{
	const struct segment *segment = segment_at(image, address);

	if (!segment || address - segment->address >= segment->file_size)
		return 0;
	return segment->file_size - (address - segment->address);
}

bool image_file_offset(const struct image *image, uint64_t address, uint64_t *ret_offset)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *segment = &image->segments[i];

		if (!segment->executable || address < segment->address ||
		    address - segment->address >= segment->file_size)
			continue;
		*ret_offset = segment->offset + (address - segment->address);
		return true;
	}
	return false;
}

/* Allocates `size` bytes; reads the first `file_size` of them from the file at `offset`, the rest is zero. */
static int buffer_fill(const struct image *image, uint64_t offset, uint64_t file_size,
		       uint64_t size, struct buffer *ret_buffer, struct error *err)
{
	struct buffer buffer = { .size = (size_t)size };
	int result;

	if (size > MAX_LOAD)
		return error_fail(err, -E2BIG, "more than 1 GiB to load at offset 0x%llx",
				  (unsigned long long)offset);
	buffer.data = calloc(1, size ? buffer.size : 1);
	if (!buffer.data)
		return error_fail(err, -ENOMEM, "out of memory");
	result = image_read(image, offset, buffer.data, (size_t)file_size, err);
	if (result < 0) {
		buffer_release(&buffer);
		return result;
	}
	*ret_buffer = buffer;
	return 0;
}

int image_load(const struct image *image, uint64_t address, uint64_t size,
	       struct buffer *ret_buffer, struct error *err)
{
	const struct segment *segment = segment_at(image, address);
	uint64_t start, held;

	if (!segment || segment->memory_size - (address - segment->address) < size)
		return error_fail(err, -ERANGE, "address range 0x%llx+0x%llx is in no segment",
				  (unsigned long long)address, (unsigned long long)size);
	start = address - segment->address;
	held = start < segment->file_size ? segment->file_size - start : 0;
	return buffer_fill(image, held ? segment->offset + start : 0, minimum(held, size), size,
			   ret_buffer, err);
}

int image_load_file(const struct image *image, uint64_t offset, uint64_t size,
		    struct buffer *ret_buffer, struct error *err)
{
	return buffer_fill(image, offset, size, size, ret_buffer, err);
}

void buffer_release(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
	return (struct bytes){ buffer->data, buffer->size };
}
