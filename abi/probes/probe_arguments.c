/* SPDX-License-Identifier: MIT */
#include "probe_arguments.h"

#include <errno.h>

#include "minimum.h"

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
	probe_name_cells(probe, builder, capture_count, PROBE_NO_FIELD);
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

int probe_arguments_compile(const struct scope *outer, const struct probe_request *request,
			    const struct capture_spec *spec, struct plan_builder *builder,
			    struct probe *probe, struct error *err)
{
	struct scope scope = *outer;
	int r = -E2BIG;

	scope.roots = request->argument_roots;
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
