/* SPDX-License-Identifier: MIT */
/*
 * Compares the places of floats that arrive in registers, at the spill site, with the places that DWARF gives
 * later in the function, for every parameter of every function.
 *
 *	spill_truth BINARY…
 *
 * DWARF describes a parameter as in its register for as long as it is also there. A parameter that DWARF
 * never describes as on the stack is not compared.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "begin_site.h"
#include "debug_types.h"
#include "entry_list.h"
#include "spill_site.h"
#include "truth_program.h"

enum { FARTHEST = 4096 }; /* bytes of code in which DWARF may begin to describe a stack slot */

struct truth {
	const char *path;
	const struct binary *binary;
	struct debug_types *dwarf;
	size_t functions; /* with floats in registers */
	size_t landed;
	size_t floats, found, on_stack, compared, agreed;
};

/* Finds the first stack slot that DWARF gives the parameter, as an offset from SP at entry. */
static bool find_said(const struct truth *truth, const struct debug_entry *parameter,
		      const struct function *function, int64_t *ret_offset)
{
	struct debug_piece said[DEBUG_MAX_PIECES];
	uint64_t end = function->end - function->entry < FARTHEST ? function->end :
								    function->entry + FARTHEST;
	size_t count;

	for (uint64_t address = function->entry + 1; address < end; address++) {
		if (debug_info_location(debug_types_info(truth->dwarf), parameter->offset, address,
					said, &count, NULL) < 0 ||
		    count != 1 || said[0].place != DEBUG_ON_STACK)
			continue;
		*ret_offset = said[0].offset + truth->binary->convention->frame_address;
		return true;
	}
	return false;
}

static void parameter_check(struct truth *truth, const struct debug_entry *parameter,
			    const struct function *function, const struct location *location,
			    const struct spill_site *spill)
{
	const struct held *held = &spill->floats[location->pieces[0].index];
	int64_t said;

	truth->floats++;
	truth->found += held->holder != HOLDER_NONE;
	if (held->holder != HOLDER_STACK)
		return;
	truth->on_stack++;
	if (!find_said(truth, parameter, function, &said))
		return;
	truth->compared++;
	if (said == held->offset - (int64_t)spill->site.stack_drop)
		truth->agreed++;
	else
		printf("%s: %s at 0x%llx: %+lld, DWARF says %+lld\n", truth->path, function->name,
		       (unsigned long long)spill->site.address,
		       (long long)held->offset - spill->site.stack_drop, (long long)said);
}

/* Whether the parameter is a float, or a struct with only a float. */
static bool is_float(const struct location *location)
{
	return location->piece_count == 1 && location->pieces[0].place == PLACE_FLOAT;
}

static void parameters_check(struct truth *truth, const struct entry_list *entries,
			     const struct function *function, const struct signature *signature,
			     const struct spill_site *spill)
{
	const struct binary *binary = truth->binary;
	struct location location;
	size_t index = 0;

	for (size_t i = 0; i < entries->count && index < signature->parameter_count; i++) {
		if (entries->entries[i].is_result)
			continue;
		/* The dictionary of a generic function, which some DWARF does not list. */
		if (strcmp(signature->parameters[index].name, ".dict") == 0 &&
		    (!entries->entries[i].name || strcmp(entries->entries[i].name, ".dict") != 0) &&
		    ++index == signature->parameter_count)
			break;
		if (convention_locate(binary->convention, binary->types, signature, index++,
				      &location, NULL) == 0 &&
		    is_float(&location))
			parameter_check(truth, &entries->entries[i], function, &location, spill);
	}
}

static void function_check(struct truth *truth, const struct debug_entry *entry,
			   const struct function *function)
{
	const struct binary *binary = truth->binary;
	const struct signature *signature;
	struct entry_list entries = { 0 };
	struct spill_site spill = { 0 };
	struct argument_use use;
	struct site site;

	if (types_signature(binary->types, function, &signature, NULL, NULL) < 0 ||
	    convention_use(binary->convention, binary->types, signature, &use, NULL) < 0 ||
	    !use.floats ||
	    begin_site_find(binary->image, binary->convention, function, &site, NULL) < 0)
		return;
	truth->functions++;
	if (spill_site_find(binary->image, function, &site, &use, &spill, NULL) < 0)
		return;
	truth->landed++;
	if (entry_list_read(debug_types_info(truth->dwarf), entry->offset, DEBUG_TAG_PARAMETER,
			    SIZE_MAX, &entries, NULL) == 0)
		parameters_check(truth, &entries, function, signature, &spill);
	entry_list_release(&entries);
}

/* Walks the functions of DWARF and those of the function table in parallel, both ordered by address. */
struct visit {
	struct truth *truth;
	size_t next;
};

static int function_visit(void *context, const struct debug_entry *entry)
{
	struct visit *visit = context;
	const struct pclntab *pclntab = visit->truth->binary->pclntab;
	struct function function;
	size_t count = pclntab_count(pclntab);

	for (size_t tried = 0; tried < count; tried++, visit->next = (visit->next + 1) % count) {
		if (pclntab_at(pclntab, visit->next, &function) && function.entry == entry->low) {
			function_check(visit->truth, entry, &function);
			break;
		}
	}
	return 0;
}

int truth_check(const struct binary *binary, const char *path, bool verbose, struct error *err)
{
	struct truth truth = { .path = path, .binary = binary };
	struct visit visit = { .truth = &truth };
	int r = debug_types_open(binary->image, &truth.dwarf, err);

	if (r == 0)
		r = debug_types_functions(truth.dwarf, function_visit, &visit, err);
	if (r == 0)
		printf("%s: %s, %s convention: %zu of %zu functions with floats in registers have a"
		       " spill; of %zu floats there %zu can be read, %zu of them on the stack, where"
		       " %zu of %zu agree with DWARF\n",
		       path, binary->version.text, binary->convention->name, truth.landed,
		       truth.functions, truth.floats, truth.found, truth.on_stack, truth.agreed,
		       truth.compared);
	if (r == 0 && (truth.agreed != truth.compared || (truth.functions && !truth.compared)))
		r = error_fail(err, -EBADMSG, "spills and DWARF disagree");
	debug_types_close(truth.dwarf);
	return r;
}
