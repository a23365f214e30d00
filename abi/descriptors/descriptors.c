/* SPDX-License-Identifier: MIT */
#include "descriptors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "descriptor.h"
#include "descriptor_index.h"
#include "descriptor_name.h"
#include "descriptor_roots.h"
#include "descriptor_settle.h"
#include "descriptors_table.h"
#include "interface_words.h"
#include "type_record.h"

enum { BUCKETS = 4096, MAX_FIELDS = 4096, MAX_STARS = 8 };
#define MAX_DESCRIPTORS (UINT64_C(256) << 20)
#define MAX_MEMORY (UINT64_C(256) << 20)

struct descriptors {
	struct buffer buffer;
	struct descriptor_table table;
	struct arena arena;
	struct type_record *buckets[BUCKETS];
	struct type_record *pointers; /* pointer types without a descriptor, see pointer_to() */
	struct descriptor_roots roots;
	struct descriptor_index *index; /* NULL until names_need() creates it */
};

/* Our type kind for each reflect.Kind. */
static const uint8_t kinds[] = {
	TYPE_UNKNOWN, TYPE_BOOL,   TYPE_INT,	   TYPE_INT,	 TYPE_INT,     TYPE_INT,
	TYPE_INT,     TYPE_UINT,   TYPE_UINT,	   TYPE_UINT,	 TYPE_UINT,    TYPE_UINT,
	TYPE_UINT,    TYPE_FLOAT,  TYPE_FLOAT,	   TYPE_COMPLEX, TYPE_COMPLEX, TYPE_ARRAY,
	TYPE_CHAN,    TYPE_FUNC,   TYPE_INTERFACE, TYPE_MAP,	 TYPE_POINTER, TYPE_SLICE,
	TYPE_STRING,  TYPE_STRUCT, TYPE_POINTER,
};

static int descriptors_load(struct descriptors *descriptors, const struct image *image,
			    const struct module_parts *parts, const struct go_version *version,
			    struct error *err)
{
	uint64_t size = parts->etypes - parts->types;
	int r;

	if (size > MAX_DESCRIPTORS)
		return error_fail(err, -E2BIG, "%llu bytes of type descriptors are too many",
				  (unsigned long long)size);
	r = image_load(image, parts->types, size, &descriptors->buffer, err);
	if (r < 0)
		return r;
	image_relocate(image, parts->types, &descriptors->buffer);
	descriptors->table = (struct descriptor_table){
		.bytes = buffer_bytes(&descriptors->buffer),
		.address = parts->types,
		.form = descriptor_form_of(version),
	};
	return 0;
}

/*
 * Determines the form if the version does not. The roots are examined first: each of them shows the form of
 * names, which is needed to find further types. Then all types are examined that were found from the roots.
 */
static int form_settle(struct descriptors *descriptors, struct error *err)
{
	struct descriptor_index *index = NULL;
	size_t count = 0;
	const uint64_t *all;
	int r;

	descriptor_settle(&descriptors->table, descriptors->roots.offsets,
			  descriptors->roots.count);
	r = descriptor_index_create(&descriptors->table, descriptors->roots.offsets,
				    descriptors->roots.count, &index, err);
	if (r < 0)
		return r;
	all = descriptor_index_all(index, &count);
	descriptor_settle(&descriptors->table, all, count);
	descriptor_index_destroy(index);
	return 0;
}

int descriptors_open(const struct image *image, const struct module_parts *parts,
		     const struct go_version *version, struct descriptors **ret_descriptors,
		     struct error *err)
{
	struct descriptors *descriptors = calloc(1, sizeof(*descriptors));
	int r;

	if (!descriptors)
		return error_fail(err, -ENOMEM, "no memory for the types of the binary");
	descriptors->arena.limit = MAX_MEMORY;
	r = descriptors_load(descriptors, image, parts, version, err);
	if (r == 0)
		r = descriptor_roots_add_links(&descriptors->roots, image, parts, err);
	if (r == 0 && !descriptor_form_is_certain(version))
		r = form_settle(descriptors, err);
	if (r == 0)
		r = descriptor_roots_add_sequence(&descriptors->roots, &descriptors->table, parts,
						  err);
	if (r < 0) {
		descriptors_close(descriptors);
		return r;
	}
	*ret_descriptors = descriptors;
	return 0;
}

void descriptors_close(struct descriptors *descriptors)
{
	if (!descriptors)
		return;
	descriptor_index_destroy(descriptors->index);
	arena_finish(&descriptors->arena);
	buffer_release(&descriptors->buffer);
	descriptor_roots_finish(&descriptors->roots);
	free(descriptors);
}

const struct descriptor_table *descriptors_table(const struct descriptors *descriptors)
{
	return &descriptors->table;
}

/* ---- types ---- */

static int fail_memory(struct error *err)
{
	return error_fail(err, -ENOMEM, "no memory for the types of the binary");
}

/*
 * A type argument that is a pointer has the shape "go.shape.*uint8", whatever it points to; in Go 1.18 and 1.19
 * the number of the type parameter follows (see debug_types.c).
 */
static bool is_any_pointer_shape(const struct type *type)
{
	static const char shape[] = "go.shape.*uint8";
	const char *rest = type->name + sizeof(shape) - 1;

	return type->kind == TYPE_POINTER && strncmp(type->name, shape, sizeof(shape) - 1) == 0 &&
	       (*rest == '\0' || *rest == '_');
}

static struct type_record *record_create(struct descriptors *descriptors,
					 const struct descriptor *descriptor)
{
	struct type_record *record = arena_alloc(&descriptors->arena, 1, sizeof(*record));
	char name[DESCRIPTOR_MAX_NAME];

	if (!record)
		return NULL;
	descriptor_name(&descriptors->table, descriptor, name);
	record->owner = TYPE_OWNER_DESCRIPTOR;
	record->entry = descriptor->offset;
	record->type.source = TYPE_SOURCE_DESCRIPTORS;
	record->type.kind = (enum type_kind)kinds[descriptor->kind];
	record->type.size = descriptor->size;
	record->type.runtime_type = descriptor->offset;
	record->type.name = arena_string(&descriptors->arena, name, strlen(name));
	if (!record->type.name)
		return NULL;
	record->type.is_any_pointer = is_any_pointer_shape(&record->type);
	return record;
}

int descriptors_at(struct descriptors *descriptors, uint64_t offset, const struct type **ret_type,
		   struct error *err)
{
	struct type_record **bucket = &descriptors->buckets[offset / 8 % BUCKETS], *record;
	struct descriptor descriptor;

	for (record = *bucket; record; record = record->next) {
		if (record->entry == offset) {
			*ret_type = &record->type;
			return 0;
		}
	}
	if (!descriptor_read(&descriptors->table, offset, &descriptor))
		return error_fail(err, -EBADMSG, "no type descriptor at offset 0x%llx",
				  (unsigned long long)offset);
	record = record_create(descriptors, &descriptor);
	if (!record)
		return fail_memory(err);
	record->next = *bucket;
	*bucket = record;
	*ret_type = &record->type;
	return 0;
}

static int part_at(struct descriptors *descriptors, int64_t part, const struct type **ret_type,
		   struct error *err)
{
	return part == DESCRIPTOR_NONE ? 0 :
					 descriptors_at(descriptors, (uint64_t)part, ret_type, err);
}

static int fail_damaged(const struct type *type, struct error *err)
{
	return error_fail(err, -EBADMSG, "the type descriptor of %s is damaged", type->name);
}

static int described_fields(struct descriptors *descriptors, struct type *type,
			    const struct descriptor_parts *parts, struct error *err)
{
	struct field *fields;
	int r = 0;

	if (parts->count > MAX_FIELDS)
		return error_fail(err, -E2BIG, "%s has too many fields", type->name);
	fields = arena_alloc(&descriptors->arena, parts->count + 1, sizeof(*fields));
	if (!fields)
		return fail_memory(err);
	for (uint64_t i = 0; r == 0 && i < parts->count; i++) {
		struct descriptor_field found;

		if (!descriptor_field_read(&descriptors->table, parts, i, &found))
			return fail_damaged(type, err);
		fields[i].name = arena_string(&descriptors->arena, (const char *)found.name.data,
					      found.name.size);
		fields[i].offset = found.offset;
		fields[i].embedded = found.is_embedded;
		r = fields[i].name ? descriptors_at(descriptors, found.type, &fields[i].type, err) :
				     fail_memory(err);
	}
	type->fields = fields;
	type->field_count = parts->count;
	return r;
}

static void described_interface(struct type *type, const struct descriptor_parts *parts)
{
	type->fields = parts->count ? interface_words : empty_interface_words;
	type->field_count = INTERFACE_WORDS;
}

static int described_parts(struct descriptors *descriptors, struct type *type,
			   const struct descriptor_parts *parts, struct error *err)
{
	int r;

	if (type->kind == TYPE_STRUCT)
		return described_fields(descriptors, type, parts, err);
	if (type->kind == TYPE_INTERFACE)
		described_interface(type, parts);
	if (type->is_any_pointer)
		return 0;
	if (type->kind == TYPE_ARRAY)
		type->length = parts->length;
	r = part_at(descriptors, parts->element, &type->element, err);
	return r < 0 ? r : part_at(descriptors, parts->key, &type->key, err);
}

int descriptors_complete(struct descriptors *descriptors, const struct type *type,
			 struct error *err)
{
	struct type_record *record = type_record_of(type);
	/* A copy, so that the type is not changed on failure. */
	struct type copy = *type;
	struct descriptor descriptor;
	struct descriptor_parts parts;
	int r;

	if (type->complete)
		return 0;
	if (!descriptor_read(&descriptors->table, record->entry, &descriptor) ||
	    !descriptor_parts_read(&descriptors->table, &descriptor, &parts))
		return fail_damaged(type, err);
	r = described_parts(descriptors, &copy, &parts, err);
	if (r < 0)
		return r;
	copy.complete = true;
	record->type = copy;
	return 0;
}

int descriptors_map_group(struct descriptors *descriptors, const struct type *map,
			  const struct type **ret_group, struct error *err)
{
	struct descriptor descriptor;
	uint64_t group = 0;

	if (map->kind != TYPE_MAP || type_record_of(map)->owner != TYPE_OWNER_DESCRIPTOR ||
	    !descriptor_read(&descriptors->table, type_record_of(map)->entry, &descriptor) ||
	    !descriptor_map_group(&descriptors->table, &descriptor, &group))
		return error_fail(err, -ENODATA, "where entries of a %s are is not described",
				  map->name);
	return descriptors_at(descriptors, group, ret_group, err);
}

/* ---- types by name ---- */

static int names_need(struct descriptors *descriptors, struct error *err)
{
	if (descriptors->index)
		return 0;
	return descriptor_index_create(&descriptors->table, descriptors->roots.offsets,
				       descriptors->roots.count, &descriptors->index, err);
}

/* Returns the type of pointers to `element`; creates it if the program has no descriptor of it. */
static int pointer_to(struct descriptors *descriptors, const struct type *element,
		      const struct type **ret_type, struct error *err)
{
	struct type_record *record;
	struct descriptor descriptor;
	char *name;

	if (type_record_of(element)->entry &&
	    descriptor_read(&descriptors->table, type_record_of(element)->entry, &descriptor) &&
	    descriptor.pointer_to)
		return descriptors_at(descriptors, descriptor.pointer_to, ret_type, err);
	for (record = descriptors->pointers; record; record = record->next) {
		if (record->type.element == element) {
			*ret_type = &record->type;
			return 0;
		}
	}
	record = arena_alloc(&descriptors->arena, 1, sizeof(*record));
	name = arena_alloc(&descriptors->arena, strlen(element->name) + 2, 1);
	if (!record || !name)
		return fail_memory(err);
	name[0] = '*';
	strcpy(name + 1, element->name);
	*record = (struct type_record){
		.type = { .kind = TYPE_POINTER,
			  .name = name,
			  .size = 8,
			  .element = element,
			  .source = TYPE_SOURCE_DESCRIPTORS,
			  .complete = true },
		.owner = TYPE_OWNER_DESCRIPTOR,
		.next = descriptors->pointers,
	};
	descriptors->pointers = record;
	*ret_type = &record->type;
	return 0;
}

int descriptors_named(struct descriptors *descriptors, const char *name,
		      const struct type **ret_type, struct error *err)
{
	const struct type *element = NULL;
	uint64_t offset = 0;
	int r = names_need(descriptors, err);

	if (r < 0)
		return r;
	if (descriptor_index_find(descriptors->index, name, &offset))
		return descriptors_at(descriptors, offset, ret_type, err);
	if (name[0] != '*' || strspn(name, "*") > MAX_STARS)
		return error_fail(err, -ENODATA, "the program has no type descriptor of %s", name);
	r = descriptors_named(descriptors, name + 1, &element, err);
	return r < 0 ? r : pointer_to(descriptors, element, ret_type, err);
}

int descriptors_list(struct descriptors *descriptors, descriptors_visit *visit, void *context,
		     struct error *err)
{
	const uint64_t *all;
	size_t count = 0;
	int r = names_need(descriptors, err);

	if (r < 0)
		return r;
	all = descriptor_index_all(descriptors->index, &count);
	for (size_t i = 0; r >= 0 && i < count; i++) {
		struct descriptor descriptor;
		char name[DESCRIPTOR_MAX_NAME];

		if (!descriptor_read(&descriptors->table, all[i], &descriptor))
			continue;
		descriptor_name(&descriptors->table, &descriptor, name);
		r = visit(context, name, descriptor.hash);
	}
	return r < 0 ? r : 0;
}

int descriptors_hashed(struct descriptors *descriptors, uint32_t hash, const struct type **ret_type,
		       struct error *err)
{
	const struct type *found = NULL;
	const uint64_t *all;
	size_t count = 0;
	int r = names_need(descriptors, err);

	if (r < 0)
		return r;
	all = descriptor_index_all(descriptors->index, &count);
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct descriptor descriptor;
		const struct type *first = found;

		if (!descriptor_read(&descriptors->table, all[i], &descriptor) ||
		    descriptor.hash != hash)
			continue;
		r = descriptors_at(descriptors, all[i], &found, err);
		if (r == 0 && first && strcmp(first->name, found->name) != 0)
			return error_fail(err, -ENODATA, "several types have the hash 0x%x", hash);
	}
	if (r == 0 && !found)
		return error_fail(err, -ENODATA, "the program has no type with the hash 0x%x",
				  hash);
	if (r == 0)
		*ret_type = found;
	return r;
}

size_t descriptors_count(struct descriptors *descriptors)
{
	size_t count = 0;

	if (names_need(descriptors, NULL) == 0)
		descriptor_index_all(descriptors->index, &count);
	return count;
}
