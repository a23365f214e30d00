/* SPDX-License-Identifier: MIT */
/*
 * What a file loads, as itabs and type descriptors. The head of the input says where they are: a byte
 * of flags, one of the Go release, and four 16-bit offsets into the content.
 */
#include <elf.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "itab.h"
#include "memory_file.h"

enum { HAS_RELOCATIONS = 1, IS_INLINE = 2, HEAD_SIZE = 10, MAX_NAME = 1024, LOOKED_AT = 16 };

static uint64_t offset_at(const uint8_t *head, int index)
{
	return (uint64_t)head[2 + 2 * index] | (uint64_t)head[3 + 2 * index] << 8;
}

/* As module_parts_read() gives them: the types end behind where they begin. */
static struct module_parts parts_of(const uint8_t *head)
{
	uint64_t types = CONTENT_ADDRESS + offset_at(head, 0);

	return (struct module_parts){
		.types = types,
		.etypes = types + offset_at(head, 1),
		.itabs = CONTENT_ADDRESS + offset_at(head, 2),
		.itabs_size = offset_at(head, 3),
		.itabs_inline = head[0] & IS_INLINE,
	};
}

static void check_type(const struct image *image, const struct module_parts *parts,
		       const struct go_version *version, uint64_t offset)
{
	char *name = runtime_type_name(image, parts, version, offset);
	struct runtime_type type;
	struct error err = { 0 };
	int r = runtime_type_read(image, parts, offset, 8, &type, &err);

	HOLDS(r == err.code);
	HOLDS(!name || strlen(name) < MAX_NAME);
	free(name);
}

static void check_list(const struct image *image, const struct module_parts *parts,
		       const struct go_version *version, const struct itab_list *list)
{
	uint64_t size = parts->etypes - parts->types;

	HOLDS(list->count <= parts->itabs_size / 8);
	for (size_t i = 0; i < list->count; i++) {
		HOLDS(list->items[i].interface < size && list->items[i].type < size);
		if (i < LOOKED_AT)
			check_type(image, parts, version, list->items[i].type);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct content content = { .machine = EM_X86_64 };
	struct itab_list list = { 0 };
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
	content.data = data + HEAD_SIZE;
	content.size = size - HEAD_SIZE;
	if (data[0] & HAS_RELOCATIONS)
		content.dynamic = content.size < 48 ? content.size : 48;
	memory_file_around(&file, &content);
	HOLDS(image_open(file.path, &image, NULL) == 0);
	r = itab_list_read(image, &parts, &list, &err);
	HOLDS(r == err.code && (r == 0 || !list.items));
	if (r == 0)
		check_list(image, &parts, &version, &list);
	for (uint64_t offset = 0; offset < 8 * LOOKED_AT; offset += 8)
		check_type(image, &parts, &version, offset);
	check_type(image, &parts, &version, parts.types);
	check_type(image, &parts, &version, UINT64_MAX);
	itab_list_release(&list);
	image_close(image);
	memory_file_close(&file);
	return 0;
}
