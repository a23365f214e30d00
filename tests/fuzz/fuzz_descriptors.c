/* SPDX-License-Identifier: MIT */
/*
 * What a file loads, as type descriptors: by offset, by name, with all their parts. The head of the input says
 * where they are: a byte of flags, one of the Go release, and six 16-bit offsets into the content.
 */
#include <elf.h>
#include <stdbool.h>
#include <string.h>

#include "descriptors.h"
#include "fuzz.h"
#include "memory_file.h"

enum { HAS_RELOCATIONS = 1, IS_INLINE = 2, IS_GUESSED = 4 };
enum { HEAD_SIZE = 14, MAX_DEPTH = 4, LOOKED_AT = 32 };

static uint64_t offset_at(const uint8_t *head, int index)
{
	return (uint64_t)head[2 + 2 * index] | (uint64_t)head[3 + 2 * index] << 8;
}

static struct module_parts parts_of(const uint8_t *head)
{
	uint64_t types = CONTENT_ADDRESS + offset_at(head, 0);

	return (struct module_parts){
		.types = types,
		.etypes = types + offset_at(head, 1),
		.itabs = CONTENT_ADDRESS + offset_at(head, 2),
		.itabs_size = offset_at(head, 3),
		.itabs_inline = head[0] & IS_INLINE,
		.typelinks = CONTENT_ADDRESS + offset_at(head, 4),
		.typelink_count = offset_at(head, 5) / 4,
		.descriptors_end = head[0] & IS_INLINE ? types + offset_at(head, 5) : 0,
	};
}

static void check_type(struct descriptors *descriptors, const struct type *type, int depth)
{
	struct error err = { 0 };
	int r;

	HOLDS(type->name && strlen(type->name) < 4096 + MAX_DEPTH);
	r = descriptors_complete(descriptors, type, &err);
	HOLDS(r == err.code && type->complete == (r == 0));
	if (r < 0 || depth == MAX_DEPTH)
		return;
	HOLDS(type->kind != TYPE_INTERFACE || type->field_count == 2);
	HOLDS(type->kind != TYPE_SLICE || type->element);
	HOLDS(type->kind != TYPE_MAP || (type->key && type->element));
	for (size_t i = 0; i < type->field_count && i < LOOKED_AT; i++) {
		HOLDS(type->fields[i].name && type->fields[i].type);
		check_type(descriptors, type->fields[i].type, depth + 1);
	}
	if (type->element)
		check_type(descriptors, type->element, depth + 1);
}

static void check_all(struct descriptors *descriptors)
{
	const struct type *type, *again;

	for (uint64_t offset = 0; offset < 8 * LOOKED_AT; offset += 8) {
		if (descriptors_at(descriptors, offset, &type, NULL) < 0)
			continue;
		HOLDS(type->runtime_type == offset);
		HOLDS(descriptors_at(descriptors, offset, &again, NULL) == 0 && again == type);
		check_type(descriptors, type, 0);
	}
	HOLDS(descriptors_at(descriptors, UINT64_MAX, &type, NULL) < 0);
	if (descriptors_named(descriptors, "**os.File", &type, NULL) == 0)
		HOLDS(strcmp(type->name, "**os.File") == 0);
	descriptors_count(descriptors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct content content = { .machine = EM_X86_64 };
	struct descriptors *descriptors = NULL;
	struct go_version version = { 0 };
	struct module_parts parts;
	struct image *image = NULL;
	struct error err = { 0 };
	struct memory_file file;
	int r;

	if (size < HEAD_SIZE)
		return 0;
	parts = parts_of(data);
	version.number = GO_VERSION(11 + data[1] % 20, 0);
	version.from_pclntab = data[0] & IS_GUESSED;
	content.data = data + HEAD_SIZE;
	content.size = size - HEAD_SIZE;
	if (data[0] & HAS_RELOCATIONS)
		content.dynamic = content.size < 48 ? content.size : 48;
	memory_file_around(&file, &content);
	HOLDS(image_open(file.path, &image, NULL) == 0);
	r = descriptors_open(image, &parts, &version, &descriptors, &err);
	HOLDS(r == err.code && (r == 0) == (descriptors != NULL));
	if (r == 0)
		check_all(descriptors);
	descriptors_close(descriptors);
	image_close(image);
	memory_file_close(&file);
	return 0;
}
