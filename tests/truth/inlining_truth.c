/* SPDX-License-Identifier: MIT */
/*
 * Compares the inlined calls in a binary's pclntab with those in its DWARF: for each function that was
 * inlined, the functions that contain it.
 *
 *	inlining_truth [-v] BINARY…
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug_types.h"
#include "inlining.h"
#include "truth_program.h"

#define MAX_DEPTH 64

/* Tags that matter only here. */
enum { TAG_BLOCK = 0x0b, TAG_INLINED = 0x1d };

struct pair {
	const char *callee;
	uint64_t caller;
};

struct truth {
	struct debug_info *info;
	struct pair *pairs;
	size_t count, capacity;
	uint64_t caller;
	int depth;
};

static int pair_append(struct truth *truth, const char *callee)
{
	if (truth->count == truth->capacity) {
		truth->capacity = truth->capacity ? truth->capacity * 2 : 4096;
		truth->pairs = realloc(truth->pairs, truth->capacity * sizeof(*truth->pairs));
		if (!truth->pairs)
			return -ENOMEM;
	}
	truth->pairs[truth->count++] = (struct pair){ callee, truth->caller };
	return 0;
}

static int pair_compare(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;
	int order = strcmp(left->callee, right->callee);

	return order ? order : (left->caller > right->caller) - (left->caller < right->caller);
}

static int child_visit(void *context, const struct debug_entry *entry)
{
	struct truth *truth = context;
	struct debug_entry origin;
	int r = 0;

	if (entry->tag != TAG_BLOCK && entry->tag != TAG_INLINED)
		return 0;
	if (entry->tag == TAG_INLINED && entry->origin &&
	    debug_info_entry(truth->info, entry->origin, &origin, NULL) == 0 && origin.name &&
	    strchr(origin.name, '.')) /* a name without a dot is a C function */
		r = pair_append(truth, origin.name);
	if (r == 0 && truth->depth++ < MAX_DEPTH)
		r = debug_info_children(truth->info, entry->offset, child_visit, truth, NULL);
	truth->depth--;
	return r;
}

static int function_visit(void *context, const struct debug_entry *entry)
{
	struct truth *truth = context;

	truth->caller = entry->low;
	return debug_info_children(truth->info, entry->offset, child_visit, truth, NULL);
}

/* Writes each callee's name once, with the number of functions into which DWARF has it inlined. */
static size_t pairs_count(struct truth *truth, const char **names, size_t *counts)
{
	size_t used = 0;

	qsort(truth->pairs, truth->count, sizeof(*truth->pairs), pair_compare);
	for (size_t i = 0; i < truth->count; i++) {
		const struct pair *pair = &truth->pairs[i];

		if (i && pair_compare(pair, pair - 1) == 0)
			continue;
		if (!used || strcmp(names[used - 1], pair->callee) != 0) {
			names[used] = pair->callee;
			counts[used++] = 0;
		}
		counts[used - 1]++;
	}
	return used;
}

static bool has_pair(const struct truth *truth, const char *callee, uint64_t caller)
{
	const struct pair pair = { callee, caller };

	return bsearch(&pair, truth->pairs, truth->count, sizeof(pair), pair_compare);
}

struct tally {
	size_t names, agree, more, fewer, callers, wrong;
};

static void name_compare(const struct truth *truth, const char *name, size_t count,
			 const struct inlined *inlined, bool verbose, struct tally *tally)
{
	tally->names++;
	tally->agree += inlined->caller_count == count;
	tally->more += inlined->caller_count > count;
	tally->fewer += inlined->caller_count < count;
	if (verbose && inlined->caller_count != count)
		printf("%s: DWARF has it in %zu functions, the pclntab in %zu\n", name, count,
		       inlined->caller_count);
	if (inlined->caller_count > count)
		return;
	for (size_t i = 0; i < inlined->caller_count && i < INLINING_MAX_CALLERS; i++) {
		tally->callers++;
		if (has_pair(truth, name, inlined->callers[i].entry))
			continue;
		tally->wrong++;
		if (verbose)
			printf("%s: DWARF does not have it in %s\n", name,
			       inlined->callers[i].name);
	}
}

static int names_compare(struct truth *truth, const struct binary *binary, const char *path,
			 bool verbose, struct error *err)
{
	const char **names = calloc(truth->count + 1, sizeof(*names));
	size_t *counts = calloc(truth->count + 1, sizeof(*counts)), count;
	struct inlined *inlined = calloc(truth->count + 1, sizeof(*inlined));
	struct tally tally = { 0 };
	int r = -ENOMEM;

	if (names && counts && inlined) {
		count = pairs_count(truth, names, counts);
		r = inlining_find(binary->image, binary->pclntab, &binary->version, names, count,
				  inlined, err);
		for (size_t i = 0; r == 0 && i < count; i++)
			name_compare(truth, names[i], counts[i], &inlined[i], verbose, &tally);
	}
	if (r == 0)
		printf("%s: %s: of %zu inlined functions, %zu are in as many others by DWARF as by"
		       " the pclntab, %zu in fewer, %zu in more; %zu of %zu others named agree\n",
		       path, binary->version.text, tally.names, tally.agree, tally.more,
		       tally.fewer, tally.callers - tally.wrong, tally.callers);
	/* DWARF leaves out inlined calls of which no instruction is left. */
	if (r == 0 && (!tally.names || tally.fewer || tally.wrong))
		r = error_fail(err, -EINVAL, "pclntab and DWARF disagree");
	free(names);
	free(counts);
	free(inlined);
	return r;
}

int truth_check(const struct binary *binary, const char *path, bool verbose, struct error *err)
{
	struct debug_types *dwarf = NULL;
	struct truth truth = { 0 };
	int r = debug_types_open(binary->image, &dwarf, err);

	if (r == 0) {
		truth.info = debug_types_info(dwarf);
		r = debug_types_functions(dwarf, function_visit, &truth, err);
	}
	if (r == 0)
		r = names_compare(&truth, binary, path, verbose, err);
	free(truth.pairs);
	debug_types_close(dwarf);
	return r;
}
