/* SPDX-License-Identifier: MIT */
#include "probe_place.h"

#include <errno.h>

#include "begin_site.h"
#include "call_site.h"
#include "function_signature.h"

static int find_function(const struct binary *binary, const char *name,
			 struct function *ret_function, struct error *err)
{
	if (pclntab_find(binary->pclntab, name, ret_function))
		return 0;
	return error_fail(err, -ENOENT, "there is no function %s", name);
}

/* Returns 0 if the request applies to this binary, or -ENOENT. */
static int check_conditions(const struct binary *binary, const struct probe_request *request,
			    struct error *err)
{
	const struct expected_call call = { request->caller, request->function };
	struct function companion;

	if (request->caller && expected_call_is_inlined(binary, &call))
		return error_fail(err, -ENOENT, "%s is inlined", call.callee);
	if (request->inlined && !expected_call_is_inlined(binary, request->inlined))
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
		r = call_site_find(binary->image, binary->convention, function, &callee,
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
	    begin_site_find(binary->image, binary->convention, &other, &begin, NULL) == 0)
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
		r = begin_site_find(binary->image, binary->convention, function, &probe->site, err);
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
		r = return_sites_find(binary->image, binary->convention, function, &probe->returns,
				      err);
	if (r < 0)
		return r;
	probe->site = probe->returns.first;
	probe->site.goroutine_offset = goroutine_offset;
	return 0;
}

int probe_place(const struct binary *binary, const struct probe_request *request,
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
