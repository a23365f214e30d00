/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_UNIT_BUILDER_H
#define GOHTTPSNOOP_TESTS_UNIT_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf_builder.h"

/*
 * Builds the DWARF 4 of one unit, entry by entry, as Go's linker writes it. Entries to which others refer
 * have a label, which is a small number. A reference may come before its label.
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

/* Begins the unit "runtime" from `low` to `high`; without a range if they are equal. */
void unit_init(struct unit_builder *dwarf, uint64_t low, uint64_t high);
/* Ends a list of children. */
void unit_end(struct unit_builder *dwarf);

void unit_base(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t size,
	       uint8_t kind);
/* The same, with the address of the type's descriptor in the program. */
void unit_base_described(struct unit_builder *dwarf, const char *name, uint8_t size, uint8_t kind,
			 uint64_t runtime_type);
void unit_pointer(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t to);
void unit_typedef(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t to);
/* The same, with the index (below 128) of a word in the dictionary. */
void unit_dictionary_typedef(struct unit_builder *dwarf, uint8_t label, const char *name,
			     uint8_t to, uint8_t index);
/* Adds a map, chan or interface: a typedef with a kind. */
void unit_kind(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t kind,
	       uint8_t to, uint8_t key, uint8_t element);
/* Begins a struct, string or slice; its children follow. */
void unit_struct(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t size,
		 uint8_t kind, uint8_t element);
void unit_member(struct unit_builder *dwarf, const char *name, uint8_t offset, uint8_t type,
		 bool embedded);
/* The same, with the offset as DW_OP_plus_uconst. */
void unit_member_expression(struct unit_builder *dwarf, const char *name, uint8_t offset,
			    uint8_t type);
/* Adds an array of `count` elements; if `bound`, with DW_AT_upper_bound instead of a count. */
void unit_array(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t size,
		uint8_t of, uint8_t count, bool bound);

/* Begins a function; its children follow. `low` 0: an abstract function, without an address. */
void unit_function(struct unit_builder *dwarf, uint8_t label, const char *name, uint64_t low);
/* Begins an instance of an abstract function; its children follow. */
void unit_instance(struct unit_builder *dwarf, uint8_t origin, uint64_t low);
/* `reg` >= 0: the parameter is in that register at entry. */
void unit_parameter(struct unit_builder *dwarf, uint8_t label, const char *name, uint8_t type,
		    bool is_result, int reg);
void unit_parameter_instance(struct unit_builder *dwarf, uint8_t origin);

/* Calls unit_end() for the unit's own children, and adds the sections to an ELF file. */
void unit_finish(struct unit_builder *dwarf, struct elf_builder *elf);

#endif
