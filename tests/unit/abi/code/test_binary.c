/* SPDX-License-Identifier: MIT */
/* What a file is that is no binary of the Go toolchain, by the marks its maker leaves. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_gccgo),
		cmocka_unit_test(tells_tinygo),
		cmocka_unit_test(tells_packed),
		cmocka_unit_test(tells_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
