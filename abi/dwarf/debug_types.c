/* SPDX-License-Identifier: MIT */
#include "debug_types.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "debug_types_parts.h"
#include "entry_list.h"
#include "type_index.h"
#include "type_record.h"
#include "unit_index.h"

#define DEBUG_MAX_FIELDS 4096
#define DEBUG_MAX_TYPEDEFS 16
#define DEBUG_MAX_MEMORY (256u << 20)
#define DEBUG_BUCKETS 1024

struct debug_types {
	struct debug_info *info;
	struct unit_index *index;
	struct type_index *names; /* made when first needed */
	struct arena arena;
	struct type_record *buckets[DEBUG_BUCKETS]; /* hashed by the reference to the type */
};

/* The type at a reference. Kept, so that the same `reference` and `is_part` always give the same type. */
struct debug_record {
	struct type_record record;
	uint64_t reference;
	bool is_part;  /* the reference was found in the description of a shape */
	bool is_shape; /* the type is a shape, or a part of a shape that contains any_pointer */
};

/* go_kind is a reflect.Kind (golang/go src/reflect/type.go), the same in all releases. */
/* clang-format off */
static const uint8_t kinds[] = {
	[1] = TYPE_BOOL,
	[2] = TYPE_INT, [3] = TYPE_INT, [4] = TYPE_INT, [5] = TYPE_INT, [6] = TYPE_INT,
	[7] = TYPE_UINT, [8] = TYPE_UINT, [9] = TYPE_UINT, [10] = TYPE_UINT, [11] = TYPE_UINT,
	[12] = TYPE_UINT,
	[13] = TYPE_FLOAT, [14] = TYPE_FLOAT,
	[15] = TYPE_COMPLEX, [16] = TYPE_COMPLEX,
	[17] = TYPE_ARRAY,
	[18] = TYPE_CHAN,
	[19] = TYPE_FUNC,
	[20] = TYPE_INTERFACE,
	[21] = TYPE_MAP,
	[22] = TYPE_POINTER,
	[23] = TYPE_SLICE,
	[24] = TYPE_STRING,
	[25] = TYPE_STRUCT,
	[26] = TYPE_POINTER,
};
/* clang-format on */

int debug_types_open(const struct image *image, struct debug_types **ret_types, struct error *err)
{
	struct debug_types *types = calloc(1, sizeof(*types));
	int r;

	if (!types)
		return error_fail(err, -ENOMEM, "out of memory");
	types->arena.limit = DEBUG_MAX_MEMORY;
	r = debug_info_open(image, &types->info, err);
	if (r == 0)
		r = unit_index_create(types->info, &types->index, err);
	if (r < 0) {
		debug_types_close(types);
		return r;
	}
	*ret_types = types;
	return 0;
}

void debug_types_close(struct debug_types *types)
{
	if (!types)
		return;
	type_index_destroy(types->names);
	unit_index_destroy(types->index);
	debug_info_close(types->info);
	arena_finish(&types->arena);
	free(types);
}

static enum type_kind kind_of_entry(const struct debug_entry *entry)
{
	/* Releases before about Go 1.14 have flags of the runtime above the five bits of the kind. */
	uint8_t kind = entry->go_kind & 0x1f;

	if (kind && kind < sizeof(kinds))
		return kinds[kind];
	if (entry->tag == DEBUG_TAG_POINTER)
		return TYPE_POINTER;
	if (entry->tag == DEBUG_TAG_STRUCT)
		return TYPE_STRUCT;
	return TYPE_UNKNOWN;
}

static uint64_t size_of(const struct debug_entry *entry, enum type_kind kind)
{
	switch (kind) {
	case TYPE_POINTER:
	case TYPE_MAP:
	case TYPE_FUNC:
	case TYPE_CHAN:
		return 8;
	case TYPE_STRING:
	case TYPE_INTERFACE:
		return 16;
	case TYPE_SLICE:
		return 24;
	default:
		return entry->has_size ? entry->size : 0;
	}
}

/*
 * Instances of a generic function share their code if their type arguments have the same shape. Shapes are
 * named types: "go.shape.int". All pointer type arguments have the shape "go.shape.*uint8", whatever they
 * point to (golang/go src/cmd/compile/internal/noder/reader.go, shapify). In Go 1.18 and 1.19 the name ends
 * with the number of the type parameter ("go.shape.*uint8_0"), and such a pointer within another shape is
 * only called "*uint8": "go.shape.[]*uint8_0" may be the shape of []*T (typecheck/subr.go, Shapify).
 */
static const char shape_mark[] = "go.shape.", any_pointer[] = "*uint8";

static bool is_shape(const char *name)
{
	return strncmp(name, shape_mark, sizeof(shape_mark) - 1) == 0;
}

static bool is_any_pointer(const struct debug_record *made)
{
	const char *name = made->record.type.name;
	size_t size = sizeof(any_pointer) - 1;

	if (!made->is_shape || made->record.type.kind != TYPE_POINTER)
		return false;
	if (is_shape(name))
		name += sizeof(shape_mark) - 1;
	return strncmp(name, any_pointer, size) == 0 && (name[size] == '\0' || name[size] == '_');
}

/*
 * A parameter whose type depends on type arguments refers to a typedef called ".param0" (".param1" and so
 * on), which has the number of the word in the dictionary.
 */
static bool is_dictionary_entry(const char *name)
{
	static const char mark[] = ".param";

	return strncmp(name, mark, sizeof(mark) - 1) == 0;
}

/*
 * Follows typedefs to the entry that describes the type. Its name is replaced by the name of the outermost
 * typedef, as the source has it; typedefs of dictionaries have no such name.
 */
static int resolve_reference(struct debug_types *types, uint64_t reference,
			     struct debug_entry *ret_entry, struct error *err)
{
	const char *name = NULL;

	for (int depth = 0; depth < DEBUG_MAX_TYPEDEFS; depth++) {
		int r = debug_info_entry(types->info, reference, ret_entry, err);

		if (r < 0)
			return r;
		if (!name || is_dictionary_entry(name))
			name = ret_entry->name;
		/* Maps, channels and interfaces are described by typedefs that have a go_kind. */
		if (ret_entry->tag != DEBUG_TAG_TYPEDEF || ret_entry->go_kind || !ret_entry->type) {
			ret_entry->name = name ? name : "";
			return 0;
		}
		reference = ret_entry->type;
	}
	return error_fail(err, -EBADMSG, "damaged DWARF: the typedef %s refers to itself",
			  name ? name : "");
}

static void fill_record(struct debug_record *made, const struct debug_entry *entry)
{
	struct type_record *record = &made->record;

	record->owner = TYPE_OWNER_DWARF;
	record->entry = entry->offset;
	record->type.source = TYPE_SOURCE_DWARF;
	record->type.name = entry->name;
	record->type.kind = kind_of_entry(entry);
	record->type.size = size_of(entry, record->type.kind);
	record->type.runtime_type = entry->runtime_type;
	made->is_shape = is_shape(entry->name) ||
			 (made->is_part && strstr(entry->name, any_pointer));
	record->type.is_any_pointer = is_any_pointer(made);
}

/* Returns the type at a reference. `whole` is the type whose description has the reference, or NULL. */
static int type_at(struct debug_types *types, uint64_t reference, const struct type *whole,
		   const struct type **ret_type, struct error *err)
{
	bool is_part = whole && ((struct debug_record *)type_record_of(whole))->is_shape;
	struct type_record **bucket = &types->buckets[reference / 2 % DEBUG_BUCKETS], *record;
	struct debug_record *made;
	struct debug_entry entry;
	int r;

	for (record = *bucket; record; record = record->next) {
		made = (struct debug_record *)record;
		if (made->reference == reference && made->is_part == is_part) {
			*ret_type = &record->type;
			return 0;
		}
	}
	r = resolve_reference(types, reference, &entry, err);
	if (r < 0)
		return r;
	made = arena_alloc(&types->arena, 1, sizeof(*made));
	if (!made)
		return error_fail(err, -ENOMEM, "no memory for the types of the binary");
	made->reference = reference;
	made->is_part = is_part;
	fill_record(made, &entry);
	record = &made->record;
	record->next = *bucket;
	*bucket = record;
	*ret_type = &record->type;
	return 0;
}

int debug_types_at(struct debug_types *types, uint64_t reference, const struct type **ret_type,
		   struct error *err)
{
	return type_at(types, reference, NULL, ret_type, err);
}

static int field_offset_compare(const void *a, const void *b)
{
	const struct field *left = a, *right = b;

	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/*
 * Go writes fields in memory order. Sorts only if they are not, because qsort() is not stable, and fields of
 * size 0 share their offset with the next field and must stay before it.
 */
static void fields_sort(struct field *fields, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (fields[i].offset < fields[i - 1].offset) {
			qsort(fields, count, sizeof(*fields), field_offset_compare);
			return;
		}
	}
}

static int complete_fields(struct debug_types *types, struct type *type, uint64_t entry,
			   struct error *err)
{
	struct entry_list members;
	struct field *fields = NULL;
	int r = entry_list_read(types->info, entry, DEBUG_TAG_MEMBER, DEBUG_MAX_FIELDS, &members,
				err);

	if (r == 0) {
		fields = arena_alloc(&types->arena, members.count, sizeof(*fields));
		r = fields ? 0 : error_fail(err, -ENOMEM, "no memory for the types of the binary");
	}
	for (size_t i = 0; r == 0 && i < members.count; i++) {
		const struct debug_entry *member = &members.entries[i];

		fields[i].name = member->name ? member->name : "";
		fields[i].offset = member->member;
		fields[i].embedded = member->embedded;
		r = type_at(types, member->type, type, &fields[i].type, err);
	}
	if (r == 0) {
		fields_sort(fields, members.count);
		type->fields = fields;
		type->field_count = members.count;
	}
	entry_list_release(&members);
	return r;
}

static int complete_array(struct debug_types *types, struct type *type,
			  const struct debug_entry *entry, struct error *err)
{
	struct entry_list ranges;
	int r = entry_list_read(types->info, entry->offset, DEBUG_TAG_RANGE, 1, &ranges, err);

	if (r == 0 && (ranges.count != 1 || !ranges.entries[0].has_count))
		r = error_fail(err, -EBADMSG, "damaged DWARF: the array %s has no length",
			       type->name);
	if (r == 0)
		type->length = ranges.entries[0].count;
	entry_list_release(&ranges);
	if (r < 0)
		return r;
	return type_at(types, entry->type, type, &type->element, err);
}

/* The words of an interface are the fields of runtime.iface or runtime.eface. */
static int complete_interface(struct debug_types *types, struct type *type,
			      const struct debug_entry *entry, struct error *err)
{
	struct debug_entry words;
	int r;

	if (!entry->type)
		return 0;
	r = resolve_reference(types, entry->type, &words, err);
	return r < 0 ? r : complete_fields(types, type, words.offset, err);
}

static int complete_parts(struct debug_types *types, struct type *type,
			  const struct debug_entry *entry, struct error *err)
{
	int r = 0;

	switch (type->kind) {
	case TYPE_STRUCT:
		return complete_fields(types, type, entry->offset, err);
	case TYPE_ARRAY:
		return complete_array(types, type, entry, err);
	case TYPE_INTERFACE:
		return complete_interface(types, type, entry, err);
	case TYPE_POINTER:
		/* The shape of any pointer says nothing about the element: "uint8" stands for any type. */
		if (!entry->type || type->is_any_pointer)
			return 0;
		return type_at(types, entry->type, type, &type->element, err);
	case TYPE_SLICE:
	case TYPE_CHAN:
	case TYPE_MAP:
		if (entry->go_key)
			r = type_at(types, entry->go_key, type, &type->key, err);
		if (r == 0 && entry->go_element)
			r = type_at(types, entry->go_element, type, &type->element, err);
		return r;
	case TYPE_UNKNOWN:
		return error_fail(err, -ENODATA, "DWARF does not say what %s is", type->name);
	default:
		return 0;
	}
}

int debug_types_complete(struct debug_types *types, const struct type *type, struct error *err)
{
	struct type_record *record = type_record_of(type);
	/* Completes a copy, so that the type stays unchanged on failure. */
	struct debug_record copy = *(struct debug_record *)record;
	struct type *target = &copy.record.type;
	struct debug_entry entry;
	int r;

	if (target->complete)
		return 0;
	r = debug_info_entry(types->info, record->entry, &entry, err);
	if (r == 0)
		r = complete_parts(types, target, &entry, err);
	if (r < 0)
		return r;
	target->complete = true;
	record->type = *target;
	return 0;
}

struct arena *debug_types_arena(struct debug_types *types)
{
	return &types->arena;
}

int debug_types_function(struct debug_types *types, uint64_t address, uint64_t *ret_offset,
			 struct error *err)
{
	return unit_index_function(types->index, address, ret_offset, err);
}

static int index_need(struct debug_types *types, struct error *err)
{
	return types->names ? 0 : type_index_create(types->info, types->index, &types->names, err);
}

int debug_types_named(struct debug_types *types, const char *name, const struct type **ret_type,
		      struct error *err)
{
	uint64_t entry;
	int r = index_need(types, err);

	if (r < 0)
		return r;
	entry = type_index_named(types->names, name);
	if (!entry)
		return error_fail(err, -ENODATA, "DWARF describes no type %s", name);
	return debug_types_at(types, entry, ret_type, err);
}

int debug_types_runtime(struct debug_types *types, uint64_t runtime_type,
			const struct type **ret_type, struct error *err)
{
	uint64_t entry;
	int r = index_need(types, err);

	if (r < 0)
		return r;
	entry = type_index_runtime(types->names, runtime_type);
	if (!entry)
		return error_fail(err, -ENODATA,
				  "DWARF describes no type with its descriptor at offset 0x%llx",
				  (unsigned long long)runtime_type);
	return debug_types_at(types, entry, ret_type, err);
}

struct debug_info *debug_types_info(struct debug_types *types)
{
	return types->info;
}

struct function_walk {
	debug_visit *visit;
	void *context;
};

static int function_visit(void *context, const struct debug_entry *entry)
{
	struct function_walk *walk = context;

	if (entry->tag != DEBUG_TAG_FUNCTION || !entry->has_low)
		return 0;
	return walk->visit(walk->context, entry);
}

int debug_types_functions(struct debug_types *types, debug_visit *visit, void *context,
			  struct error *err)
{
	struct function_walk walk = { visit, context };
	size_t count;
	const uint64_t *units = unit_index_units(types->index, &count);
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = debug_info_children(types->info, units[i], function_visit, &walk, err);
	return r;
}
