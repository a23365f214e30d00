/* SPDX-License-Identifier: MIT */
#include "signature_text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MAX_ARGUMENTS = 8 };

/* The type arguments of a function, spelt as in names of types. Each is replaced by a type parameter. */
struct type_arguments {
	struct {
		const char *text;
		size_t size;
	} items[MAX_ARGUMENTS];
	size_t count;
};

struct output {
	char *text;
	size_t size, used;
	struct type_arguments arguments;
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

/* ---- type parameters ---- */

/* Returns the length up to the first comma or closing bracket outside of nested brackets. */
static size_t argument_length(const char *text)
{
	size_t size = 0;

	for (int depth = 0; text[size]; size++) {
		char c = text[size];

		if (depth == 0 && (c == ',' || c == ']'))
			break;
		depth += c == '[' || c == '(' || c == '{';
		depth -= c == ']' || c == ')' || c == '}';
	}
	return size;
}

/* Parses the type arguments of a name such as "main.Map[go.shape.*uint8,go.shape.string]". Accepts NULL. */
static struct type_arguments arguments_of(const char *shared)
{
	struct type_arguments arguments = { .count = 0 };
	const char *at = shared ? strchr(shared, '[') : NULL;

	while (at && (*at == '[' || *at == ',') && arguments.count < MAX_ARGUMENTS) {
		size_t size = argument_length(++at);

		arguments.items[arguments.count].text = at;
		arguments.items[arguments.count++].size = size;
		at += size;
	}
	return arguments;
}

bool signature_is_ambiguous(const struct signature *signature)
{
	struct type_arguments arguments = arguments_of(signature->shared);

	for (size_t i = 0; i < arguments.count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (arguments.items[i].size == arguments.items[j].size &&
			    strncmp(arguments.items[i].text, arguments.items[j].text,
				    arguments.items[i].size) == 0)
				return true;
		}
	}
	return false;
}

static bool is_type_name_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '.' || c == '/' || (c & 0x80);
}

/* Returns the index of the longest type argument that is a whole word at `at`; SIZE_MAX if there is none. */
static size_t argument_at(const struct type_arguments *arguments, const char *begin, const char *at)
{
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < arguments->count; i++) {
		const char *text = arguments->items[i].text;
		size_t size = arguments->items[i].size;

		if (!size || strncmp(at, text, size) != 0 || is_type_name_byte(at[size]) ||
		    (at > begin && is_type_name_byte(at[-1]) && is_type_name_byte(*at)))
			continue;
		if (found == SIZE_MAX || size > arguments->items[found].size)
			found = i;
	}
	return found;
}

/* Binaries do not contain the names of type parameters, so they are called T, or T1, T2 and so on. */
static void parameter_name_add(struct output *output, size_t index)
{
	if (output->arguments.count == 1)
		output_add(output, "T");
	else
		output_add(output, "T%zu", index + 1);
}

static void type_parameters_add(struct output *output)
{
	output_add(output, "[");
	for (size_t i = 0; i < output->arguments.count; i++) {
		output_add(output, "%s", i ? ", " : "");
		parameter_name_add(output, i);
	}
	output_add(output, "]");
}

/* Writes the name of a type, with its type arguments replaced by type parameters. */
static void dependent_type_add(struct output *output, const char *name)
{
	for (const char *at = name; *at;) {
		size_t index = argument_at(&output->arguments, name, at);

		if (index != SIZE_MAX) {
			parameter_name_add(output, index);
			at += output->arguments.items[index].size;
		} else {
			output_add(output, "%.1s", at);
			at++;
		}
		if (*at == ',' && at[1] != ' ') {
			output_add(output, ", ");
			at++;
		}
	}
}

/* Writes a function's name. The brackets of a generic function are replaced by type parameters. */
static void function_add(struct output *output, const char *function)
{
	size_t open = strcspn(function, "[");
	const char *close = strrchr(function, ']');

	if (!output->arguments.count || !close || (size_t)(close - function) < open) {
		output_add(output, "%s", function);
		return;
	}
	output_add(output, "%.*s", (int)open, function);
	type_parameters_add(output);
	output_add(output, "%s", close + 1);
}

/* ---- parameters ---- */

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
	if (parameter->dictionary_word)
		dependent_type_add(output, parameter->type->name);
	else
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

/* Ignores type arguments: those of "main.Shop[...]" are spelt differently in function and type names. */
static bool begins_with_type(const char *name, const char *type, size_t length)
{
	return length && strncmp(name, type, length) == 0 &&
	       (name[length] == '\0' || name[length] == '[');
}

/*
 * Returns whether the first parameter is the receiver. The name alone does not decide this: "main.Shop.Close"
 * is a method of the type main.Shop or a closure in the function main.Shop, and wrappers that the compiler
 * generates for "main.(*Shop).Close" may have no receiver in DWARF. So the parameter's type must be that of
 * the receiver.
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
	struct output output = { .text = text,
				 .size = size,
				 .arguments = arguments_of(signature->shared) };
	const struct parameter *parameters = signature->parameters;
	size_t count = signature->parameter_count;

	if (size)
		text[0] = '\0';
	output_add(&output, "func ");
	/* In Go 1.18 and 1.19 the dictionary is before the receiver. */
	if (count && is_dictionary(parameters)) {
		parameters++;
		count--;
	}
	if (count && has_receiver(function, parameters)) {
		output_add(&output, "(");
		parameter_add(&output, parameters++);
		output_add(&output, ") ");
		function += owner_length(function) + 1;
		count--;
	}
	function_add(&output, function);
	output_add(&output, "(");
	parameters_add(&output, parameters, count);
	output_add(&output, ")");
	if (!signature->result_count)
		return;
	if (signature->result_count == 1 && !has_written_name(signature->results)) {
		output_add(&output, " ");
		parameter_add(&output, signature->results);
		return;
	}
	output_add(&output, " (");
	parameters_add(&output, signature->results, signature->result_count);
	output_add(&output, ")");
}
