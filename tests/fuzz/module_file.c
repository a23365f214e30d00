/* SPDX-License-Identifier: MIT */
#include "module_file.h"

#include <elf.h>

#include "fuzz.h"

/* Flags in the first byte of the head. */
enum { HAS_RELOCATIONS = 1, IS_INLINE = 2, IS_GUESSED = 4 };

static uint64_t offset_at(const uint8_t *head, int index)
{
	return (uint64_t)head[2 + 2 * index] | (uint64_t)head[3 + 2 * index] << 8;
}

/* Like module_parts_read(), never returns types that end before they begin. */
static struct module_parts parts_of(const uint8_t *head, bool has_links)
{
	uint64_t types = CONTENT_ADDRESS + offset_at(head, 0);
	bool is_inline = head[0] & IS_INLINE;
	struct module_parts parts = {
		.types = types,
		.etypes = types + offset_at(head, 1),
		.itabs = CONTENT_ADDRESS + offset_at(head, 2),
		.itabs_size = offset_at(head, 3),
		.itabs_inline = is_inline,
	};

	if (has_links) {
		parts.typelinks = CONTENT_ADDRESS + offset_at(head, 4);
		parts.typelink_count = offset_at(head, 5) / 4;
		parts.descriptors_end = is_inline ? types + offset_at(head, 5) : 0;
	}
	return parts;
}

bool module_file_open(struct module_file *module, const uint8_t *data, size_t size, int offsets)
{
	size_t head = 2 + 2 * (size_t)offsets;
	bool has_links = offsets == MODULE_OFFSETS_WITH_LINKS;
	struct content content = { .machine = EM_X86_64 };

	if (size < head)
		return false;
	*module = (struct module_file){ .parts = parts_of(data, has_links) };
	module->version.number = GO_VERSION(11 + data[1] % 20, 0);
	module->version.from_pclntab = has_links && data[0] & IS_GUESSED;
	content.data = data + head;
	content.size = size - head;
	if (data[0] & HAS_RELOCATIONS)
		content.dynamic = content.size < 48 ? content.size : 48;
	memory_file_around(&module->file, &content);
	HOLDS(image_open(module->file.path, &module->image, NULL) == 0);
	return true;
}

void module_file_close(struct module_file *module)
{
	image_close(module->image);
	memory_file_close(&module->file);
}
