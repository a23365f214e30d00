/* SPDX-License-Identifier: MIT */
/* Recognizes libraries, and files that the Go toolchain did not make, by the marks of their makers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "binary.h"
#include "elf_builder.h"

#define CODE 0x400000u
#define BEHIND_HEADERS (sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr))

static void begin(struct elf_builder *elf)
{
	uint64_t offset;

	elf_init(elf);
	offset = elf_append(elf, NULL, 4096);
	elf_segment(elf, PT_LOAD, PF_R | PF_X, CODE, offset, 4096, 4096);
}

static void assert_is(struct elf_builder *elf, int code, const char *what, const char *hint)
{
	struct binary *binary = NULL;
	struct error err = { 0 };

	assert_int_equal(binary_open(elf_save(elf), NULL, &binary, &err), code);
	assert_null(binary);
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.what, what));
	assert_non_null(strstr(err.hint, hint));
	elf_release(elf);
}

static void tells_gccgo(void **state)
{
	struct elf_builder elf;

	begin(&elf);
	elf_section(&elf, ".go_export", SHT_PROGBITS, 0, elf_append(&elf, "v3;", 3), 3);
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	assert_is(&elf, -ENOTSUP, "gccgo", "");
}

static void tells_tinygo(void **state)
{
	static const char *const symbols[] = { "tinygo_startTask", "tinygo_scanCurrentStack" };

	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		struct elf_builder elf;

		begin(&elf);
		elf_symbol(&elf, symbols[i], CODE, 16);
		elf_finish(&elf, ET_EXEC, EM_X86_64);
		assert_is(&elf, -ENOTSUP, "TinyGo", "");
	}
}

static void tells_packed(void **state)
{
	struct elf_builder elf;

	begin(&elf);
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	memcpy(elf.data + BEHIND_HEADERS, "\xa0\x2a\x10\0UPX!\xc4\x0d", 10);
	assert_is(&elf, -ENOTSUP, "packed by UPX", "upx -d");
}

static void tells_others(void **state)
{
	struct elf_builder elf;

	begin(&elf);
	elf_symbol(&elf, "main", CODE, 16);
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	assert_is(&elf, -ENOENT, "not a Go program", "");
}

/* The properties of a file that may be a library. `flags` -1: there is no DT_FLAGS_1. */
struct made {
	uint16_t type;
	bool text, interpreter, dynamic;
	int64_t flags;
	const char *settings;
	bool is_library;
};

static void assert_library(const struct made *made)
{
	const Elf64_Dyn entries[] = {
		{ .d_tag = DT_FLAGS_1, .d_un.d_val = (uint64_t)made->flags },
		{ .d_tag = DT_NULL },
		{ .d_tag = DT_NULL },
	};
	const size_t size = 2 * sizeof(entries[0]);
	struct binary binary = { .build_info.modinfo = (char *)made->settings };
	struct elf_builder elf;
	uint64_t at;

	begin(&elf);
	if (made->text)
		elf_section(&elf, ".text", SHT_PROGBITS, CODE, elf.segments[0].p_offset, 4096);
	if (made->interpreter)
		elf_section(&elf, ".interp", SHT_PROGBITS, CODE, elf.segments[0].p_offset, 16);
	at = elf_append(&elf, entries + (made->flags < 0), size);
	if (made->dynamic)
		elf_segment(&elf, PT_DYNAMIC, PF_R, 0x900000, at, size, size);
	elf_finish(&elf, made->type, EM_X86_64);
	assert_int_equal(image_open(elf_save(&elf), &binary.image, NULL), 0);
	assert_int_equal(binary_is_library(&binary), made->is_library);
	image_close(binary.image);
	elf_release(&elf);
}

static void tells_libraries_from_programs(void **state)
{
	static const struct made rows[] = {
		/* The build mode that the linker recorded decides, whatever the file looks like. */
		{ ET_EXEC, true, true, true, 0, "build\t-buildmode=c-shared\n", true },
		{ ET_EXEC, true, true, true, 0, "build\t-buildmode=plugin\n", true },
		{ ET_EXEC, true, true, true, 0, "build\t-buildmode=plugins\n", false },
		{ ET_EXEC, true, true, true, 0, "build\t-buildmode=pie\n", false },
		{ ET_EXEC, true, true, true, 0, "build\t-buildmode=c-shares\n", false },
		{ ET_DYN, true, true, true, 0, "build\t-compiler=gc\n", false },
		/* Without a build mode, a library has no interpreter and is not marked as a program. */
		{ ET_DYN, true, false, true, 0, NULL, true },
		{ ET_DYN, true, false, true, -1, NULL, true },
		{ ET_DYN, true, false, true, DF_1_NOW, NULL, true },
		{ ET_DYN, true, false, true, DF_1_PIE | DF_1_NOW, NULL, false },
		{ ET_DYN, true, true, true, 0, NULL, false },
		{ ET_DYN, true, false, false, 0, NULL, false },
		{ ET_DYN, false, false, true, 0, NULL, false },
		{ ET_EXEC, true, false, true, 0, NULL, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_library(&rows[i]);
}

/* A file without section headers may be a Go program, whatever it contains. */
static void looks_at_sections(void **state)
{
	static const struct {
		const char *text, *mark;
		int looks;
	} rows[] = {
		{ NULL, NULL, 1 },
		{ ".text", NULL, 0 },
		{ ".text", ".note.go.buildid", 1 },
		{ ".text", ".go.buildinfo", 1 },
		{ ".text", ".gopclntab", 1 },
		{ ".text", ".rodata", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct elf_builder elf;

		begin(&elf);
		if (rows[i].text)
			elf_section(&elf, rows[i].text, SHT_PROGBITS, CODE,
				    elf.segments[0].p_offset, 16);
		if (rows[i].mark)
			elf_section(&elf, rows[i].mark, SHT_PROGBITS, CODE,
				    elf.segments[0].p_offset, 16);
		elf_finish(&elf, ET_EXEC, EM_X86_64);
		assert_int_equal(binary_looks_like_go(elf_save(&elf)), rows[i].looks);
		elf_release(&elf);
	}
	assert_int_equal(binary_looks_like_go("/dev/null"), 0);
	assert_int_equal(binary_looks_like_go("/nowhere"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_gccgo),
		cmocka_unit_test(tells_tinygo),
		cmocka_unit_test(tells_packed),
		cmocka_unit_test(tells_others),
		cmocka_unit_test(tells_libraries_from_programs),
		cmocka_unit_test(looks_at_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
