/* SPDX-License-Identifier: MIT */
#include "moduledata.h"

#include <errno.h>

/* runtime/symtab.go, the same in Go 1.16 to 1.27. */
#define OFFSET_PCLNTAB 0
#define OFFSET_MINPC 160
#define OFFSET_MAXPC 168
#define OFFSET_TEXT 176
#define OFFSET_ETEXT 184
#define SIZE_NEEDED 192

/* Words that lead to the pclntab: real programs have two or three. */
#define MAX_CANDIDATES 8

static bool moduledata_at(const struct image *image, uint64_t address, uint64_t pclntab,
			  uint64_t first, uint64_t last, struct moduledata *ret_moduledata)
{
	struct moduledata found = {.address = address};
	struct buffer buffer;
	uint64_t pointer = 0;

	if (image_load(image, address, SIZE_NEEDED, &buffer, NULL) < 0)
		return false;
	image_relocate(image, address, &buffer);
	bytes_u64(buffer_bytes(&buffer), OFFSET_PCLNTAB, &pointer);
	bytes_u64(buffer_bytes(&buffer), OFFSET_MINPC, &found.minpc);
	bytes_u64(buffer_bytes(&buffer), OFFSET_MAXPC, &found.maxpc);
	bytes_u64(buffer_bytes(&buffer), OFFSET_TEXT, &found.text);
	bytes_u64(buffer_bytes(&buffer), OFFSET_ETEXT, &found.etext);
	buffer_release(&buffer);
	if (pointer != pclntab || !found.text || found.minpc - found.text != first ||
	    found.maxpc - found.text != last)
		return false;
	*ret_moduledata = found;
	return true;
}

int moduledata_find(const struct image *image, uint64_t pclntab, uint64_t first, uint64_t last,
		    struct moduledata *ret_moduledata, struct error *err)
{
	struct section section;
	uint64_t address = 0;

	/* Since Go 1.26 it has a section of its own. */
	if (image_section(image, ".go.module", &section) &&
	    moduledata_at(image, section.address, pclntab, first, last, ret_moduledata))
		return 0;
	for (int i = 0; i < MAX_CANDIDATES; i++) {
		if (!image_find_word(image, pclntab, &address))
			break;
		if (moduledata_at(image, address, pclntab, first, last, ret_moduledata))
			return 0;
		address += 8;
	}
	return error_fail(err, -ENOENT, "no moduledata for the pclntab at 0x%llx",
			  (unsigned long long)pclntab);
}
