/* SPDX-License-Identifier: MIT */
#include "signature_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct output {
	char *text;
	size_t size, used;
};

__attribute__((format(printf, 2, 3))) static void output_add(struct output *output,
							     const char *format, ...)
{
	va_list arguments;
	int length;

	if (output->used >= output->size)
		return;
	va_start(arguments, format);
	length = vsnprintf(output->text + output->used, output->size - output->used, format,
			   arguments);
	va_end(arguments);
	output->used += length > 0 ? (size_t)length : 0;
}

/* The compiler generates names for unnamed parameters: "~r0", ".anon0", ".this". */
static bool has_written_name(const struct parameter *parameter)
{
	return parameter->name[0] && parameter->name[0] != '~' && parameter->name[0] != '.';
}

static bool is_dictionary(const struct parameter *parameter)
{
	return strcmp(parameter->name, ".dict") == 0;
}

static void parameter_add(struct output *output, const struct parameter *parameter)
{
	if (has_written_name(parameter))
		output_add(output, "%s ", parameter->name);
	output_add(output, "%s", parameter->type->name);
}

/* Returns the length of "main.(*Shop)" in "main.(*Shop).Checkout", without the dot. 0: there is no dot. */
static size_t owner_length(const char *function)
{
	const char *dot = NULL;
	int depth = 0;

	/* Dots of import paths and type arguments are not separators. */
	for (const char *c = function; *c; c++) {
		depth += *c == '[' || *c == '(';
		depth -= *c == ']' || *c == ')';
		if (*c == '/' && depth == 0)
			dot = NULL;
		else if (*c == '.' && depth == 0)
			dot = c;
	}
	return dot ? (size_t)(dot - function) : 0;
}

/* "main.Shop[...]" is spelt otherwise in names of functions than in those of types. */
static bool begins_with_type(const char *name, const char *type, size_t length)
{
	return length && strncmp(name, type, length) == 0 &&
	       (name[length] == '\0' || name[length] == '[');
}

/*
 * Returns whether the first parameter is the receiver, which its type reveals: "main.Shop.Close" is a method or a closure
 * in main.Shop, and wrappers that the compiler generates for "main.(*Shop).Close" may have no receiver in DWARF.
 */
static bool has_receiver(const char *function, const struct parameter *first)
{
	size_t length = owner_length(function), bare = strcspn(function, "[");
	const char *star = strstr(function, ".(*");
	const char *type = first->type->name;

	if (bare > length)
		bare = length;
	if (strstr(function + length, "-fm"))
		return false;
	if (!length || function[length - 1] != ')' || !star)
		return begins_with_type(type, function, bare);
	/* "*main." and "Shop" */
	length = (size_t)(star + 1 - function);
	bare = strcspn(star + 3, "[)");
	return type[0] == '*' && strncmp(type + 1, function, length) == 0 &&
	       begins_with_type(type + 1 + length, star + 3, bare);
}

static void parameters_add(struct output *output, const struct parameter *parameters, size_t count)
{
	bool first = true;

	for (size_t i = 0; i < count; i++) {
		if (is_dictionary(&parameters[i]))
			continue;
		output_add(output, "%s", first ? "" : ", ");
		parameter_add(output, &parameters[i]);
		first = false;
	}
}

void signature_format(const char *function, const struct signature *signature, char *text,
		      size_t size)
{
	struct output output = { .text = text, .size = size };
	const struct parameter *parameters = signature->parameters;
	size_t count = signature->parameter_count;

	if (size)
		text[0] = '\0';
	output_add(&output, "func ");
	if (count && !is_dictionary(parameters) && has_receiver(function, parameters)) {
		output_add(&output, "(");
		parameter_add(&output, parameters++);
		output_add(&output, ") ");
		function += owner_length(function) + 1;
		count--;
	}
	output_add(&output, "%s(", function);
	parameters_add(&output, parameters, count);
	output_add(&output, ")");
	if (!signature->result_count)
		return;
	if (signature->result_count == 1 && !has_written_name(signature->results)) {
		output_add(&output, " %s", signature->results->type->name);
		return;
	}
	output_add(&output, " (");
	parameters_add(&output, signature->results, signature->result_count);
	output_add(&output, ")");
}
