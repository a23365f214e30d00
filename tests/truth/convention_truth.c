/* SPDX-License-Identifier: MIT */
/*
 * Compares the locations that the calling convention gives for parameters with the locations in DWARF, for
 * every parameter of every function whose DWARF gives a location at the function's first instruction.
 *
 *	convention_truth [-v] BINARY…
 *
 * Parameters that convention_locate() itself refuses, because DWARF contradicts it, are counted as uncertain;
 * -v lists them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "convention.h"
#include "debug_types.h"
#include "entry_list.h"
#include "truth_program.h"
#include "types.h"

struct truth {
	const char *path;
	struct types *types;
	struct debug_types *dwarf;
	const struct convention *convention;
	bool verbose;
	size_t functions, parameters, agreed, without_location;
	size_t uncertain; /* convention_locate() refuses them because of DWARF */
	size_t overfull, unnamed, reassigned;
	size_t in_registers; /* of the parameters that agree */
};

static bool same_place(const struct convention *convention, const struct debug_piece *said,
		       const struct piece *piece)
{
	switch (piece->place) {
	case PLACE_INTEGER:
		return said->place == DEBUG_IN_REGISTER &&
		       said->reg < convention->dwarf_register_count &&
		       convention->dwarf_registers[said->reg] == piece->index;
	case PLACE_FLOAT:
		return said->place == DEBUG_IN_REGISTER &&
		       said->reg == convention->dwarf_first_float + piece->index;
	default:
		return said->place == DEBUG_ON_STACK &&
		       said->offset + convention->frame_address >= (int64_t)piece->stack_offset &&
		       said->offset + convention->frame_address <
			       (int64_t)piece->stack_offset + (int64_t)piece->size;
	}
}

/*
 * Go's pieces are the words of a value in order. DWARF does not describe the padding between them, so the
 * offsets that the pieces would have in DWARF mean nothing.
 */
static bool same_location(const struct truth *truth, const struct debug_piece *said, size_t count,
			  const struct location *location)
{
	bool on_stack = location->piece_count && location->pieces[0].place == PLACE_STACK;

	if (location->piece_count == 0)
		return true;
	if (!on_stack && count != location->piece_count)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct piece *piece = &location->pieces[on_stack ? 0 : i];

		if (said[i].place == DEBUG_NOWHERE)
			continue;
		if (!same_place(truth->convention, &said[i], piece))
			return false;
		if (!on_stack && said[i].size && said[i].size != piece->size)
			return false;
	}
	return true;
}

/* The compiler lists some words of a value twice, so the pieces have more bytes than the value. */
static bool overfull(const struct debug_piece *said, size_t count, const struct type *type)
{
	uint64_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += said[i].size;
	return size > type->size;
}

/*
 * Whether DWARF puts words of the parameter where another argument is: the compiler knows them to
 * be equal from the first instruction on ("p = p[:len(p):len(p)]" makes the capacity the length).
 */
static bool reassigned(const struct truth *truth, const struct signature *signature,
		       const struct debug_piece *said, size_t count,
		       const struct location *location)
{
	for (size_t i = 0; i < count; i++) {
		bool found = count == location->piece_count &&
			     same_place(truth->convention, &said[i], &location->pieces[i]);

		for (size_t j = 0; !found && j < signature->parameter_count; j++) {
			struct location other;

			if (convention_locate(truth->convention, truth->types, signature, j, &other,
					      NULL) < 0)
				continue;
			for (size_t k = 0; !found && k < other.piece_count; k++)
				found = same_place(truth->convention, &said[i], &other.pieces[k]);
		}
		if (!found)
			return false;
	}
	return same_place(truth->convention, &said[0], &location->pieces[0]);
}

static void disagree(const struct truth *truth, const char *function, const char *parameter,
		     const struct debug_piece *said, size_t count, const struct location *location)
{
	static const char *const places[] = { "integer", "float", "stack" };

	printf("%s: %s(%s): DWARF:", truth->path, function, parameter);
	for (size_t i = 0; i < count; i++)
		printf(" %s %d/%lld size %llu,",
		       said[i].place == DEBUG_IN_REGISTER ? "register" :
		       said[i].place == DEBUG_ON_STACK	  ? "stack" :
							    "nowhere",
		       said[i].reg, (long long)said[i].offset, (unsigned long long)said[i].size);
	printf(" convention:");
	for (size_t i = 0; i < location->piece_count; i++)
		printf(" %s %d/%u size %u,", places[location->pieces[i].place],
		       location->pieces[i].index, location->pieces[i].stack_offset,
		       location->pieces[i].size);
	printf("\n");
}

static void parameter_check(struct truth *truth, const struct debug_entry *function,
			    const struct debug_entry *entry, const struct signature *signature,
			    size_t index, const char *name)
{
	struct debug_piece said[DEBUG_MAX_PIECES];
	const struct parameter *parameter = &signature->parameters[index];
	struct location location;
	struct error err = { 0 };
	size_t count = 0;
	int r;

	if (debug_info_location(debug_types_info(truth->dwarf), entry->offset, function->low, said,
				&count, NULL) < 0) {
		truth->without_location++;
		return;
	}
	/* DWARF gives unused parameters without a name a stack slot that they do not have. */
	if (strchr(".~_", parameter->name[0]) && said[0].place == DEBUG_ON_STACK) {
		truth->unnamed++;
		return;
	}
	if (overfull(said, count, parameter->type)) {
		truth->overfull++;
		return;
	}
	truth->parameters++;
	r = convention_locate(truth->convention, truth->types, signature, index, &location, &err);
	if (r == -ENODATA) {
		truth->uncertain++;
		if (truth->verbose)
			printf("%s: %s: %s\n", truth->path, name, err.what);
	} else if (r < 0) {
		printf("%s: %s: %s\n", truth->path, name, err.what);
	} else if (same_location(truth, said, count, &location)) {
		truth->agreed++;
		if (location.piece_count && location.pieces[0].place != PLACE_STACK)
			truth->in_registers++;
	} else if (reassigned(truth, signature, said, count, &location)) {
		truth->reassigned++;
	} else {
		disagree(truth, name, parameter->name, said, count, &location);
	}
}

static void function_check(struct truth *truth, const struct debug_entry *function)
{
	struct debug_info *info = debug_types_info(truth->dwarf);
	struct entry_list found = { 0 };
	struct function named = { .name = "", .entry = function->low };
	const struct signature *signature = NULL;
	struct debug_entry origin = *function;
	struct error err = { 0 };
	size_t index = 0;

	if (!origin.name && origin.origin)
		debug_info_entry(info, origin.origin, &origin, NULL);
	if (entry_list_read(info, function->offset, DEBUG_TAG_PARAMETER, SIZE_MAX, &found, &err) <
		    0 ||
	    types_signature(truth->types, &named, &signature, NULL, &err) < 0) {
		printf("%s: %s: %s\n", truth->path, origin.name ? origin.name : "?", err.what);
		truth->parameters++;
		goto out;
	}
	truth->functions++;
	for (size_t i = 0; i < found.count && index < signature->parameter_count; i++) {
		struct debug_entry abstract = found.entries[i];

		if (!abstract.type && abstract.origin)
			debug_info_entry(info, abstract.origin, &abstract, NULL);
		if (found.entries[i].is_result || abstract.is_result)
			continue;
		/* Skips the dictionary if it is in the signature but not in this DWARF. */
		if (strcmp(signature->parameters[index].name, ".dict") == 0 &&
		    (!abstract.name || strcmp(abstract.name, ".dict") != 0))
			index++;
		if (index < signature->parameter_count)
			parameter_check(truth, function, &found.entries[i], signature, index++,
					origin.name ? origin.name : "?");
	}
out:
	entry_list_release(&found);
}

static int function_visit(void *context, const struct debug_entry *entry)
{
	function_check(context, entry);
	return 0;
}

int truth_check(const struct binary *binary, const char *path, bool verbose, struct error *err)
{
	struct truth truth = { .path = path, .verbose = verbose };
	struct go_version version = binary->version;
	int r;

	/* A development version makes DWARF answer, not the table. */
	version.development = true;
	truth.convention = convention_of(image_machine(binary->image), &version);
	r = types_open(binary->image, binary->image, &version, &truth.types, err);
	if (r == 0)
		r = debug_types_open(binary->image, &truth.dwarf, err);
	if (r == 0)
		r = debug_types_functions(truth.dwarf, function_visit, &truth, err);
	if (r == 0)
		printf("%s: %s, %s convention: %zu of %zu parameters agree, %zu of them in registers, "
		       "%zu are uncertain, %zu are equal to another (%zu functions; not compared: "
		       "%zu without a location at entry, %zu without a name, %zu with words listed "
		       "twice)\n",
		       path, version.text, truth.convention->name, truth.agreed, truth.parameters,
		       truth.in_registers, truth.uncertain, truth.reassigned, truth.functions,
		       truth.without_location, truth.unnamed, truth.overfull);
	if (r == 0 && (!truth.parameters ||
		       truth.parameters != truth.agreed + truth.uncertain + truth.reassigned))
		r = error_fail(err, -EBADMSG, "convention and DWARF disagree");
	debug_types_close(truth.dwarf);
	types_close(truth.types);
	return r;
}
