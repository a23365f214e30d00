/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_UNIT_BUILDER_H
#define GOHTTPSNOOP_TESTS_UNIT_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf_builder.h"

/*
 * The DWARF 4 of one unit, entry by entry, as Go's linker lays it out. Entries that others refer to
 * have a label, a small number; a reference may come before its label.
 */
struct unit_builder {
	uint8_t info[16384];
	size_t size;
	uint32_t labels[64];
	struct {
		uint32_t at;
		uint8_t label;
	} references[256];
	size_t reference_count;
};

enum { NO_LABEL = 0 };

/* The unit "runtime" from `low` to `high`; without ranges when they are equal. */
void unit_init(struct unit_builder *dwarf, uint64_t low, uint64_t high);
/* Ends a list of children. */
void unit_end(struct unit_builder *dwarf);

void unit_base(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t size,
	       uint8_t kind);
/* The same with the place of its descriptor in the program. */
void unit_base_described(struct unit_builder *dwarf, const char *name, uint8_t size, uint8_t kind,
			 uint64_t runtime_type);
void unit_pointer(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t to);
void unit_typedef(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t to);
/* The same, with the index of a word of the dictionary, below 128. */
void unit_dictionary_typedef(struct unit_builder *dwarf, uint8_t label, const char *name,
			     uint8_t to, uint8_t index);
/* A map, chan or interface: a typedef with a kind. */
void unit_kind(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t kind,
	       uint8_t to, uint8_t key, uint8_t element);
/* A struct, string or slice; children follow. */
void unit_struct(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t size,
		 uint8_t kind, uint8_t element);
void unit_member(struct unit_builder *dwarf, const char *name, uint8_t offset, uint8_t type,
		 bool embedded);
/* With its offset as DW_OP_plus_uconst. */
void unit_member_expression(struct unit_builder *dwarf, const char *name, uint8_t offset,
			    uint8_t type);
/* An array of `count` elements; by DW_AT_upper_bound instead when `bound`. */
void unit_array(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t size,
		uint8_t of, uint8_t count, bool bound);

/* A function; children follow. `low` 0: an abstract one, without an address. */
void unit_function(struct unit_builder *dwarf, uint8_t label, const char *name, uint64_t low);
/* An instance of an abstract function; children follow. */
void unit_instance(struct unit_builder *dwarf, uint8_t origin, uint64_t low);
/* `reg` >= 0: found in that register at entry. */
void unit_parameter(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t type,
		    bool is_result, int reg);
void unit_parameter_instance(struct unit_builder *dwarf, uint8_t origin);

/* Adds the sections to an image; unit_end() for the unit's own children is called here. */
void unit_finish(struct unit_builder *dwarf, struct elf_builder *elf);

#endif
