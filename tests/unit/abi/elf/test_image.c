/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "image.h"

#define CODE 0x400000u
#define DATA 0x600000u

/* Code of 64 bytes and data of 64 bytes in 4 KiB of memory. */
static uint64_t base_build(struct elf_builder *elf)
{
	uint64_t code, data;

	elf_init(elf);
	code = elf_append(elf, NULL, 64);
	data = elf_append(elf, NULL, 64);
	memcpy(elf->data + code, "the code", 8);
	memcpy(elf->data + data, "the data", 8);
	elf_segment(elf, PT_LOAD, PF_R | PF_X, CODE, code, 64, 64);
	elf_segment(elf, PT_NOTE, PF_R, 0, UINT64_MAX, UINT64_MAX, 0);
	elf_segment(elf, PT_LOAD, PF_R | PF_W, DATA, data, 64, 4096);
	return data;
}

static void expect_failure(const char *path, int code, const char *what)
{
	struct image *image = NULL;
	struct error err = { 0 };

	assert_int_equal(image_open(path, &image, &err), code);
	assert_null(image);
	assert_int_equal(err.code, code);
	assert_string_equal(err.subject, path);
	if (!strstr(err.what, what))
		fail_msg("\"%s\" is not in \"%s\"", what, err.what);
}

static void refuses_what_is_no_file(void **state)
{
	char fifo[] = "/tmp/gohttpsnoop-fifo-XXXXXX";

	expect_failure("/tmp", -EISDIR, "is a directory");
	expect_failure("/nonexistent/x", -ENOENT, "cannot open: No such file or directory");
	expect_failure("/dev/null", -EINVAL, "is not a regular file");
	assert_non_null(mkdtemp(fifo));
	rmdir(fifo);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	expect_failure(fifo, -EINVAL, "is not a regular file");
	unlink(fifo);
}

static void refuses_text(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		int code;
		const char *what;
	} rows[] = {
		{ "", 0, -ENOEXEC, "empty file" },
		{ "#!", 2, -ENOEXEC, "not an ELF file" },
		{ "#!/bin/sh\necho a script of more than sixty-four bytes, which is a header\n", 70,
		  -ENOEXEC, "not an ELF file" },
		{ "\177ELF", 4, -EBADMSG, "truncated: the ELF header is incomplete" },
		{ "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\76\0", 20, -EBADMSG,
		  "truncated: the ELF header is incomplete" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct elf_builder elf = { 0 };

		elf_append(&elf, rows[i].bytes, rows[i].size);
		expect_failure(elf_save(&elf), rows[i].code, rows[i].what);
		elf_release(&elf);
	}
}

static void patch_class32(Elf64_Ehdr *header)
{
	header->e_ident[EI_CLASS] = ELFCLASS32;
}
static void patch_class(Elf64_Ehdr *header)
{
	header->e_ident[EI_CLASS] = 9;
}
static void patch_big(Elf64_Ehdr *header)
{
	header->e_ident[EI_DATA] = ELFDATA2MSB;
}
static void patch_arm(Elf64_Ehdr *header)
{
	header->e_machine = EM_ARM;
}
static void patch_riscv(Elf64_Ehdr *header)
{
	header->e_machine = EM_RISCV;
}
static void patch_rel(Elf64_Ehdr *header)
{
	header->e_type = ET_REL;
}
static void patch_core(Elf64_Ehdr *header)
{
	header->e_type = ET_CORE;
}
static void patch_phnum0(Elf64_Ehdr *header)
{
	header->e_phnum = 0;
}
static void patch_phnum(Elf64_Ehdr *header)
{
	header->e_phnum = 0xffff;
}
static void patch_phnum_many(Elf64_Ehdr *header)
{
	header->e_phnum = 0xfffe;
}
static void patch_phentsize(Elf64_Ehdr *header)
{
	header->e_phentsize = 1;
}
static void patch_phoff(Elf64_Ehdr *header)
{
	header->e_phoff = UINT64_MAX - 8;
}

static void refuses_headers(void **state)
{
	static const struct {
		void (*patch)(Elf64_Ehdr *header);
		int code;
		const char *what;
	} rows[] = {
		{ patch_class32, -ENOTSUP, "32-bit ELF file: only 64-bit binaries are supported" },
		{ patch_class, -EBADMSG, "damaged: ELF class 9" },
		{ patch_big, -ENOTSUP, "big-endian ELF file" },
		{ patch_arm, -ENOTSUP,
		  "machine 40 (ARM) is not supported: only x86-64 and AArch64" },
		{ patch_riscv, -ENOTSUP, "machine 243 (RISC-V) is not supported" },
		{ patch_rel, -ENOEXEC, "object file, not an executable" },
		{ patch_core, -ENOEXEC, "core file, not an executable" },
		{ patch_phnum0, -ENOEXEC, "no program headers" },
		{ patch_phnum, -EBADMSG, "damaged: 65535 program headers" },
		{ patch_phnum_many, -EBADMSG, "truncated: program headers reach beyond the end" },
		{ patch_phentsize, -EBADMSG, "damaged: 3 program headers of 1 bytes" },
		{ patch_phoff, -EBADMSG, "truncated: program headers reach beyond the end" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct elf_builder elf;

		base_build(&elf);
		rows[i].patch(elf_finish(&elf, ET_EXEC, EM_X86_64));
		expect_failure(elf_save(&elf), rows[i].code, rows[i].what);
		elf_release(&elf);
	}
}

static void tells_that_a_file_became_shorter(void **state)
{
	struct elf_builder elf;
	struct image *image = NULL;
	struct buffer buffer;
	struct error err = { 0 };
	uint64_t data;

	elf_init(&elf);
	data = elf_append(&elf, NULL, 64);
	elf_segment(&elf, PT_LOAD, PF_R, 0x400000, data, 64, 64);
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	assert_int_equal(truncate(elf.path, (off_t)data + 8), 0);
	assert_int_equal(image_load_file(image, data, 64, &buffer, &err), -EIO);
	assert_string_equal(err.what, "the file became shorter while it was read");
	image_close(image);
	elf_release(&elf);
}

static void refuses_segments(void **state)
{
	static const struct {
		uint64_t address, offset, file_size, memory_size;
		int code;
		const char *what;
	} rows[] = {
		{ CODE, 0, 1 << 20, 1 << 20, -EBADMSG, "a segment at offset 0x0 of 0x100000" },
		{ CODE, UINT64_MAX, 2, 2, -EBADMSG, "truncated: a segment" },
		{ CODE, 64, UINT64_MAX - 8, UINT64_MAX, -EBADMSG, "truncated: a segment" },
		{ CODE, 0, 64, 32, -EBADMSG, "damaged: segment at address 0x400000 has bad sizes" },
		{ UINT64_MAX - 8, 0, 64, 64, -EBADMSG, "has bad sizes" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct elf_builder elf;

		elf_init(&elf);
		elf_segment(&elf, PT_LOAD, PF_R, rows[i].address, rows[i].offset, rows[i].file_size,
			    rows[i].memory_size);
		elf_finish(&elf, ET_EXEC, EM_X86_64);
		expect_failure(elf_save(&elf), rows[i].code, rows[i].what);
		elf_release(&elf);
	}
}

static void counts_segments(void **state)
{
	struct elf_builder elf;
	struct image *image;
	size_t count;

	for (size_t wanted = 64; wanted <= 65; wanted++) {
		elf_init(&elf);
		for (size_t i = 0; i < wanted; i++)
			elf_segment(&elf, PT_LOAD, PF_R, 0x1000 * i, 0, 64, 64);
		elf_finish(&elf, ET_EXEC, EM_X86_64);
		if (wanted == 65) {
			expect_failure(elf_save(&elf), -E2BIG, "more than 64 loadable segments");
		} else {
			assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
			image_segments(image, &count);
			assert_int_equal(count, 64);
			image_close(image);
		}
		elf_release(&elf);
	}
	elf_init(&elf);
	elf_segment(&elf, PT_NOTE, PF_R, 0, 0, 64, 64);
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	expect_failure(elf_save(&elf), -ENOEXEC, "no loadable segments");
	elf_release(&elf);
}

static void loads(void **state)
{
	struct elf_builder elf;
	struct image *image;
	struct buffer buffer = { 0 };
	uint64_t data = base_build(&elf), offset;

	elf_finish(&elf, ET_DYN, EM_AARCH64);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	assert_int_equal(image_machine(image), MACHINE_ARM64);
	assert_true(image_is_pie(image));
	assert_int_equal(image_size(image), elf.size);
	assert_int_equal(image_extent(image, DATA + 60), 4);
	assert_int_equal(image_extent(image, DATA + 64), 0);
	assert_int_equal(image_extent(image, 1), 0);

	assert_int_equal(image_load(image, DATA + 4, 4092, &buffer, NULL), 0);
	assert_memory_equal(buffer.data, "data\0", 5);
	assert_int_equal(buffer.data[4091], 0);
	buffer_release(&buffer);
	assert_int_equal(image_load(image, DATA + 100, 8, &buffer, NULL), 0);
	assert_memory_equal(buffer.data, "\0\0\0\0\0\0\0", 8);
	buffer_release(&buffer);
	assert_int_equal(image_load(image, DATA, 0, &buffer, NULL), 0);
	buffer_release(&buffer);
	assert_int_equal(image_load(image, DATA, 4097, &buffer, NULL), -ERANGE);
	assert_int_equal(image_load(image, DATA + 4096, 1, &buffer, NULL), -ERANGE);
	assert_int_equal(image_load(image, CODE + 63, UINT64_MAX, &buffer, NULL), -ERANGE);
	assert_int_equal(image_load_file(image, data, 8, &buffer, NULL), 0);
	assert_memory_equal(buffer.data, "the data", 8);
	buffer_release(&buffer);
	assert_int_equal(image_load_file(image, elf.size, 1, &buffer, NULL), -ERANGE);
	assert_int_equal(image_load_file(image, UINT64_MAX, 8, &buffer, NULL), -ERANGE);
	assert_int_equal(image_load_file(image, 0, UINT64_MAX, &buffer, NULL), -E2BIG);

	assert_true(image_file_offset(image, CODE + 5, &offset));
	assert_int_equal(offset, data - 64 + 5);
	assert_false(image_file_offset(image, CODE + 64, &offset));
	assert_false(image_file_offset(image, DATA, &offset));

	/* The file is truncated while it is open. */
	assert_int_equal(truncate(elf.path, 100), 0);
	assert_int_equal(image_load(image, DATA, 64, &buffer, NULL), -EIO);
	image_close(image);
	elf_release(&elf);
	image_close(NULL);
}

static void finds_sections_and_symbols(void **state)
{
	struct elf_builder elf;
	struct image *image;
	struct symbol_list symbols = { 0 };
	struct section section;
	uint64_t data = base_build(&elf), address = 0, size = 0;

	elf_section(&elf, ".data", SHT_PROGBITS, DATA, data, 64);
	elf_section(&elf, ".bss", SHT_NOBITS, DATA + 64, UINT64_MAX, UINT64_MAX);
	elf_section(&elf, ".beyond", SHT_PROGBITS, 0, elf.size, 1 << 20);
	elf_symbol(&elf, "runtime.text", 0x1234, 5);
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	assert_true(image_section(image, ".data", &section));
	assert_int_equal(section.address, DATA);
	assert_int_equal(section.size, 64);
	assert_false(section.no_bits);
	assert_true(image_section(image, ".bss", &section) && section.no_bits);
	assert_false(image_section(image, ".beyond", &section));
	assert_false(image_section(image, ".text", &section));
	assert_false(image_section(image, "", &section));
	assert_true(image_symbol(image, "runtime.text", &address, &size));
	assert_int_equal(address, 0x1234);
	assert_int_equal(size, 5);
	assert_true(image_symbol(image, "another.runtime.text", &address, NULL));
	assert_int_equal(address, 1);
	assert_false(image_symbol(image, "text", &address, &size));
	assert_false(image_symbol(image, "runtime.tex", &address, &size));
	assert_false(image_symbol(image, "", &address, &size));
	assert_int_equal(image_symbols(image, "runtime.te", &symbols, NULL), 0);
	assert_int_equal(symbols.count, 1);
	assert_string_equal(symbols.items[0].name, "runtime.text");
	assert_int_equal(symbols.items[0].address, 0x1234);
	assert_int_equal(symbols.items[0].size, 5);
	symbol_list_release(&symbols);
	assert_int_equal(image_symbols(image, "text", &symbols, NULL), 0);
	assert_int_equal(symbols.count, 0);
	image_close(image);
	elf_release(&elf);
}

static void patch_shoff(Elf64_Ehdr *header)
{
	header->e_shoff = UINT64_MAX - 32;
}
static void patch_shoff0(Elf64_Ehdr *header)
{
	header->e_shoff = 0;
}
static void patch_shnum(Elf64_Ehdr *header)
{
	header->e_shnum = 0xff00;
}
static void patch_shentsize(Elf64_Ehdr *header)
{
	header->e_shentsize = 3;
}
static void patch_shstrndx(Elf64_Ehdr *header)
{
	header->e_shstrndx = 200;
}
static void patch_shstrndx_data(Elf64_Ehdr *header)
{
	header->e_shstrndx = 1;
}
static void patch_shstrndx_extended(Elf64_Ehdr *header)
{
	header->e_shstrndx = SHN_XINDEX;
}

/* e_shnum 0: the number of sections is in the first section's size. */
static void patch_shnum_extended(Elf64_Ehdr *header)
{
	Elf64_Shdr *first = (Elf64_Shdr *)(void *)((uint8_t *)header + header->e_shoff);

	header->e_shnum = 0;
	first->sh_size = UINT64_C(1) << 60;
}

static void patch_names_size(Elf64_Ehdr *header)
{
	Elf64_Shdr *sections = (Elf64_Shdr *)(void *)((uint8_t *)header + header->e_shoff);

	sections[header->e_shstrndx].sh_size = UINT64_C(1) << 40;
}

static void patch_names_compressed(Elf64_Ehdr *header)
{
	Elf64_Shdr *sections = (Elf64_Shdr *)(void *)((uint8_t *)header + header->e_shoff);

	sections[header->e_shstrndx].sh_flags = SHF_COMPRESSED;
}

/* The last name has no end. */
static void patch_names_end(Elf64_Ehdr *header)
{
	Elf64_Shdr *sections = (Elf64_Shdr *)(void *)((uint8_t *)header + header->e_shoff);
	const Elf64_Shdr *names = &sections[header->e_shstrndx];

	((uint8_t *)header)[names->sh_offset + names->sh_size - 1] = 'x';
}

static void does_without_damaged_sections(void **state)
{
	static void (*const patches[])(Elf64_Ehdr * header) = {
		patch_shoff,
		patch_shoff0,
		patch_shnum,
		patch_shentsize,
		patch_shstrndx,
		patch_shstrndx_data,
		patch_shnum_extended,
		patch_names_size,
		patch_names_compressed,
		patch_names_end,
		patch_shstrndx_extended,
	};

	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
		struct elf_builder elf;
		struct image *image;
		struct section section;
		struct buffer buffer;
		uint64_t data = base_build(&elf), address, size;

		elf_section(&elf, ".data", SHT_PROGBITS, DATA, data, 64);
		elf_symbol(&elf, "runtime.text", 0x1234, 5);
		patches[i](elf_finish(&elf, ET_EXEC, EM_X86_64));
		assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
		assert_false(image_section(image, ".data", &section));
		assert_false(image_symbol(image, "runtime.text", &address, &size));
		assert_int_equal(image_load(image, DATA, 8, &buffer, NULL), 0);
		buffer_release(&buffer);
		image_close(image);
		elf_release(&elf);
	}
}

static void reads_relocated_words(void **state)
{
	static const Elf64_Rela entries[] = {
		{ DATA + 48, ELF64_R_INFO(7, R_X86_64_JUMP_SLOT), 0x77 },
		{ DATA + 56, ELF64_R_INFO(0, R_X86_64_RELATIVE), 0x1122334455667788 },
		{ DATA + 40, ELF64_R_INFO(0, R_X86_64_RELATIVE), 0x99 },
		{ UINT64_MAX - 2, ELF64_R_INFO(0, R_X86_64_RELATIVE), 0x99 },
	};
	struct elf_builder elf;
	struct image *image;
	struct buffer buffer;
	uint64_t word = 0, address = 0, data = base_build(&elf);

	elf_put64(&elf, data + 32, 0x99);
	elf_relocations(&elf, 0x800000, entries, 4);
	elf_finish(&elf, ET_DYN, EM_X86_64);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	assert_int_equal(image_word(image, DATA + 56, &word, NULL), 0);
	assert_true(word == 0x1122334455667788);
	assert_int_equal(image_word(image, DATA + 48, &word, NULL), 0);
	assert_int_equal(word, 0);
	assert_int_equal(image_word(image, DATA + 32, &word, NULL), 0);
	assert_int_equal(word, 0x99);
	assert_int_equal(image_word(image, DATA + 4092, &word, NULL), -ERANGE);
	/* A word that the buffer's end cuts is left alone. */
	assert_int_equal(image_load(image, DATA + 40, 20, &buffer, NULL), 0);
	image_relocate(image, DATA + 40, &buffer);
	assert_int_equal(buffer.data[0], 0x99);
	assert_int_equal(buffer.data[16], 0);
	buffer_release(&buffer);
	/* First the word in the file is found, then the word in the relocations, then none. */
	assert_true(image_find_word(image, 0x99, &address) && address == DATA + 32);
	address++;
	assert_true(image_find_word(image, 0x99, &address) && address == DATA + 40);
	address = UINT64_MAX - 1;
	assert_false(image_find_word(image, 0x99, &address));
	image_close(image);
	elf_release(&elf);
}

static void finds_across_chunks(void **state)
{
	const size_t size = 700000;
	struct bytes needle = { (const uint8_t *)"needle", 6 };

	for (size_t at = 262144 - 8; at < 262144 + 8; at++) {
		struct elf_builder elf;
		struct image *image;
		uint64_t offset, address = 0;

		elf_init(&elf);
		offset = elf_append(&elf, NULL, size);
		memcpy(elf.data + offset + at, "needle", 6);
		memcpy(elf.data + offset + size - 6, "needle", 6);
		/* The second segment begins at an odd address. */
		elf_segment(&elf, PT_LOAD, PF_R | PF_W, DATA + 0x100000 + 1, offset + 1, size - 1,
			    size);
		elf_segment(&elf, PT_LOAD, PF_R, DATA, offset, size, size);
		elf_finish(&elf, ET_EXEC, EM_X86_64);
		assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
		assert_true(image_find(image, needle, 1, false, &address));
		assert_int_equal(address, DATA + at);
		address = 0;
		assert_true(image_find(image, needle, 1, true, &address));
		assert_int_equal(address, DATA + 0x100000 + at);
		address++;
		assert_true(image_find(image, needle, 1, true, &address));
		assert_int_equal(address, DATA + 0x100000 + size - 6);
		address++;
		assert_false(image_find(image, needle, 1, true, &address));
		address = 0;
		if (at % 8 == 0) {
			assert_true(image_find(image, needle, 8, true, &address));
			assert_int_equal(address, DATA + 0x100000 + at);
		}
		address = UINT64_MAX;
		assert_false(image_find(image, needle, 8, false, &address));
		image_close(image);
		elf_release(&elf);
	}
}

/* Entries after the last one are ignored. The number of entries that are read is bounded. */
static void reads_dynamic_values(void **state)
{
	static const uint64_t entries[] = { 7, 70, 0x6ffffffb, 0x08000000, 0, 0, 9, 90 };
	static const uint64_t sizes[] = { sizeof(entries), 65536, 65552 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		bool is_read = sizes[i] <= 65536;
		struct elf_builder elf;
		struct image *image;
		uint64_t at, value = 1;

		elf_init(&elf);
		at = elf_append(&elf, NULL, sizes[i]);
		memcpy(elf.data + at, entries, sizeof(entries));
		elf_segment(&elf, PT_LOAD, PF_R, 0x400000, at, sizes[i], sizes[i]);
		elf_segment(&elf, PT_DYNAMIC, PF_R, 0x400000, at, sizes[i], sizes[i]);
		elf_finish(&elf, ET_DYN, EM_X86_64);
		assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
		assert_false(image_dynamic_value(image, 8, &value));
		assert_false(image_dynamic_value(image, 9, &value));
		assert_int_equal(value, 1);
		assert_int_equal(image_dynamic_value(image, 0x6ffffffb, &value), is_read);
		assert_int_equal(value, is_read ? 0x08000000 : 1);
		image_close(image);
		elf_release(&elf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_dynamic_values),
		cmocka_unit_test(refuses_what_is_no_file),
		cmocka_unit_test(refuses_text),
		cmocka_unit_test(refuses_headers),
		cmocka_unit_test(tells_that_a_file_became_shorter),
		cmocka_unit_test(refuses_segments),
		cmocka_unit_test(counts_segments),
		cmocka_unit_test(loads),
		cmocka_unit_test(finds_sections_and_symbols),
		cmocka_unit_test(does_without_damaged_sections),
		cmocka_unit_test(reads_relocated_words),
		cmocka_unit_test(finds_across_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
