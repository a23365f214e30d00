/* SPDX-License-Identifier: MIT */
/* Fuzzes everything that reads from an image. The input is a file. */
#include <string.h>

#include "fuzz.h"
#include "image.h"
#include "memory_file.h"

static const char *const names[] = {
	".text", ".gopclntab", ".symtab", ".strtab", ".debug_info", ""
};

static void check_load(const struct image *image, uint64_t address, uint64_t size)
{
	struct buffer buffer = { 0 };
	uint64_t word;

	image_word(image, address, &word, NULL);
	if (image_load(image, address, size, &buffer, NULL) < 0) {
		HOLDS(!buffer.data);
		return;
	}
	HOLDS(buffer.data && buffer.size == size);
	image_relocate(image, address, &buffer);
	buffer_release(&buffer);
}

/* Loads ranges of many sizes, also of absurd ones. */
static void check_segment(const struct image *image, const struct segment *segment)
{
	uint64_t end = segment->address + segment->memory_size, offset;
	uint64_t sizes[] = { 0, 1, 8, 4096, UINT64_MAX - 1, UINT64_MAX };

	HOLDS(end >= segment->address && segment->file_size <= segment->memory_size);
	HOLDS(segment->offset + segment->file_size <= image_size(image));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		check_load(image, segment->address, sizes[i]);
		check_load(image, end - 8, sizes[i]);
		check_load(image, end, sizes[i]);
	}
	HOLDS(image_extent(image, segment->address) <= image_size(image));
	if (image_file_offset(image, segment->address, &offset))
		HOLDS(offset < image_size(image));
}

static void check_searches(const struct image *image)
{
	static const uint8_t needle[] = { 0xff, 'G', 'o' };
	uint64_t address = 0, offset;

	for (int i = 0; i < 4 && image_find(image, (struct bytes){ needle, 3 }, 2, i & 1, &address);
	     i++) {
		HOLDS(address % 2 == 0);
		address += 2;
	}
	address = 0;
	for (int i = 0; i < 4 && image_find_word(image, 0x401000, &address); i++)
		address += 8;
	if (image_find_file(image, 0, image_size(image), (struct bytes){ needle, 1 }, 1, &offset))
		HOLDS(offset < image_size(image));
	HOLDS(!image_find_file(image, UINT64_MAX, UINT64_MAX, (struct bytes){ needle, 1 }, 1,
			       &offset));
}

static void check_image(const struct image *image)
{
	struct symbol_list symbols = { 0 };
	size_t count;
	const struct segment *segments = image_segments(image, &count);
	struct segment dynamic;
	struct section section;
	uint64_t address, size;

	HOLDS(count >= 1 && count <= 64);
	for (size_t i = 0; i < count && i < 4; i++)
		check_segment(image, &segments[i]);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (image_section(image, names[i], &section) && !section.no_bits)
			HOLDS(section.offset + section.size <= image_size(image));
	}
	image_symbol(image, "main.main", &address, &size);
	if (image_symbols(image, "main", &symbols, NULL) == 0)
		symbol_list_release(&symbols);
	if (image_dynamic(image, &dynamic))
		HOLDS(dynamic.offset + dynamic.file_size <= image_size(image));
	check_searches(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = { 0 };
	struct image *image = NULL;
	struct memory_file file;
	int r;

	memory_file_open(&file, data, size);
	r = image_open(file.path, &image, &err);
	HOLDS(r == err.code && (r == 0) == (image != NULL) && (r == 0) == (err.what[0] == '\0'));
	if (r == 0)
		check_image(image);
	image_close(image);
	memory_file_close(&file);
	return 0;
}
