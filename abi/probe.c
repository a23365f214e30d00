/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include <errno.h>
#include <stdio.h>

static int resolve(const struct scope *scope, const struct capture *capture,
		   struct plan_builder *builder, struct probe *probe, struct access *access,
		   struct error *err)
{
	struct expression expression;
	struct cell cell;
	int r;

	r = expression_parse(capture->expression, &expression, err);
	if (r == 0)
		r = access_resolve(scope, &expression, access, err);
	if (r == 0)
		r = plan_add(builder, access, capture->lookahead, &cell, err);
	if (r == 0)
		probe->cells[builder->capture_count - 1] =
			(struct probe_cell){.cell = cell, .field = capture->field};
	return r;
}

/* Adds a capture, or notes why this binary cannot give it. */
static int add_capture(const struct scope *scope, const struct capture *capture,
		       struct plan_builder *builder, struct probe *probe, struct error *err)
{
	struct probe_capture *note = &probe->captures[probe->capture_count++];
	struct error why = {0};

	snprintf(note->expression, sizeof(note->expression), "%s", capture->expression);
	note->field = capture->field;
	note->result = resolve(scope, capture, builder, probe, &note->access, &why);
	if (note->result == 0)
		return 0;
	snprintf(note->why, sizeof(note->why), "%.*s", (int)sizeof(note->why) - 1, why.what);
	if (note->result == -ENODATA)
		probe->unknown |= 1u << capture->field;
	return capture->required ? error_adopt(err, &why) : 0;
}

static int find_function(const struct binary *binary, const char *name, struct function *ret_function,
			 struct error *err)
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

/* Whether the request is meant for this binary at all. */
static int check_conditions(const struct binary *binary, const struct probe_request *request,
			    struct error *err)
{
	const struct expected_call call = {request->caller, request->function};
	struct function companion;

	if (request->caller && probe_is_inlined(binary, &call))
		return error_fail(err, -ENOENT, "%s is inlined", call.callee);
	if (request->inlined && !probe_is_inlined(binary, request->inlined))
		return error_fail(err, -ENOENT, "%s is not inlined", request->inlined->callee);
	if (request->companion)
		return find_function(binary, request->companion, &companion, err);
	return 0;
}

/* In the middle of a function its parameters are gone; after a call there are its results. */
static int place_in_middle(const struct binary *binary, const struct function *function,
			   const struct probe_request *request, struct signature *signature,
			   struct probe *probe, struct error *err)
{
	const struct signature *called;
	struct function callee;
	int r = find_function(binary, request->call ? request->call : request->after_call, &callee, err);

	*signature = (struct signature){0};
	if (r == 0 && request->after_call) {
		r = types_signature(binary->types, &callee, &called, &probe->source, err);
		if (r == 0)
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

static int place_at_begin(const struct binary *binary, const struct function *function,
			  struct signature *signature, struct probe *probe, struct error *err)
{
	const struct signature *found;
	int r = types_signature(binary->types, function, &found, &probe->source, err);

	if (r == 0)
		r = site_find(binary->image, binary->convention, function, &probe->site, err);
	if (r == 0)
		*signature = *found;
	return r;
}

/* Chooses the site, and says what can be captured there. */
static int place(const struct binary *binary, const struct probe_request *request,
		 struct signature *signature, struct probe *probe, struct error *err)
{
	struct function function;
	int r = find_function(binary, request->function, &function, err);

	if (r == 0)
		r = check_conditions(binary, request, err);
	if (r < 0)
		return r;
	probe->entry = function.entry;
	if (request->call || request->after_call)
		return place_in_middle(binary, &function, request, signature, probe, err);
	return place_at_begin(binary, &function, signature, probe, err);
}

static int add_captures(const struct scope *scope, const struct probe_request *request,
			struct plan_builder *builder, struct probe *probe, struct error *err)
{
	int r = 0;

	if (request->capture_count > PLAN_MAX_CELLS)
		return error_fail(err, -E2BIG, "more than %d captures at one probe", PLAN_MAX_CELLS);
	for (size_t i = 0; r == 0 && i < request->capture_count; i++)
		r = add_capture(scope, &request->captures[i], builder, probe, err);
	return r;
}

int probe_compile(const struct binary *binary, const struct probe_request *request,
		  uint32_t max_string, struct probe *ret_probe, struct error *err)
{
	struct probe probe = {0};
	struct signature signature;
	struct scope scope = {
		.convention = binary->convention,
		.types = binary->types,
		.signature = &signature,
		.site = &probe.site,
	};
	struct plan_builder builder = {0};
	int r = place(binary, request, &signature, &probe, err);

	if (r == 0)
		r = add_captures(&scope, request, &builder, &probe, err);
	if (r == 0)
		r = plan_compile(&builder, &probe.site, request->role, max_string, &probe.plan, err);
	if (r == 0)
		*ret_probe = probe;
	return r;
}
