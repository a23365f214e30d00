/* SPDX-License-Identifier: MIT */
#include "method_signature.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "method_types.h"

enum { MAX_RECEIVER = 1024, MAX_PARAMETER_NAME = 24 };

/* Returns the last dot that is not within brackets; NULL if there is none. */
static const char *method_dot(const char *function)
{
	const char *dot = NULL;
	int depth = 0;

	for (const char *c = function; *c; c++) {
		depth += *c == '[' || *c == '(';
		depth -= *c == ']' || *c == ')';
		if (*c == '.' && depth == 0)
			dot = c;
	}
	return dot;
}

/*
 * Splits the name of a method into its receiver's type and its own name: "main.(*Shop).Close" into
 * "*main.Shop" and "Close", "main.Shop.Close" into "main.Shop" and "Close".
 */
static bool split_method(const char *function, char receiver[MAX_RECEIVER], const char **ret_name)
{
	const char *dot = method_dot(function), *star = strstr(function, ".(*");
	int size = MAX_RECEIVER;

	if (!dot)
		return false;
	if (star && star < dot && dot[-1] == ')')
		size = snprintf(receiver, MAX_RECEIVER, "*%.*s.%.*s", (int)(star - function),
				function, (int)(dot - 1 - (star + 3)), star + 3);
	else if (!star)
		size = snprintf(receiver, MAX_RECEIVER, "%.*s", (int)(dot - function), function);
	*ret_name = dot + 1;
	return size < MAX_RECEIVER;
}

static int fail_method_memory(struct error *err)
{
	return error_fail(err, -ENOMEM, "no memory for the types of the binary");
}

static int method_signature_make(struct types *types, const struct type *receiver,
				 const struct method_types *found,
				 const struct signature **ret_signature, struct error *err)
{
	size_t count = found->parameter_count + 1;
	struct signature *signature = arena_alloc(&types->declared, 1, sizeof(*signature));
	struct parameter *parameters = arena_alloc(&types->declared, count, sizeof(*parameters));
	struct parameter *results =
		arena_alloc(&types->declared, found->result_count + 1, sizeof(*results));
	char *names = arena_alloc(&types->declared, count, MAX_PARAMETER_NAME);

	if (!signature || !parameters || !results || !names)
		return fail_method_memory(err);
	for (size_t i = 0; i < count; i++, names += MAX_PARAMETER_NAME) {
		snprintf(names, MAX_PARAMETER_NAME, "p%zu", i);
		parameters[i].name = names;
		parameters[i].type = i ? found->types[i - 1] : receiver;
	}
	for (size_t i = 0; i < found->result_count; i++) {
		results[i].name = "";
		results[i].type = found->types[found->parameter_count + i];
	}
	*signature = (struct signature){ .parameters = parameters,
					 .parameter_count = count,
					 .results = results,
					 .result_count = found->result_count };
	*ret_signature = signature;
	return 0;
}

int method_signature_find(struct types *types, const struct function *function,
			  const struct signature **ret_signature, struct error *err)
{
	char name_of_receiver[MAX_RECEIVER];
	const struct type *receiver;
	struct method_types found = { 0 };
	const char *name;
	int r;

	if (!split_method(function->name, name_of_receiver, &name) ||
	    type_from_descriptors(types, name_of_receiver, &receiver) < 0 ||
	    function->entry < types->text)
		return error_fail(err, -ENODATA, "no type descriptor has the method %s",
				  function->name);
	r = method_types_find(types->descriptors, receiver, name, function->entry - types->text,
			      &found, err);
	return r < 0 ? r : method_signature_make(types, receiver, &found, ret_signature, err);
}
