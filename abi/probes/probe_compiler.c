/* SPDX-License-Identifier: MIT */
#include "probe_compiler.h"

#include <errno.h>

#include "array.h"
#include "probe_arguments.h"
#include "probe_capture.h"
#include "probe_place.h"

/* Adds a capture, and records its cell, or that the location of its field is unknown. */
static int probe_add_capture(const struct scope *scope, const struct capture *capture,
			     struct plan_builder *builder, struct probe *probe, struct error *err)
{
	struct probe_capture *captures =
		array_grow(probe->captures, probe->capture_count, sizeof(*captures));
	struct probe_capture *result;
	uint16_t cell = builder->capture_count;
	int r;

	if (!captures)
		return error_fail(err, -ENOMEM, "out of memory");
	probe->captures = captures;
	result = &captures[probe->capture_count++];
	*result = (struct probe_capture){ 0 };
	r = probe_capture_add(scope, capture, builder, result, err);
	probe_name_cells(probe, builder, cell, capture->field);
	if (result->result == 0 && result->source == TYPE_SOURCE_NONE)
		result->source = probe->source;
	if (result->result == -ENODATA || (result->result == -ENOENT && capture->elsewhere))
		probe->unknown |= UINT64_C(1) << capture->field;
	return r;
}

static int add_captures(const struct scope *outer, const struct probe_request *request,
			struct plan_builder *builder, struct probe *probe, struct error *err)
{
	struct scope scope = *outer;
	int r = 0;

	scope.roots = request->capture_roots;
	if (request->capture_count > PROBE_MAX_CAPTURES)
		return error_fail(err, -E2BIG, "more than %d captures at one probe",
				  PROBE_MAX_CAPTURES);
	for (size_t i = 0; r == 0 && i < request->capture_count; i++) {
		if (!request->captures[i].extra || request->captures[i].extra & request->extras)
			r = probe_add_capture(&scope, &request->captures[i], builder, probe, err);
	}
	return r;
}

static int compile(const struct scope *scope, const struct probe_request *request,
		   const struct capture_spec *spec, struct probe *probe, struct error *err)
{
	struct plan_builder builder = { 0 };
	int r = add_captures(scope, request, &builder, probe, err);

	if (r < 0)
		return r;
	if (request->wants_arguments)
		return probe_arguments_compile(scope, request, spec, &builder, probe, err);
	return plan_compile(&builder, &probe->site, request->role, spec->max_string, &probe->plan,
			    err);
}

/* Returns how many parts of the arguments cannot be read at the probe's site. */
static size_t count_missing(const struct probe *probe)
{
	size_t count = 0;

	for (size_t i = 0; i < probe->arguments.node_count; i++)
		count += probe->arguments.nodes[i].kind == SHAPE_NULL;
	return count;
}

/*
 * Finds the site after which float parameters in registers can be read; -ENOENT if there are no such
 * parameters.
 */
static int find_spill_site(const struct binary *binary, const struct scope *scope,
			   const struct function *function, struct spill_site *ret_spill)
{
	struct argument_use use;
	int r = convention_use(scope->convention, scope->types, scope->signature, &use, NULL);

	if (r < 0)
		return r;
	if (!use.floats)
		return -ENOENT;
	return spill_site_find(binary->image, function, scope->site, &use, ret_spill, NULL);
}

/* Moves the probe to the spill site if more of the arguments can be read there. A probe there is slower. */
static void try_spill_site(const struct binary *binary, const struct scope *begin,
			   const struct probe_request *request, const struct function *function,
			   const struct capture_spec *spec, struct probe *probe)
{
	struct spill_site spill;
	struct scope scope = *begin;
	struct probe later = { .entry = probe->entry, .source = probe->source };

	if (find_spill_site(binary, begin, function, &spill) < 0)
		return;
	later.site = spill.site;
	scope.site = &later.site;
	scope.spill = &spill;
	if (compile(&scope, request, spec, &later, NULL) < 0 ||
	    count_missing(&later) >= count_missing(probe)) {
		probe_finish(&later);
		return;
	}
	probe_finish(probe);
	*probe = later;
}

static bool is_at_begin(const struct probe_request *request)
{
	return !request->returns && !request->call && !request->after_call;
}

int probe_compile(const struct binary *binary, const struct probe_request *request,
		  const struct capture_spec *spec, struct probe *ret_probe, struct error *err)
{
	struct probe probe = { 0 };
	struct signature signature;
	struct function function;
	struct scope scope = {
		.convention = binary->convention,
		.version = &binary->version,
		.types = binary->types,
		.signature = &signature,
		.site = &probe.site,
		.notes_results = request->notes_results,
	};
	int r = probe_place(binary, request, &function, &signature, &probe, err);

	if (r == 0)
		r = compile(&scope, request, spec, &probe, err);
	if (r == 0 && request->wants_arguments && is_at_begin(request) && count_missing(&probe))
		try_spill_site(binary, &scope, request, &function, spec, &probe);
	/* It is unknown which captures depend on the wrong type, so the whole probe fails. */
	if (r == 0)
		r = types_check_contradiction(binary->types, err);
	if (r == 0)
		*ret_probe = probe;
	else
		probe_finish(&probe);
	return r;
}
