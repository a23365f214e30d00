/* SPDX-License-Identifier: MIT */
#include "probe_set_warnings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture_warnings.h"
#include "hit_field.h"
#include "inlining.h"
#include "name_list.h"

/* So many functions with inlined calls are reported with their callers. */
enum { TOLD_INLINED = 16 };

static void tell_copies(const struct probe_set *probe_set, const struct warning_listener *listener)
{
	const struct binary *binary = probe_set->binary;

	for (size_t i = 0; probe_set->rows.count && i < binary->library_count; i++) {
		const struct library_copies *copies = &binary->libraries[i];
		struct error why = { 0 };

		if (!copies->left_out)
			continue;
		error_fail(
			&why, -E2BIG,
			"requests of %zu copies of %s are not traced: at most %d copies are supported",
			copies->left_out, copies->library->module, LIBRARY_MAX_COPIES);
		warning_tell(listener, &why);
	}
}

static void tell_limitations(const struct probe_set *probe_set,
			     const struct warning_listener *listener)
{
	for (size_t i = 0; i < probe_set->limitation_count; i++) {
		const struct protocol_limitation *limitation = probe_set->limitations[i];
		struct error why = { 0 };

		error_fail(&why, -ENOENT, "%s cannot be observed: %s was inlined",
			   limitation->unseen, limitation->call->callee);
		error_hint(&why, "build without profile-guided optimisation: -pgo=off");
		warning_tell(listener, &why);
	}
}

static const char *const seen_by[PLAN_ROLE_COUNT] = {
	[PLAN_ROLE_START] = "some requests",
	[PLAN_ROLE_WHOLE] = "some requests",
	[PLAN_ROLE_END] = "the end of some requests",
	[PLAN_ROLE_HIJACK] = "hijacked connections",
	[PLAN_ROLE_PANIC] = "panics of handlers",
	[PLAN_ROLE_CALL] = "requests that the program makes",
	[PLAN_ROLE_RETURN] = "the responses to requests that the program makes",
};

/*
 * Returns the first candidate of the role whose function exists but cannot be probed. Panics that were dropped
 * because some ends cannot be observed are reported together with those ends.
 */
static const struct probe_candidate *find_refused(const struct probe_set *probe_set,
						  enum plan_role role)
{
	for (size_t i = 0; i < probe_set->rows.count; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		if (probe->role == role && probe->result < 0 && probe->result != -ENOENT &&
		    !(role == PLAN_ROLE_PANIC && probe->result == -ENOTSUP))
			return probe;
	}
	return NULL;
}

static void tell_refused(const struct probe_set *probe_set, const struct warning_listener *listener)
{
	for (enum plan_role role = 0; role < PLAN_ROLE_COUNT; role++) {
		const struct probe_candidate *probe = find_refused(probe_set, role);
		struct error why = { 0 };

		if (!probe || !seen_by[role])
			continue;
		error_fail(&why, probe->result, "%s cannot be observed: %s", seen_by[role],
			   probe->why.what);
		warning_tell(listener, &why);
	}
}

/* Returns the fields that exist, but whose offset is not known at any probe. */
static uint64_t unknown_fields(const struct probe_set *probe_set)
{
	uint64_t unknown = 0, known = 0;

	for (size_t i = 0; i < probe_set->count; i++) {
		const struct probe *probe = &probe_set->probes[i].probe;

		if (probe_set->probes[i].result < 0)
			continue;
		unknown |= probe->unknown;
		for (uint32_t cell = 0; cell < probe->plan.cell_count; cell++) {
			if (probe->cells[cell].field != PROBE_NO_FIELD)
				known |= UINT64_C(1) << probe->cells[cell].field;
		}
	}
	return unknown & ~known;
}

static void tell_unknown(const struct probe_set *probe_set, const struct warning_listener *listener)
{
	uint64_t unknown = unknown_fields(probe_set);
	struct error why = { 0 };
	char list[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const char *key = hit_field_key(i);

		if (unknown >> i & 1 && key)
			used += snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
					 key);
	}
	if (!used)
		return;
	error_fail(&why, -ENODATA, "%s will be null: the layouts of %s are not known%s", list,
		   probe_set->binary->version.text,
		   types_have_dwarf(probe_set->binary->types) ? "" :
								", and the binary has no DWARF");
	warning_tell(listener, &why);
}

static bool is_traced_call(const struct probe_candidate *probe)
{
	return probe->result == 0 && probe->role == PLAN_ROLE_CALL;
}

static void tell_inlined_calls(const struct probe_candidate *probe, const struct inlined *inlined,
			       const struct warning_listener *listener)
{
	struct error why = { 0 };
	char callers[512];

	inlined_format(inlined, callers, sizeof(callers));
	error_fail(&why, -ENOENT, "calls of %s in %s are not traced: they were inlined",
		   probe->function, callers);
	error_hint(&why, "build with -gcflags=-l to prevent inlining");
	warning_tell(listener, &why);
}

/* A pattern may match thousands of functions: a sentence for each would hide all others. */
static void tell_other_inlined(const struct name_list *others,
			       const struct warning_listener *listener)
{
	char names[NAME_LIST_TEXT];
	struct error why = { 0 };

	if (others->count == 0)
		return;
	name_list_format(others, names);
	error_fail(&why, -ENOENT, "some calls of %s are not traced: they were inlined", names);
	error_hint(&why, "build with -gcflags=-l to prevent inlining");
	warning_tell(listener, &why);
}

/* The calls that were inlined, for each traced function in the order of the probe set. */
static struct inlined *find_inlined(const struct probe_set *probe_set)
{
	const struct binary *binary = probe_set->binary;
	const char **names = calloc(probe_set->count + 1, sizeof(*names));
	struct inlined *inlined = calloc(probe_set->count + 1, sizeof(*inlined));
	size_t count = 0;
	int r = names && inlined ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < probe_set->count; i++) {
		if (is_traced_call(&probe_set->probes[i]))
			names[count++] = probe_set->probes[i].function;
	}
	if (r == 0)
		r = inlining_find(binary->image, binary->pclntab, &binary->version, names, count,
				  inlined, NULL);
	free(names);
	if (r == 0)
		return inlined;
	free(inlined);
	return NULL;
}

/* Reports functions of which some calls cannot be observed because they were inlined. */
static void tell_inlined(const struct probe_set *probe_set, const struct warning_listener *listener)
{
	struct inlined *inlined = find_inlined(probe_set), *next = inlined;
	struct name_list others = { .count = 0 };
	size_t told = 0;

	for (size_t i = 0; inlined && i < probe_set->count; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		if (!is_traced_call(probe))
			continue;
		if (next->caller_count && told++ < TOLD_INLINED)
			tell_inlined_calls(probe, next, listener);
		else if (next->caller_count)
			name_list_add(&others, probe->function);
		next++;
	}
	tell_other_inlined(&others, listener);
	free(inlined);
}

/* Reports the arguments of functions that are null in every event. */
static void tell_gaps(const struct probe_set *probe_set, const struct warning_listener *listener)
{
	for (size_t i = probe_set->rows.count; i < probe_set->count; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		for (size_t gap = 0; probe->result == 0 && gap < probe->probe.gaps.count; gap++) {
			const struct shape_gap *missing = &probe->probe.gaps.gaps[gap];
			struct error why = { 0 };

			error_fail(&why, -ENODATA, "%s of %s will be null: %s", missing->name,
				   probe->function, missing->why);
			warning_tell(listener, &why);
		}
	}
}

/* Reports functions whose arguments are shown as addresses because the types that they point to are not known. */
static void tell_any_pointers(const struct probe_set *probe_set,
			      const struct warning_listener *listener)
{
	struct name_list functions = { .count = 0 };
	char names[NAME_LIST_TEXT];
	struct error why = { 0 };

	for (size_t i = 0; i < probe_set->count; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		if (probe->result == 0 && probe->probe.gaps.has_any_pointers)
			name_list_add(&functions, probe->function);
	}
	if (functions.count == 0)
		return;
	name_list_format(&functions, names);
	error_fail(&why, -ENODATA,
		   "pointers to type parameters are shown as addresses in %s: "
		   "the types are not known in code that instances share",
		   names);
	warning_tell(listener, &why);
}

/* Reports other servers in the binary, which are not traced. */
static void tell_others(const struct probe_set *probe_set, const struct warning_listener *listener)
{
	char others[OTHER_SERVERS_MAX * OTHER_SERVER_NAME];

	if (probe_set->others.count == 0)
		return;
	other_servers_format(&probe_set->others, others, sizeof(others));
	notice_news(listener->notifier, NOTICE_INFO, listener->name, "not traced: %s", others);
}

void probe_set_warn(const struct probe_set *probe_set, const struct warning_listener *listener)
{
	const struct error *refusal = types_refusal(probe_set->binary->types);

	if (refusal)
		notice_error(listener->notifier, NOTICE_ERROR, refusal);
	tell_limitations(probe_set, listener);
	tell_refused(probe_set, listener);
	tell_copies(probe_set, listener);
	tell_others(probe_set, listener);
	tell_unknown(probe_set, listener);
	capture_warn(probe_set, listener);
	tell_gaps(probe_set, listener);
	tell_any_pointers(probe_set, listener);
	tell_inlined(probe_set, listener);
}
