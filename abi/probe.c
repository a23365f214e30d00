/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include <errno.h>

static int add_capture(const struct scope *scope, const struct capture *capture,
		       struct plan_builder *builder, struct probe *probe, struct error *err)
{
	struct expression expression;
	struct access access;
	struct cell cell;
	int r;

	r = expression_parse(capture->expression, &expression, err);
	if (r == 0)
		r = access_resolve(scope, &expression, &access, err);
	if (r == 0)
		r = plan_add(builder, &access, capture->lookahead, &cell, err);
	if (r == 0)
		probe->cells[builder->capture_count - 1] =
			(struct probe_cell){.cell = cell, .field = capture->field};
	return r;
}

static int find_function(const struct binary *binary, const char *name, struct function *ret_function,
			 struct error *err)
{
	if (pclntab_find(binary->pclntab, name, ret_function))
		return 0;
	return error_fail(err, -ENOENT, "there is no function %s", name);
}

/* In the middle of a function its parameters are gone. */
static int place_at_call(const struct binary *binary, const struct function *function,
			 const char *call, struct scope *scope, struct probe *probe, struct error *err)
{
	static const struct signature none = {0};
	struct function callee;
	int r = find_function(binary, call, &callee, err);

	scope->signature = &none;
	if (r == 0)
		r = site_find_call(binary->image, binary->convention, function, &callee,
				   &probe->site, err);
	return r;
}

static int place_at_begin(const struct binary *binary, const struct function *function,
			  struct scope *scope, struct probe *probe, struct error *err)
{
	int r = types_signature(binary->types, function, &scope->signature, &probe->source, err);

	if (r == 0)
		r = site_find(binary->image, binary->convention, function, &probe->site, err);
	return r;
}

static int place(const struct binary *binary, const struct probe_request *request,
		 struct scope *scope, struct probe *probe, struct error *err)
{
	struct function function, companion;
	int r = find_function(binary, request->function, &function, err);

	if (r == 0 && request->companion)
		r = find_function(binary, request->companion, &companion, err);
	if (r < 0)
		return r;
	if (request->call)
		return place_at_call(binary, &function, request->call, scope, probe, err);
	return place_at_begin(binary, &function, scope, probe, err);
}

int probe_compile(const struct binary *binary, const struct probe_request *request,
		  uint32_t max_string, struct probe *ret_probe, struct error *err)
{
	struct probe probe = {0};
	struct scope scope = {
		.convention = binary->convention,
		.types = binary->types,
		.site = &probe.site,
	};
	struct plan_builder builder = {0};
	int r = place(binary, request, &scope, &probe, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < request->capture_count; i++) {
		const struct capture *capture = &request->captures[i];

		r = add_capture(&scope, capture, &builder, &probe, capture->required ? err : NULL);
		if (r < 0 && capture->required)
			return r;
	}
	r = plan_compile(&builder, &probe.site, request->role, max_string, &probe.plan, err);
	if (r < 0)
		return r;
	*ret_probe = probe;
	return 0;
}
