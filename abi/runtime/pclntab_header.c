/* SPDX-License-Identifier: MIT */
#include "pclntab_header.h"

#include <string.h>

#include "minimum.h"

/*
 * The table begins with a header of 8 bytes and words (debug/gosym/pclntab.go, runtime/symtab.go):
 *
 *	u32 magic, u8 0, u8 0, u8 instruction quantum, u8 pointer size
 *	                             1.2      1.16     1.18     1.20
 *	magic                        …fb      …fa      …f0      …f1
 *	number of functions          8        8        8        8
 *	text start                   -        -        24       24 (unused since 1.26)
 *	offset of the names          0        24       32       32
 *	offset of the pc tables      0        48       56       56
 *	offset of the functab        16       56       64       64
 *
 * The functab is an array of {entry, offset of the _func}, followed by the end of the last function. Both
 * fields are words up to 1.17. Since 1.18 both are u32, and entries are offsets from the text start. A _func
 * begins with its entry (word or u32) and the offset of its name (u32). In the format 1.2 both offsets are
 * relative to the table; since 1.16 the offset of a _func is relative to the functab, and the offset of a
 * name to the names.
 */
#define HEADER_SIZE 72
#define MAX_FUNCTIONS (UINT64_C(1) << 22)

static const uint8_t magics[] = {
	[PCLNTAB_GO_1_2] = 0xfb,
	[PCLNTAB_GO_1_16] = 0xfa,
	[PCLNTAB_GO_1_18] = 0xf0,
	[PCLNTAB_GO_1_20] = 0xf1,
};

void pclntab_magic(enum pclntab_format format, enum machine machine, uint8_t ret_magic[8])
{
	uint8_t quantum = machine == MACHINE_AMD64 ? 1 : 4;

	memcpy(ret_magic, (uint8_t[]){ magics[format], 0xff, 0xff, 0xff, 0, 0, quantum, 8 }, 8);
}

uint64_t pclntab_field_width(enum pclntab_format format)
{
	return format >= PCLNTAB_GO_1_18 ? 4 : 8;
}

/* Returns the format whose magic is `word`; PCLNTAB_FORMATS if there is none. */
static size_t format_of(uint64_t word, enum machine machine)
{
	uint8_t magic[8];
	size_t format = 0;

	for (; format < PCLNTAB_FORMATS; format++) {
		pclntab_magic((enum pclntab_format)format, machine, magic);
		if (memcmp(&word, magic, sizeof(magic)) == 0)
			break;
	}
	return format;
}

bool pclntab_header_read(const struct image *image, uint64_t address,
			 struct pclntab_header *ret_header)
{
	uint64_t extent = image_extent(image, address), words[HEADER_SIZE / 8] = { 0 };
	struct pclntab_header header = { 0 };
	struct buffer buffer;
	size_t format;

	if (image_load(image, address, minimum(extent, HEADER_SIZE), &buffer, NULL) < 0)
		return false;
	memcpy(words, buffer.data, buffer.size);
	buffer_release(&buffer);
	format = format_of(words[0], image_machine(image));
	if (format == PCLNTAB_FORMATS)
		return false;
	header.format = (enum pclntab_format)format;
	header.count = words[1];
	if (format == PCLNTAB_GO_1_2) {
		header.functab = 16;
	} else {
		size_t first = format == PCLNTAB_GO_1_16 ? 3 : 4;

		header.text_start = format == PCLNTAB_GO_1_16 ? 0 : words[3];
		header.names = words[first];
		header.pc_tables = words[first + 3];
		header.functab = words[first + 4];
		header.names_end = extent;
		for (size_t i = first + 1; i < first + 5; i++)
			if (words[i] > header.names)
				header.names_end = minimum(header.names_end, words[i]);
		if (header.names >= header.names_end)
			return false;
	}
	if (header.count == 0 || header.count > MAX_FUNCTIONS || header.functab > extent ||
	    extent - header.functab < (header.count * 2 + 1) * pclntab_field_width(header.format))
		return false;
	*ret_header = header;
	return true;
}
