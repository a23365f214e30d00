/* SPDX-License-Identifier: MIT */
#include "descriptor_roots.h"

#include <errno.h>
#include <stdlib.h>

#include "array.h"
#include "itab.h"

static int root_add(struct descriptor_roots *roots, uint64_t offset, struct error *err)
{
	uint64_t *offsets = array_grow(roots->offsets, roots->count, sizeof(*offsets));

	if (!offsets)
		return error_fail(err, -ENOMEM, "no memory for the types of the binary");
	roots->offsets = offsets;
	offsets[roots->count++] = offset;
	return 0;
}

/* Unreadable itabs are not an error: then fewer types are found by name. */
static int roots_from_itabs(struct descriptor_roots *roots, const struct image *image,
			    const struct module_parts *parts, struct error *err)
{
	struct itab_list itabs = { 0 };
	int r = 0;

	if (itab_list_read(image, parts, &itabs, NULL) < 0)
		return 0;
	for (size_t i = 0; r == 0 && i < itabs.count; i++) {
		r = root_add(roots, itabs.items[i].interface, err);
		if (r == 0)
			r = root_add(roots, itabs.items[i].type, err);
	}
	itab_list_release(&itabs);
	return r;
}

static int roots_from_typelinks(struct descriptor_roots *roots, const struct image *image,
				const struct module_parts *parts, struct error *err)
{
	struct buffer links;
	uint32_t link;
	int r = 0;

	if (!parts->typelink_count ||
	    image_load(image, parts->typelinks, parts->typelink_count * 4, &links, NULL) < 0)
		return 0;
	for (uint64_t at = 0; r == 0 && bytes_u32(buffer_bytes(&links), at, &link); at += 4)
		r = root_add(roots, link, err);
	buffer_release(&links);
	return r;
}

int descriptor_roots_add_links(struct descriptor_roots *roots, const struct image *image,
			       const struct module_parts *parts, struct error *err)
{
	int r = roots_from_itabs(roots, image, parts, err);

	return r < 0 ? r : roots_from_typelinks(roots, image, parts, err);
}

int descriptor_roots_add_sequence(struct descriptor_roots *roots,
				  const struct descriptor_table *table,
				  const struct module_parts *parts, struct error *err)
{
	uint64_t end = parts->descriptors_end ? parts->descriptors_end - parts->types : 0, next;
	int r = 0;

	for (uint64_t at = 8; r == 0 && at < end; at = next) {
		if (!descriptor_next(table, at, &next))
			break;
		r = root_add(roots, at, err);
	}
	return r;
}

void descriptor_roots_finish(struct descriptor_roots *roots)
{
	free(roots->offsets);
	*roots = (struct descriptor_roots){ 0 };
}
