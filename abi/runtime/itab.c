/* SPDX-License-Identifier: MIT */
#include "itab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "minimum.h"

/*
 * runtime/runtime2.go and internal/abi/iface.go, internal/abi/type.go; the same in Go 1.11 to 1.27:
 *
 *	itab  0 interface type   8 concrete type   16 its hash (u32)   24 the methods, a pointer each
 *	type  0 size  16 hash (u32)  20 flags (u8)  23 kind (u8); an interface type has the slice of its
 *	      methods at 56
 */
#define ITAB_INTERFACE 0
#define ITAB_TYPE 8
#define ITAB_HASH 16
#define ITAB_HEAD 24
#define ITAB_MIN_SIZE 32 /* an interface with an itab has at least one method */
#define TYPE_SIZE 0
#define TYPE_HASH 16
#define TYPE_FLAGS 20
#define TYPE_KIND 23
#define TYPE_HEAD 48
/*
 * Set if interfaces contain the value itself, not a pointer to it. It is a bit of the kind up to Go 1.25 and
 * of the flags since 1.26. The other byte does not use this bit, so both bytes are tested.
 */
#define TYPE_IS_DIRECT 0x20
#define INTERFACE_METHOD_COUNT 64
#define INTERFACE_SIZE 80

#define MAX_METHODS 65536u
#define MAX_RANGE (UINT64_C(64) << 20)

static bool descriptor_held(const struct module_parts *parts, uint64_t offset, uint64_t size)
{
	return offset < parts->etypes - parts->types &&
	       parts->etypes - parts->types - offset >= size;
}

/* Appends the itab at `offset` of `bytes` if it is valid. The list must have room for it. */
static void itab_append(const struct module_parts *parts, struct bytes bytes, uint64_t offset,
			struct itab_list *list)
{
	struct itab itab;

	if (!bytes_u64(bytes, offset + ITAB_INTERFACE, &itab.interface) ||
	    !bytes_u64(bytes, offset + ITAB_TYPE, &itab.type) ||
	    !bytes_u32(bytes, offset + ITAB_HASH, &itab.hash))
		return;
	itab.interface -= parts->types;
	itab.type -= parts->types;
	if (descriptor_held(parts, itab.interface, INTERFACE_SIZE) &&
	    descriptor_held(parts, itab.type, TYPE_HEAD))
		list->items[list->count++] = itab;
}

static int range_load(const struct image *image, uint64_t address, uint64_t size,
		      struct buffer *ret_buffer, struct error *err)
{
	int r = image_load(image, address, size, ret_buffer, err);

	if (r == 0)
		image_relocate(image, address, ret_buffer);
	return r;
}

/*
 * Up to Go 1.26 a list contains the address of each itab. The itabs are close to each other, so the range that
 * contains all of them is loaded and relocated once.
 */
static int linked_read(const struct image *image, const struct module_parts *parts,
		       const struct buffer *links, struct itab_list *list, struct error *err)
{
	uint64_t first = UINT64_MAX, last = 0, address;
	struct buffer buffer;
	int r;

	for (uint64_t at = 0; bytes_u64(buffer_bytes(links), at, &address); at += 8) {
		first = minimum(first, address);
		last = maximum(last, address);
	}
	if (last - first > MAX_RANGE)
		return error_fail(err, -EBADMSG, "damaged itablinks: itabs 0x%llx bytes apart",
				  (unsigned long long)(last - first));
	r = range_load(image, first, last - first + ITAB_HEAD, &buffer, err);
	if (r < 0)
		return r;
	for (uint64_t at = 0; bytes_u64(buffer_bytes(links), at, &address); at += 8)
		itab_append(parts, buffer_bytes(&buffer), address - first, list);
	buffer_release(&buffer);
	return 0;
}

/* A count needs no relocation, so not all relocations are searched for each of the itabs. */
static int method_count(const struct image *image, uint64_t interface, uint64_t *ret_count,
			struct error *err)
{
	struct buffer buffer;
	int r = image_load(image, interface + INTERFACE_METHOD_COUNT, sizeof(*ret_count), &buffer,
			   err);

	if (r < 0)
		return r;
	bytes_u64(buffer_bytes(&buffer), 0, ret_count);
	buffer_release(&buffer);
	return 0;
}

/*
 * Since Go 1.27 the itabs follow each other; the length of each depends on the number of methods of its interface
 * (runtime/iface.go, addModuleItabs).
 */
static int inline_read(const struct image *image, const struct module_parts *parts,
		       const struct buffer *itabs, struct itab_list *list, struct error *err)
{
	uint64_t at = 0, interface = 0, methods;

	while (bytes_u64(buffer_bytes(itabs), at + ITAB_INTERFACE, &interface)) {
		int r = method_count(image, interface, &methods, err);

		if (r < 0)
			return r;
		if (methods == 0 || methods > MAX_METHODS)
			return error_fail(err, -EBADMSG,
					  "damaged itab: an interface of %llu methods",
					  (unsigned long long)methods);
		itab_append(parts, buffer_bytes(itabs), at, list);
		at += ITAB_HEAD + 8 * methods;
	}
	return 0;
}

int itab_list_read(const struct image *image, const struct module_parts *parts,
		   struct itab_list *ret_list, struct error *err)
{
	uint64_t most = parts->itabs_size / (parts->itabs_inline ? ITAB_MIN_SIZE : 8);
	struct itab_list list = { 0 };
	struct buffer buffer;
	int r;

	if (parts->itabs_size == 0) {
		*ret_list = list;
		return 0;
	}
	r = range_load(image, parts->itabs, parts->itabs_size, &buffer, err);
	if (r < 0)
		return r;
	list.items = calloc(most + 1, sizeof(*list.items));
	if (!list.items)
		r = error_fail(err, -ENOMEM, "out of memory");
	else if (parts->itabs_inline)
		r = inline_read(image, parts, &buffer, &list, err);
	else
		r = linked_read(image, parts, &buffer, &list, err);
	buffer_release(&buffer);
	if (r < 0)
		itab_list_release(&list);
	else
		*ret_list = list;
	return r;
}

void itab_list_release(struct itab_list *list)
{
	free(list->items);
	*list = (struct itab_list){ 0 };
}

int runtime_type_read(const struct image *image, const struct module_parts *parts, uint64_t offset,
		      uint64_t size, struct runtime_type *ret_type, struct error *err)
{
	struct buffer buffer;
	uint64_t said = 0;
	uint32_t hash = 0;
	uint8_t flags = 0, kind = 0;
	int r;

	/* Up to Go 1.22 the linker writes an address instead of an offset for uintptr. */
	if (!descriptor_held(parts, offset, TYPE_HEAD) && offset >= parts->types)
		offset -= parts->types;
	if (!descriptor_held(parts, offset, TYPE_HEAD))
		return error_fail(err, -EBADMSG, "no type descriptor at offset 0x%llx",
				  (unsigned long long)offset);
	r = image_load(image, parts->types + offset, TYPE_HEAD, &buffer, err);
	if (r < 0)
		return r;
	bytes_u64(buffer_bytes(&buffer), TYPE_SIZE, &said);
	bytes_u32(buffer_bytes(&buffer), TYPE_HASH, &hash);
	bytes_u8(buffer_bytes(&buffer), TYPE_FLAGS, &flags);
	bytes_u8(buffer_bytes(&buffer), TYPE_KIND, &kind);
	buffer_release(&buffer);
	if (said != size)
		return error_fail(err, -EBADMSG,
				  "the type descriptor at offset 0x%llx has %llu bytes, not %llu",
				  (unsigned long long)offset, (unsigned long long)said,
				  (unsigned long long)size);
	*ret_type = (struct runtime_type){ hash, (flags | kind) & TYPE_IS_DIRECT };
	return 0;
}
