/* SPDX-License-Identifier: MIT */
/*
 * Compares the type descriptors that DWARF refers to with DWARF: name, size and kind of every type with a
 * descriptor. Compares the itabs with the descriptors that they point to, and with the symbols of itabs, if
 * the binary has them (Go 1.15 to 1.26).
 *
 *	type_truth [-v] BINARY…
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare_name.h"
#include "debug_types.h"
#include "truth_program.h"

struct truth {
	const struct binary *binary;
	struct module_parts parts;
	struct buffer descriptors;
	struct debug_types *dwarf;
	bool verbose;
	size_t types, agreed, shown;
	struct type_names *names;
};

/* The name in a descriptor (internal/abi/type.go): flags, a length, the bytes; "*" may be extra. */
static bool descriptor_name(const struct truth *truth, uint64_t offset, char name[NAME_SIZE])
{
	struct bytes bytes = buffer_bytes(&truth->descriptors);
	uint8_t flags = 0, high = 0, low = 0;
	uint64_t at, length = 0;
	uint32_t string = 0;

	if (!bytes_u8(bytes, offset + 20, &flags) || !bytes_u32(bytes, offset + 40, &string))
		return false;
	at = (uint64_t)string + 1;
	if (truth->binary->version.number < GO_VERSION(17, 0)) {
		if (!bytes_u8(bytes, at, &high) || !bytes_u8(bytes, at + 1, &low))
			return false;
		length = (uint64_t)high << 8 | low;
		at += 2;
	} else if (!bytes_uvarint(bytes, &at, &length)) {
		return false;
	}
	if (flags & 2) {
		at++;
		length--;
	}
	if (length >= NAME_SIZE || at + length > bytes.size)
		return false;
	memcpy(name, bytes.data + at, length);
	name[length] = '\0';
	return true;
}

/*
 * Whether a type may be missing from the list of type names. Interfaces cannot hold the types that the
 * compiler makes for maps and closures, or literals of interfaces, and maybe nothing in the program refers to
 * their descriptors. In Go 1.27 nothing refers to a named pointer type of which no other type is made.
 */
static bool needs_no_name(const char *name)
{
	if (strcmp(name, "sync.dequeueNil") == 0)
		return true;
	return strstr(name, "noalg.") || strstr(name, "map.") || strchr(name, '{');
}

/* Whether the type in an interface would get this name; none if other types have the same hash. */
static bool name_agrees(const struct truth *truth, uint32_t hash, const char *name)
{
	const char *found = type_names_find(truth->names, hash);
	char expected[NAME_SIZE], said[NAME_SIZE];

	if (!name)
		return false;
	if (!found)
		return type_names_are_ambiguous(truth->names, hash) || needs_no_name(name);
	/* Only DWARF has the "·3" at the end of types local to a function. */
	if (!needs_no_name(name) && !strstr(name, "\u00b7"))
		return strcmp(found, name) == 0;
	bare_name(name, expected);
	bare_name(found, said);
	return strcmp(said, expected) == 0;
}

static int type_check(void *context, const struct debug_entry *entry)
{
	struct truth *truth = context;
	char said[NAME_SIZE] = "?", bare[NAME_SIZE], expected[NAME_SIZE];
	uint8_t kind = 0, go_kind = entry->go_kind & 0x1f;
	struct runtime_type runtime = { 0 };
	const struct type *type = NULL;
	struct error err = { 0 };
	uint64_t offset = entry->runtime_type;

	if (!entry->runtime_type)
		return 0;
	truth->types++;
	/* Up to Go 1.22 DWARF has an address instead of an offset, but only for uintptr. */
	if (offset >= truth->descriptors.size)
		offset -= truth->parts.types;
	bytes_u8(buffer_bytes(&truth->descriptors), offset + 23, &kind);
	bare_name(entry->name ? entry->name : "", expected);
	if (descriptor_name(truth, offset, said))
		bare_name(said, bare);
	else
		bare[0] = '\0';
	/* Pointers that the linker itself describes have no kind in DWARF. */
	if (strcmp(bare, expected) == 0 && (!go_kind || (kind & 0x1f) == go_kind) &&
	    debug_types_at(truth->dwarf, entry->offset, &type, &err) == 0 &&
	    types_runtime(truth->binary->types, type, &runtime, &err) == 0 &&
	    name_agrees(truth, runtime.hash, entry->name))
		truth->agreed++;
	else if (truth->shown++ < 20 || truth->verbose)
		printf("%s: kind %u, the descriptor says %s, kind %u, interfaces %s %s\n",
		       entry->name ? entry->name : "", entry->go_kind, said, kind & 0x1f,
		       type_names_find(truth->names, runtime.hash), err.what);
	return 0;
}

static int unit_check(void *context, const struct debug_entry *unit)
{
	struct truth *truth = context;

	return debug_info_children(debug_types_info(truth->dwarf), unit->offset, type_check, truth,
				   NULL);
}

static int unit_list(void *context, const struct debug_entry *unit)
{
	return unit->name && strcmp(unit->name, "runtime") == 0 ? unit_check(context, unit) : 0;
}

struct itab_tally {
	size_t itabs, hashes, symbols, missing, described, named;
};

static void itab_check(struct truth *truth, const struct itab *itab, struct itab_tally *tally)
{
	const char *prefix = truth->binary->version.number < GO_VERSION(20, 0) ? "go.itab." :
										 "go:itab.";
	const struct type *type = NULL, *interface = NULL;
	char symbol[2 * NAME_SIZE];
	uint32_t hash = 0;

	tally->itabs++;
	bytes_u32(buffer_bytes(&truth->descriptors), itab->type + 16, &hash);
	tally->named += type_names_find(truth->names, hash) != NULL;
	tally->hashes += hash == itab->hash;
	if (debug_types_runtime(truth->dwarf, itab->type, &type, NULL) < 0 ||
	    debug_types_runtime(truth->dwarf, itab->interface, &interface, NULL) < 0) {
		char name[NAME_SIZE] = "?", of[NAME_SIZE] = "?";

		/* DWARF leaves out types that no linked code can reach, but there may be an itab for them. */
		if (truth->verbose && descriptor_name(truth, itab->type, name) &&
		    descriptor_name(truth, itab->interface, of))
			printf("%s as %s is not described\n", name, of);
		return;
	}
	tally->described++;
	snprintf(symbol, sizeof(symbol), "%s%s,%s", prefix, type->name, interface->name);
	/* The symbol table has "." instead of the "·" of types local to a function. */
	for (char *dot = strstr(symbol, "\u00b7"); dot; dot = strstr(dot, "\u00b7")) {
		memmove(dot, dot + 1, strlen(dot));
		*dot = '.';
	}
	if (truth->binary->version.number >= GO_VERSION(27, 0))
		return;
	if (image_symbol(truth->binary->image, symbol, NULL, NULL))
		tally->symbols++;
	else if (tally->missing++ < 10)
		printf("no symbol %s\n", symbol);
}

/* Counts what types_implementing() returns for all interfaces: the itabs, or those that DWARF describes. */
static size_t implementing_count(struct truth *truth, const struct itab_list *itabs)
{
	const struct type *interface, *list[4096];
	size_t count = 0;

	for (size_t i = 0; i < itabs->count; i++) {
		bool seen = false;
		int r;

		for (size_t j = 0; !seen && j < i; j++)
			seen = itabs->items[j].interface == itabs->items[i].interface;
		if (seen || debug_types_runtime(truth->dwarf, itabs->items[i].interface, &interface,
						NULL) < 0)
			continue;
		r = types_implementing(truth->binary->types, interface, list, 4096, NULL);
		count += r > 0 ? (size_t)r : 0;
	}
	return count;
}

static int itabs_check(struct truth *truth, struct error *err)
{
	struct itab_tally tally = { 0 };
	struct itab_list itabs;
	size_t implementing;
	int r = itab_list_read(truth->binary->image, &truth->parts, &itabs, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < itabs.count; i++)
		itab_check(truth, &itabs.items[i], &tally);
	implementing = implementing_count(truth, &itabs);
	printf("%zu itabs: the hashes of %zu agree, %zu are of types that DWARF describes, %zu are"
	       " listed by interface, %zu have a symbol and %zu have none\n",
	       tally.itabs, tally.hashes, tally.described, implementing, tally.symbols,
	       tally.missing);
	itab_list_release(&itabs);
	if (!tally.itabs || tally.hashes != tally.itabs || tally.named != tally.itabs ||
	    tally.described < tally.itabs * 9 / 10 || implementing < tally.described ||
	    implementing > tally.itabs || tally.missing)
		return error_fail(err, -EINVAL, "itabs disagree");
	return 0;
}

int truth_check(const struct binary *binary, const char *path, bool verbose, struct error *err)
{
	struct truth truth = { .binary = binary, .verbose = verbose };
	int r = truth_module_parts(binary, &truth.parts, err);

	if (r == 0)
		r = image_load(binary->image, truth.parts.types,
			       truth.parts.etypes - truth.parts.types, &truth.descriptors, err);
	if (r == 0)
		truth.names = types_names(binary->types);
	if (r == 0)
		r = debug_types_open(binary->image, &truth.dwarf, err);
	if (r == 0)
		r = debug_info_units(debug_types_info(truth.dwarf), unit_list, &truth, err);
	if (r == 0) {
		printf("%s: %s: the descriptors of %zu of %zu types agree\n", path,
		       binary->version.text, truth.agreed, truth.types);
		r = itabs_check(&truth, err);
	}
	if (r == 0 && (!truth.types || truth.agreed != truth.types))
		r = error_fail(err, -EINVAL, "types and descriptors disagree");
	type_names_release(truth.names);
	debug_types_close(truth.dwarf);
	buffer_release(&truth.descriptors);
	return r;
}
