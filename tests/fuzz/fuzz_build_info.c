/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the search for build information in the loaded parts of a file. The first byte selects the layout of
 * the file: with a section, with symbols, with relocations.
 */
#include <elf.h>
#include <string.h>

#include "build_info.h"
#include "fuzz.h"
#include "go_version.h"
#include "memory_file.h"

enum { HAS_SECTION = 1, HAS_SYMBOLS = 2, HAS_RELOCATIONS = 4 };

static void content_open(struct memory_file *file, uint8_t layout, const uint8_t *data, size_t size)
{
	struct content_section sections[3];
	struct content content = {
		.data = data, .size = size, .machine = EM_X86_64, .sections = sections
	};

	if (layout & HAS_RELOCATIONS)
		content.dynamic = size < 48 ? size : 48;
	if (layout & HAS_SECTION)
		sections[content.section_count++] =
			(struct content_section){ ".go.buildinfo", SHT_PROGBITS,
						  SHF_ALLOC | SHF_WRITE, 0, size };
	if (layout & HAS_SYMBOLS) {
		sections[content.section_count++] =
			(struct content_section){ ".symtab", SHT_SYMTAB, 0, 0, size };
		sections[content.section_count++] =
			(struct content_section){ ".strtab", SHT_STRTAB, 0, 0, size };
	}
	memory_file_around(file, &content);
}

static void check_info(const struct build_info *info)
{
	static const char *const keys[] = { "", "-buildmode", "CGO_ENABLED", "a" };
	struct go_version version;
	size_t length;

	HOLDS(info->version && info->version[0]);
	if (go_version_parse(info->version, &version, NULL) == 0)
		HOLDS(strnlen(version.text, sizeof(version.text)) < sizeof(version.text));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = build_info_setting(info, keys[i], &length);

		HOLDS(!value || (value >= info->modinfo &&
				 value + length <= info->modinfo + strlen(info->modinfo)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct build_info info = { 0 };
	struct error err = { 0 };
	struct image *image = NULL;
	struct memory_file file;
	int r;

	if (size < 1)
		return 0;
	content_open(&file, data[0], data + 1, size - 1);
	HOLDS(image_open(file.path, &image, NULL) == 0);
	r = build_info_read(image, &info, &err);
	HOLDS(r == err.code && (r == 0) == (err.what[0] == '\0'));
	if (r == 0)
		check_info(&info);
	else
		HOLDS(!info.version && !info.modinfo);
	build_info_release(&info);
	image_close(image);
	memory_file_close(&file);
	return 0;
}
