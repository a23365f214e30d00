/* SPDX-License-Identifier: MIT */
/* Compiles probes: places a probe in a function, and makes the plan of what is read there. */
#include "probe.h"

#include <errno.h>
#include <stdlib.h>

#include "array.h"
#include "function_signature.h"
#include "minimum.h"
#include "probe_capture.h"

static int find_function(const struct binary *binary, const char *name,
			 struct function *ret_function, struct error *err)
{
	if (pclntab_find(binary->pclntab, name, ret_function))
		return 0;
	return error_fail(err, -ENOENT, "there is no function %s", name);
}

bool probe_is_inlined(const struct binary *binary, const struct expected_call *call)
{
	struct function caller, callee;

	return pclntab_find(binary->pclntab, call->caller, &caller) &&
	       pclntab_find(binary->pclntab, call->callee, &callee) &&
	       site_count_calls(binary->image, &caller, &callee, NULL) == 0;
}

/* Returns 0 if the request applies to this binary, or -ENOENT. */
static int check_conditions(const struct binary *binary, const struct probe_request *request,
			    struct error *err)
{
	const struct expected_call call = { request->caller, request->function };
	struct function companion;

	if (request->caller && probe_is_inlined(binary, &call))
		return error_fail(err, -ENOENT, "%s is inlined", call.callee);
	if (request->inlined && !probe_is_inlined(binary, request->inlined))
		return error_fail(err, -ENOENT, "%s is not inlined", request->inlined->callee);
	if (request->companion)
		return find_function(binary, request->companion, &companion, err);
	return 0;
}

/*
 * Places the probe on or after a call. The parameters of the function cannot be read there. On the call, those of the
 * called function can; after the call, its results, which become the parameters of `signature`.
 */
static int place_in_middle(const struct binary *binary, const struct function *function,
			   const struct probe_request *request, struct signature *signature,
			   struct probe *probe, struct error *err)
{
	const struct signature *called;
	struct function callee;
	int r = find_function(binary, request->call ? request->call : request->after_call, &callee,
			      err);

	*signature = (struct signature){ 0 };
	if (r == 0 && !request->needs_no_types) {
		r = function_signature(binary, &callee, &called, &probe->source, err);
		if (r == 0 && request->call)
			*signature = (struct signature){
				.parameters = called->parameters,
				.parameter_count = called->parameter_count,
			};
		else if (r == 0)
			*signature = (struct signature){
				.parameters = called->results,
				.parameter_count = called->result_count,
			};
	}
	if (r == 0)
		r = site_find_call(binary->image, binary->convention, function, &callee,
				   request->call ? SITE_CALL : SITE_AFTER_CALL, &probe->site, err);
	return r;
}

/*
 * If no register holds g, g is in thread-local storage at an offset that is the same in the whole binary. A
 * function without a stack check does not contain the offset, so it is taken from another function.
 */
static void learn_goroutine(const struct binary *binary, struct site *site)
{
	struct function other;
	struct site begin;

	if (site->goroutine_register != CONVENTION_NO_REGISTER || site->goroutine_offset)
		return;
	if (pclntab_find(binary->pclntab, "runtime.goexit1", &other) &&
	    site_find(binary->image, binary->convention, &other, &begin, NULL) == 0)
		site->goroutine_offset = begin.goroutine_offset;
}

static int place_at_begin(const struct binary *binary, const struct function *function,
			  const struct probe_request *request, struct signature *signature,
			  struct probe *probe, struct error *err)
{
	static const struct signature nothing = { 0 };
	const struct signature *found = &nothing;
	int r = function_signature(binary, function, &found, &probe->source, err);

	if (r == 0 || request->needs_no_types)
		r = site_find(binary->image, binary->convention, function, &probe->site, err);
	if (r < 0)
		return r;
	learn_goroutine(binary, &probe->site);
	*signature = *found;
	/* Only DWARF may lack parameters. The built-in table has all of them, but not always their types. */
	signature->stack_size = probe->source == TYPE_SOURCE_DWARF && function->stack_size > 0 ?
					function->stack_size :
					0;
	return 0;
}

/* Places the probe on all return instructions, which share one plan. */
static int place_at_returns(const struct binary *binary, const struct function *function,
			    const struct probe_request *request, struct signature *signature,
			    struct probe *probe, struct error *err)
{
	int r = place_at_begin(binary, function, request, signature, probe, err);
	int32_t goroutine_offset = probe->site.goroutine_offset;

	if (r == 0)
		r = site_find_returns(binary->image, binary->convention, function, &probe->returns,
				      err);
	if (r < 0)
		return r;
	probe->site = probe->returns.first;
	probe->site.goroutine_offset = goroutine_offset;
	return 0;
}

/* Finds the function, its signature and the site of the probe. */
static int place(const struct binary *binary, const struct probe_request *request,
		 struct function *function, struct signature *signature, struct probe *probe,
		 struct error *err)
{
	int r = 0;

	if (request->at)
		*function = *request->at;
	else
		r = find_function(binary, request->function, function, err);
	if (r == 0)
		r = check_conditions(binary, request, err);
	if (r < 0)
		return r;
	probe->entry = function->entry;
	if (request->returns)
		return place_at_returns(binary, function, request, signature, probe, err);
	if (request->call || request->after_call)
		return place_in_middle(binary, function, request, signature, probe, err);
	r = place_at_begin(binary, function, request, signature, probe, err);
	probe->site.returns_at_once = request->returns_at_once;
	return r;
}

static struct scope scope_with(const struct scope *scope, struct scope_roots roots)
{
	struct scope with = *scope;

	with.roots = roots;
	return with;
}

/* Records the cells from this number on, which belong to the field; or, PROBE_NO_FIELD, to the arguments. */
static void name_cells(const struct plan_builder *builder, uint16_t from, uint8_t field,
		       struct probe *probe)
{
	for (uint16_t i = from; i < builder->capture_count; i++)
		probe->cells[i] = (struct probe_cell){ builder->captures[i].cell, field };
}

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
	name_cells(builder, cell, capture->field, probe);
	if (result->result == 0 && result->source == TYPE_SOURCE_NONE)
		result->source = probe->source;
	if (result->result == -ENODATA || (result->result == -ENOENT && capture->elsewhere))
		probe->unknown |= UINT64_C(1) << capture->field;
	return r;
}

static int add_captures(const struct scope *outer, const struct probe_request *request,
			struct plan_builder *builder, struct probe *probe, struct error *err)
{
	struct scope scope = scope_with(outer, request->capture_roots);
	int r = 0;

	if (request->capture_count > PROBE_MAX_CAPTURES)
		return error_fail(err, -E2BIG, "more than %d captures at one probe",
				  PROBE_MAX_CAPTURES);
	for (size_t i = 0; r == 0 && i < request->capture_count; i++) {
		if (!request->captures[i].extra || request->captures[i].extra & request->extras)
			r = probe_add_capture(&scope, &request->captures[i], builder, probe, err);
	}
	return r;
}

enum { USUAL_ELEMENTS = 8, LEAST_BYTES = 16 };

static uint16_t elements_of(const struct capture_spec *spec)
{
	return spec->max_elements ? spec->max_elements : USUAL_ELEMENTS;
}

/* Has the plan leave out hits without this number, if it has a place in the plan. */
static int keep_if_wanted(const struct probe *probe, const struct wanted_number *wanted,
			  struct plan_builder *builder)
{
	int cell =
		shape_find_integer(&probe->arguments, wanted->steps, wanted->step_count, builder);
	const struct plan_capture *capture = cell < 0 ? NULL : &builder->captures[cell];
	int condition = capture ? plan_require(builder, capture->place, PLAN_EQUAL,
					       capture->cell.size, wanted->number, NULL) :
				  cell;

	return condition < 0 ? condition : plan_keep_if(builder, condition, NULL);
}

static void keep_wanted(const struct probe *probe, const struct probe_request *request,
			struct plan_builder *builder)
{
	for (size_t i = 0; i < request->wanted_count; i++) {
		struct plan_mark before = plan_mark(builder);

		if (keep_if_wanted(probe, &request->wanted[i], builder) < 0)
			plan_rewind(builder, before);
	}
}

/* Compiles a plan of the captures in the builder and of the arguments within these bounds. */
static int try_bounds(const struct scope *scope, const struct probe_request *request,
		      const struct capture_spec *spec, struct plan_builder *builder,
		      struct shape_bounds bounds, struct probe *probe, struct error *err)
{
	uint16_t capture_count = builder->capture_count;
	int r = shape_create(scope, request->arguments, request->argument_count, bounds, builder,
			     &probe->arguments, &probe->gaps, err);

	if (r < 0)
		return r;
	keep_wanted(probe, request, builder);
	r = plan_compile(builder, &probe->site, request->role, spec->max_string, &probe->plan, err);
	name_cells(builder, capture_count, PROBE_NO_FIELD, probe);
	if (r < 0)
		shape_finish(&probe->arguments);
	return r;
}

/*
 * As try_bounds(), with the bounds limited by the user's. Leaves the builder unchanged, so that other bounds
 * can be tried.
 */
static int add_bounded(const struct scope *scope, const struct probe_request *request,
		       const struct capture_spec *spec, struct plan_builder *builder,
		       struct shape_bounds bounds, struct probe *probe, struct error *err)
{
	uint16_t elements = elements_of(spec);
	struct plan_mark captures = plan_mark(builder);
	int r;

	bounds.width = minimum(bounds.width, elements);
	bounds.bytes = maximum(minimum(bounds.bytes, spec->max_string), LEAST_BYTES);
	bounds.allows_missing = request->allows_missing;
	bounds.learned = learned_probes_find(request->learned, probe->entry, request->role);
	bounds.spec = spec;
	r = try_bounds(scope, request, spec, builder, bounds, probe, err);
	plan_rewind(builder, captures);
	return r;
}

/*
 * Captures as many of the arguments as fit into a plan, each within the least bounds; leaves out the others.
 */
static int add_fitting(const struct scope *scope, const struct probe_request *request,
		       const struct capture_spec *spec, struct plan_builder *builder,
		       struct probe *probe, struct error *err)
{
	size_t fitting = 0, excess = request->argument_count;
	struct shape_bounds bounds = { .bytes = LEAST_BYTES, .types = 5, .has_limit = true };
	int r;

	while (excess - fitting > 1) {
		bounds.limit = fitting + (excess - fitting) / 2;
		r = add_bounded(scope, request, spec, builder, bounds, probe, NULL);
		if (r < 0 && r != -E2BIG)
			return r;
		if (r == 0)
			shape_finish(&probe->arguments);
		*(r == 0 ? &fitting : &excess) = bounds.limit;
	}
	bounds.limit = fitting;
	return add_bounded(scope, request, spec, builder, bounds, probe, err);
}

/* Bounds of captured values, the largest first: they are tried in turn until the values fit into a plan. */
static const struct shape_bounds ladder[] = {
	{ 4, UINT16_MAX, 4, 1024, 16 },
	{ 4, UINT16_MAX, 4, 256, 8 },
	{ 4, UINT16_MAX, 1, 64, 5 },
	{ 3, UINT16_MAX, 1, 64, 5 },
	{ 2, UINT16_MAX, 0, 64, 5 },
	{ 4, 8, 4, 64, 5 },
	{ 4, 8, 1, 64, 5 },
	{ 4, 8, 1, 64, 3 },
	{ 4, 4, 1, 64, 5 },
	{ 4, 8, 1, 64, 2 },
	{ 4, 4, 1, 64, 3 },
	{ 3, 8, 1, 64, 5 },
	{ 4, 2, 1, 64, 5 },
	{ 3, 4, 0, 64, 5 },
	{ 3, 2, 0, 64, 5 },
	{ 2, 8, 0, 64, 5 },
	{ 2, 4, 0, 32, 5 },
	{ 2, 2, 0, 32, 5 },
	{ 1, 4, 0, 32, 5 },
	{ 1, 1, 0, LEAST_BYTES, 5 },
	{ 0, 0, 0, LEAST_BYTES, 5 },
};

/*
 * If types were learned, other possible types of interfaces are given up before the values get smaller
 * bounds.
 */
static int add_without_guesses(const struct scope *scope, const struct probe_request *request,
			       const struct capture_spec *spec, struct plan_builder *builder,
			       struct shape_bounds bounds, struct probe *probe, struct error *err)
{
	bounds.types = 0;
	return add_bounded(scope, request, spec, builder, bounds, probe, err);
}

enum { LADDER_WIDE = 5, LADDER_SIZE = sizeof(ladder) / sizeof(ladder[0]) };

/* Captures as much of the arguments as fits into a plan. */
static int add_arguments(const struct scope *outer, const struct probe_request *request,
			 const struct capture_spec *spec, struct plan_builder *builder,
			 struct probe *probe, struct error *err)
{
	struct scope scope = scope_with(outer, request->argument_roots);
	int r = -E2BIG;

	for (size_t i = 0; r == -E2BIG && i < LADDER_SIZE; i++) {
		/* These bounds differ from later ones only if the user asks for more elements than usual. */
		if (i > 1 && i < LADDER_WIDE && elements_of(spec) <= USUAL_ELEMENTS)
			continue;
		r = add_bounded(&scope, request, spec, builder, ladder[i], probe, err);
		if (r == -E2BIG && request->learned)
			r = add_without_guesses(&scope, request, spec, builder, ladder[i], probe,
						err);
	}
	if (r == -E2BIG && request->drops_excess)
		r = add_fitting(&scope, request, spec, builder, probe, err);
	probe->has_arguments = r == 0;
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
		return add_arguments(scope, request, spec, &builder, probe, err);
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
	int r = place(binary, request, &function, &signature, &probe, err);

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

void probe_finish(struct probe *probe)
{
	shape_finish(&probe->arguments);
	return_sites_release(&probe->returns);
	free(probe->captures);
	probe->captures = NULL;
	probe->capture_count = 0;
}
