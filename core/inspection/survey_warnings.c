/* SPDX-License-Identifier: MIT */
#include "survey_warnings.h"

#include <errno.h>
#include <stdio.h>

#include "capture_warnings.h"
#include "hit_field.h"
#include "inlining.h"
#include "name_list.h"

static void tell_copies(const struct survey *survey, const struct survey_listener *listener)
{
	struct error why = { 0 };

	if (!survey->rows.count || !survey->binary->x_net.left_out)
		return;
	error_fail(
		&why, -E2BIG,
		"requests of %zu copies of golang.org/x/net/http2 are not traced: at most %d copies are supported",
		survey->binary->x_net.left_out, X_NET_MAX_COPIES);
	survey_tell(listener, &why);
}

static void tell_limitations(const struct survey *survey, const struct survey_listener *listener)
{
	for (size_t i = 0; i < survey->limitation_count; i++) {
		const struct protocol_limitation *limitation = survey->limitations[i];
		struct error why = { 0 };

		error_fail(&why, -ENOENT, "%s cannot be observed: %s was inlined",
			   limitation->unseen, limitation->call->callee);
		error_hint(&why, "build without profile-guided optimisation: -pgo=off");
		survey_tell(listener, &why);
	}
}

static const char *const seen_by[PLAN_ROLE_COUNT] = {
	[PLAN_ROLE_START] = "some requests",
	[PLAN_ROLE_END] = "the end of some requests",
	[PLAN_ROLE_HIJACK] = "hijacked connections",
	[PLAN_ROLE_PANIC] = "panics of handlers",
};

/*
 * The first probe of the role on a function that is there and cannot be probed. That panics were given up as
 * ends may pass unseen is told with those ends.
 */
static const struct survey_probe *find_refused(const struct survey *survey, enum plan_role role)
{
	for (size_t i = 0; i < survey->rows.count; i++) {
		const struct survey_probe *probe = &survey->probes[i];

		if (probe->role == role && probe->result < 0 && probe->result != -ENOENT &&
		    !(role == PLAN_ROLE_PANIC && probe->result == -ENOTSUP))
			return probe;
	}
	return NULL;
}

static void tell_refused(const struct survey *survey, const struct survey_listener *listener)
{
	for (enum plan_role role = 0; role < PLAN_ROLE_COUNT; role++) {
		const struct survey_probe *probe = find_refused(survey, role);
		struct error why = { 0 };

		if (!probe || !seen_by[role])
			continue;
		error_fail(&why, probe->result, "%s cannot be observed: %s", seen_by[role],
			   probe->why.what);
		survey_tell(listener, &why);
	}
}

/* The fields that exist, and whose place is known at none of the survey's probes. */
static uint32_t unknown_fields(const struct survey *survey)
{
	uint32_t unknown = 0, known = 0;

	for (size_t i = 0; i < survey->count; i++) {
		const struct probe *probe = &survey->probes[i].probe;

		if (survey->probes[i].result < 0)
			continue;
		unknown |= probe->unknown;
		for (uint32_t cell = 0; cell < probe->plan.cell_count; cell++) {
			if (probe->cells[cell].field != PROBE_NO_FIELD)
				known |= 1u << probe->cells[cell].field;
		}
	}
	return unknown & ~known;
}

static void tell_unknown(const struct survey *survey, const struct survey_listener *listener)
{
	uint32_t unknown = unknown_fields(survey);
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
		   survey->binary->version.text,
		   types_have_dwarf(survey->binary->types) ? "" : ", and the binary has no DWARF");
	survey_tell(listener, &why);
}

/* Functions of which some calls cannot be seen, as they were inlined. */
static void tell_inlined(const struct survey *survey, const struct survey_listener *listener)
{
	const struct binary *binary = survey->binary;

	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_probe *probe = &survey->probes[i];
		struct inlined inlined = { 0 };
		struct error why = { 0 };
		char callers[512];

		if (probe->result < 0 || probe->role != PLAN_ROLE_CALL ||
		    inlining_find(binary->image, binary->pclntab, &binary->version,
				  &probe->function, 1, &inlined, NULL) < 0 ||
		    inlined.caller_count == 0)
			continue;
		inlined_format(&inlined, callers, sizeof(callers));
		error_fail(&why, -ENOENT, "calls of %s in %s are not traced: they were inlined",
			   probe->function, callers);
		error_hint(&why, "build with -gcflags=-l to prevent inlining");
		survey_tell(listener, &why);
	}
}

/* The arguments that are null in every event. */
static void tell_gaps(const struct survey *survey, const struct survey_listener *listener)
{
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_probe *probe = &survey->probes[i];

		for (size_t gap = 0; probe->result == 0 && gap < probe->probe.gaps.count; gap++) {
			const struct shape_gap *missing = &probe->probe.gaps.gaps[gap];
			struct error why = { 0 };

			error_fail(&why, -ENODATA, "%s of %s will be null: %s", missing->name,
				   probe->function, missing->why);
			survey_tell(listener, &why);
		}
	}
}

/* Functions of which arguments are shown as addresses, as what those point to is not known. */
static void tell_any_pointers(const struct survey *survey, const struct survey_listener *listener)
{
	struct name_list functions = { .count = 0 };
	char names[NAME_LIST_TEXT];
	struct error why = { 0 };

	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_probe *probe = &survey->probes[i];

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
	survey_tell(listener, &why);
}

/* What it serves by other servers than those that are traced. */
static void tell_others(const struct survey *survey, const struct survey_listener *listener)
{
	char others[OTHER_SERVERS_MAX * OTHER_SERVER_NAME];
	struct error news = { 0 };

	if (survey->others.count == 0)
		return;
	other_servers_format(&survey->others, others, sizeof(others));
	error_fail(&news, 0, "not traced: %s", others);
	survey_tell(listener, &news);
}

void survey_warn(const struct survey *survey, const struct survey_listener *listener)
{
	const struct error *refusal = types_refusal(survey->binary->types);

	if (refusal)
		listener->tell(listener->user, refusal);
	tell_limitations(survey, listener);
	tell_refused(survey, listener);
	tell_copies(survey, listener);
	tell_others(survey, listener);
	tell_unknown(survey, listener);
	if (survey->rows.count)
		capture_warn(survey, listener);
	else
		tell_gaps(survey, listener);
	tell_any_pointers(survey, listener);
	tell_inlined(survey, listener);
}
