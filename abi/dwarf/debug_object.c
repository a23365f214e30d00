/* SPDX-License-Identifier: MIT */
#include "debug_object.h"

#include <errno.h>
#include <stdlib.h>

/* Debian and Ubuntu install the header in the folder libdwarf/, whatever their libdwarf.pc says. */
#if __has_include(<libdwarf/libdwarf.h>)
#include <libdwarf/libdwarf.h>
#else
#include <libdwarf.h>
#endif

/* libdwarf sees the sections up to this one, numbered from 1 on: section 0 of an ELF file is empty. */
#define LAST_SECTION DEBUG_SECTION_ADDR

/*
 * The API of libdwarf 20210528 (Debian 12, Ubuntu 22.04) differs from that of 0.x and 2.x. meson finds out
 * with the compiler which one is installed.
 */
#if GOHTTPSNOOP_LIBDWARF_2021
typedef Dwarf_Obj_Access_Section object_section;
typedef Dwarf_Obj_Access_Methods object_methods;
typedef Dwarf_Obj_Access_Interface object_interface;
typedef Dwarf_Endianness object_order;
#define ORDER_LITTLE DW_OBJECT_LSB
#define FIELD(old, new) old
#else
typedef Dwarf_Obj_Access_Section_a object_section;
typedef Dwarf_Obj_Access_Methods_a object_methods;
typedef Dwarf_Obj_Access_Interface_a object_interface;
typedef Dwarf_Small object_order;
#define ORDER_LITTLE 2 /* DW_END_little, which another header defines */
#define FIELD(old, new) new
#endif

/* The type of a section's number differs between releases of libdwarf. */
typedef GOHTTPSNOOP_LIBDWARF_INDEX object_index;

struct debug_object {
	struct debug_sections *sections;
	object_interface interface;
	Dwarf_Debug dwarf;
	Dwarf_Error error; /* the last one; released before the next and at the end */
};

static int get_section_info(void *context, object_index index, object_section *ret_section,
			    int *error)
{
	const struct debug_object *object = context;
	object_section section = { .FIELD(name, as_name) = "" };
	enum debug_section which = (enum debug_section)(index - 1);

	if (index > LAST_SECTION + 1)
		return DW_DLV_NO_ENTRY;
	if (index > 0 && debug_section_size(object->sections, which) > 0) {
		section.FIELD(name, as_name) = debug_section_name(which);
		section.FIELD(size, as_size) = debug_section_size(object->sections, which);
		section.FIELD(type, as_type) = 1; /* SHT_PROGBITS */
	}
	*ret_section = section;
	return DW_DLV_OK;
}

static int load_section(void *context, object_index index, Dwarf_Small **ret_data, int *error)
{
	struct debug_object *object = context;
	struct bytes bytes;

	if (index == 0 || index > LAST_SECTION + 1)
		return DW_DLV_NO_ENTRY;
	if (debug_section_load(object->sections, (enum debug_section)(index - 1), &bytes, NULL) <
	    0) {
		*error = DW_DLE_ALLOC_FAIL;
		return DW_DLV_ERROR;
	}
	/* libdwarf writes into sections only to relocate them, and nothing here asks for that. */
	*ret_data = (Dwarf_Small *)(uintptr_t)bytes.data;
	return bytes.size ? DW_DLV_OK : DW_DLV_NO_ENTRY;
}

static object_order get_byte_order(void *context)
{
	return ORDER_LITTLE;
}

static Dwarf_Small get_word_size(void *context)
{
	return 8;
}

static Dwarf_Unsigned get_section_count(void *context)
{
	return LAST_SECTION + 2;
}

#if !GOHTTPSNOOP_LIBDWARF_2021
static Dwarf_Unsigned get_file_size(void *context)
{
	const struct debug_object *object = context;

	return image_size(object->sections->image);
}
#endif

static const object_methods methods = {
	.FIELD(get_section_info, om_get_section_info) = get_section_info,
	.FIELD(get_byte_order, om_get_byte_order) = get_byte_order,
	.FIELD(get_length_size, om_get_length_size) = get_word_size,
	.FIELD(get_pointer_size, om_get_pointer_size) = get_word_size,
	.FIELD(get_section_count, om_get_section_count) = get_section_count,
	.FIELD(load_section, om_load_section) = load_section,
#if !GOHTTPSNOOP_LIBDWARF_2021
	.om_get_filesize = get_file_size,
#endif
};

static int open_failed(const struct debug_sections *sections, Dwarf_Error error, struct error *err)
{
	int r;

	if (sections->lacked_memory)
		r = error_fail(err, -ENOMEM, "no memory for DWARF");
	else
		r = error_fail(err, -EBADMSG, "damaged DWARF: cannot be opened%s%s",
			       error ? ": " : "", error ? dwarf_errmsg(error) : "");
	if (error)
		dwarf_dealloc_error(NULL, error);
	return r;
}

int debug_object_open(struct debug_sections *sections, struct debug_object **ret_object,
		      struct error *err)
{
	struct debug_object *object = calloc(1, sizeof(*object));
	Dwarf_Error error = NULL;
	int r;

	if (!object)
		return error_fail(err, -ENOMEM, "out of memory");
	object->sections = sections;
	object->interface.FIELD(object, ai_object) = object;
	object->interface.FIELD(methods, ai_methods) = &methods;
	r = dwarf_object_init_b(&object->interface, NULL, NULL, DW_GROUPNUMBER_ANY, &object->dwarf,
				&error);
	if (r != DW_DLV_OK) {
		object->dwarf = NULL;
		r = open_failed(sections, error, err);
		debug_object_close(object);
		return r;
	}
	*ret_object = object;
	return 0;
}

void debug_object_close(struct debug_object *object)
{
	if (!object)
		return;
	if (object->dwarf) {
		debug_object_error(object);
#if GOHTTPSNOOP_LIBDWARF_2021
		Dwarf_Error error = NULL;

		dwarf_object_finish(object->dwarf, &error);
#else
		dwarf_object_finish(object->dwarf);
#endif
	}
	free(object);
}

struct Dwarf_Debug_s *debug_object_dwarf(const struct debug_object *object)
{
	return object->dwarf;
}

struct Dwarf_Error_s **debug_object_error(struct debug_object *object)
{
	if (object->error)
		dwarf_dealloc_error(object->dwarf, object->error);
	object->error = NULL;
	return &object->error;
}

const char *debug_object_error_text(struct debug_object *object)
{
	return object->error ? dwarf_errmsg(object->error) : NULL;
}
