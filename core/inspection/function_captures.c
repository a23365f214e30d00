/* SPDX-License-Identifier: MIT */
#include "function_captures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "array.h"
#include "call_captures.h"

void function_captures_init(struct function_captures *captures, const char *function,
			    const struct signature *signature, bool latency)
{
	*captures = (struct function_captures){
		.function = function,
		.signature = signature,
		.latency = latency,
		.awaits_return = latency,
		.needs_no_types = true,
	};
}

void function_captures_finish(struct function_captures *captures)
{
	free(captures->items);
	*captures = (struct function_captures){ 0 };
}

static const char *parameter_of_type(const struct signature *signature, const char *type)
{
	for (size_t i = 0; i < signature->parameter_count; i++) {
		if (strcmp(signature->parameters[i].type->name, type) == 0)
			return signature->parameters[i].name;
	}
	return NULL;
}

struct call_parameters function_call_parameters(const struct signature *signature)
{
	struct call_parameters parameters = {
		.request = parameter_of_type(signature, call_request_type),
		.context = parameter_of_type(signature, call_context_type),
	};

	/* A blank parameter cannot be named. */
	if (parameters.context && (!parameters.context[0] || strcmp(parameters.context, "_") == 0))
		parameters.context = NULL;
	return parameters;
}

/* `@g` and similar names are not parameters. */
bool function_request_needs_types(const struct function_request *request)
{
	for (size_t i = 0; i < request->capture_count; i++) {
		if (request->captures[i].steps[0].name[0] != '@')
			return true;
	}
	return !request->has_list;
}

static bool has_parameter(const struct signature *signature, const char *name)
{
	for (size_t i = 0; i < signature->parameter_count; i++) {
		if (strcmp(signature->parameters[i].name, name) == 0)
			return true;
	}
	return false;
}

/* Returns whether the expression begins with a result: `ret`, `ret0` and so on, unless a parameter has this name. */
static bool is_of_result(const struct signature *signature, const struct expression *expression)
{
	const char *root = expression->steps[0].name;

	return strncmp(root, "ret", 3) == 0 && strspn(root + 3, "0123456789") == strlen(root + 3) &&
	       !has_parameter(signature, root);
}

static int append_united(struct function_captures *captures, const struct expression *expression,
			 bool is_buffer, struct error *err)
{
	bool is_result = is_of_result(captures->signature, expression);
	struct function_capture *items;

	if (captures->count == FUNCTION_MAX_CAPTURES)
		return error_fail(err, -E2BIG, "more than %d captures at one function",
				  FUNCTION_MAX_CAPTURES);
	items = array_grow(captures->items, captures->count, sizeof(*items));
	if (!items)
		return error_fail(err, -ENOMEM, "out of memory");
	captures->items = items;
	items[captures->count++] = (struct function_capture){ *expression, is_result, is_buffer };
	captures->awaits_return = captures->awaits_return || is_result;
	return 0;
}

static int unite_capture(struct function_captures *captures, const struct expression *expression,
			 bool is_buffer, struct error *err)
{
	for (size_t i = 0; i < captures->count; i++) {
		const struct expression *other = &captures->items[i].expression;

		if (strcmp(other->name, expression->name) != 0)
			continue;
		captures->items[i].is_buffer &= is_buffer;
		return expression_equal(other, expression) ?
			       0 :
			       expression_fail(
				       err, -EINVAL, expression, 0,
				       "%s and %s have the same name: rename one of them with name=…",
				       other->text, expression->text);
	}
	return append_united(captures, expression, is_buffer, err);
}

/* Parameters without a name, and those that the compiler made, cannot be captured. */
static bool is_capturable(const struct parameter *parameter)
{
	const char *name = parameter->name;

	return name[0] && name[0] != '.' && name[0] != '~' && strcmp(name, "_") != 0;
}

/* Returns whether the function has a signature like io.Reader's `Read(p []byte) (n int, err error)`. */
static bool fills_buffers(const struct function_captures *captures)
{
	const struct signature *signature = captures->signature;
	const char *dot = strrchr(captures->function, '.');
	const char *name = dot ? dot + 1 : captures->function;

	return (strncasecmp(name, "read", 4) == 0 || strncasecmp(name, "recv", 4) == 0) &&
	       signature->result_count && strcmp(signature->results[0].type->name, "int") == 0;
}

static int add_parameter(struct function_captures *captures, const struct parameter *parameter,
			 struct error *err)
{
	bool is_buffer = strcmp(parameter->type->name, "[]uint8") == 0 && fills_buffers(captures);
	struct expression expression;
	int r;

	if (!is_capturable(parameter))
		return 0;
	r = expression_make(&expression, parameter->name, parameter->name, err);
	return r < 0 ? r : unite_capture(captures, &expression, is_buffer, err);
}

static int add_parameters(struct function_captures *captures, struct error *err)
{
	const struct signature *signature = captures->signature;
	int r = 0;

	for (size_t i = 0; r == 0 && i < signature->parameter_count; i++)
		r = add_parameter(captures, &signature->parameters[i], err);
	return r;
}

int function_captures_add(struct function_captures *captures,
			  const struct function_request *request, struct error *err)
{
	int r = 0;

	captures->request_count++;
	captures->needs_no_types &= !function_request_needs_types(request);
	for (size_t i = 0; r == 0 && i < request->capture_count; i++)
		r = unite_capture(captures, &request->captures[i], false, err);
	if (request->has_list)
		return r;
	captures->shows_results = captures->latency;
	if (parameter_of_type(captures->signature, call_request_type))
		return 0;
	captures->wants_parameters = true;
	return add_parameters(captures, err);
}

static void fill_returned(const struct function_captures *captures, struct probe_values *values)
{
	for (size_t i = 0; captures->shows_results && i < captures->signature->result_count; i++) {
		char name[32];

		snprintf(name, sizeof(name), "ret%zu", i);
		expression_make(&values->returned[i], name, name, NULL);
		values->items[values->count++].expression = &values->returned[i];
	}
	values->returned_count = (uint16_t)values->count;
}

static void fill(const struct function_captures *captures, enum captures_part part,
		 struct probe_values *values)
{
	if (part != CAPTURES_AT_CALL)
		fill_returned(captures, values);
	for (size_t i = 0; i < captures->count; i++) {
		if (part != CAPTURES_AT_ONCE &&
		    captures->items[i].is_result != (part == CAPTURES_AT_RETURN))
			continue;
		values->items[values->count++] = (struct value_request){
			.expression = &captures->items[i].expression,
			.shows_type = captures->items[i].is_buffer,
			.position = (uint16_t)i,
		};
	}
}

int function_captures_values(const struct function_captures *captures, enum captures_part part,
			     struct probe_values *ret_values, struct error *err)
{
	size_t returned = captures->shows_results ? captures->signature->result_count : 0;
	struct probe_values values = {
		.items = calloc(returned + captures->count + 1, sizeof(*values.items)),
		.returned = calloc(returned + 1, sizeof(*values.returned)),
	};

	if (!values.items || !values.returned) {
		probe_values_finish(&values);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	fill(captures, part, &values);
	*ret_values = values;
	return 0;
}

void probe_values_finish(struct probe_values *values)
{
	free(values->items);
	free(values->returned);
	*values = (struct probe_values){ 0 };
}
