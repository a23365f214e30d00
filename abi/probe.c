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

int probe_compile(const struct binary *binary, const struct probe_request *request,
		  uint32_t max_string, struct probe *ret_probe, struct error *err)
{
	struct scope scope = {.convention = binary->convention, .types = binary->types};
	struct plan_builder builder = {0};
	struct probe probe = {0};
	struct function function;
	int r;

	if (!pclntab_find(binary->pclntab, request->function, &function))
		return error_fail(err, -ENOENT, "there is no function %s", request->function);
	r = types_signature(binary->types, &function, &scope.signature, &probe.source, err);
	if (r == 0)
		r = site_find(binary->image, binary->convention, &function, &probe.site, err);
	if (r < 0)
		return r;
	scope.site = &probe.site;
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
