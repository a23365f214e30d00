/* SPDX-License-Identifier: MIT */
#include "function_arguments.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "presets.h"

int function_arguments_add(struct function_request **functions, size_t *count, const char *text,
			   struct error *err)
{
	struct function_request *grown = array_grow(*functions, *count, sizeof(*grown));
	int r;

	if (!grown)
		return error_fail(err, -ENOMEM, "out of memory");
	*functions = grown;
	r = function_request_parse(text, &grown[*count], err);
	if (r == 0)
		(*count)++;
	return r;
}

static int fail_preset(const char *name, struct error *err)
{
	char names[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < preset_count && used < sizeof(names); i++)
		used += snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
				 presets[i].name);
	return error_fail(err, -EINVAL, "--preset %s: there is no such preset, only %s", name,
			  names);
}

int function_arguments_add_preset(struct function_request **functions, size_t *count,
				  const char *name, struct error *err)
{
	const struct preset *preset = preset_find(name);
	int r = preset ? 0 : fail_preset(name, err);

	for (size_t i = 0; r == 0 && preset->functions[i]; i++) {
		r = function_arguments_add(functions, count, preset->functions[i], err);
		if (r == 0)
			(*functions)[*count - 1].is_optional = true;
	}
	return r;
}

static bool captures_result(const struct function_request *function)
{
	for (size_t i = 0; i < function->capture_count; i++) {
		const char *root = function->captures[i].steps[0].name;

		if (strncmp(root, "ret", 3) == 0 &&
		    strspn(root + 3, "0123456789") == strlen(root + 3))
			return true;
	}
	return false;
}

bool function_arguments_capture_results(const struct function_request *functions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (captures_result(&functions[i]))
			return true;
	}
	return false;
}
