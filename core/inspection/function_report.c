/* SPDX-License-Identifier: MIT */
#include "function_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "begin_site.h"
#include "function_set.h"
#include "function_signature.h"
#include "inlining.h"
#include "instance.h"
#include "signature_text.h"
#include "similar.h"
#include "site.h"

/* A limit, because each function has to be disassembled. */
#define MAX_FUNCTIONS 1000

enum { TEXT_SIZE = 2048 };

int function_missing(const struct binary *binary, const char *pattern, struct error *err)
{
	char names[256];

	if (inlining_explain(binary->image, binary->pclntab, &binary->version, pattern, err) < 0)
		return -ENOENT;
	error_fail(err, -ENOENT, "there is no function %s", pattern);
	if (!function_pattern_is_glob(pattern) &&
	    similar_functions(binary->pclntab, pattern, names, sizeof(names)))
		error_hint(err, "similar: %s", names);
	return -ENOENT;
}

int declaration_unused(const struct binary *binary, const char *function, struct error *err)
{
	struct error missing = { 0 };
	struct function found;

	if (pclntab_find(binary->pclntab, function, &found)) {
		error_fail(err, -ENOENT,
			   "the signature of %s is not used: it is no FUNCTION to trace", function);
		error_hint(err, "name the function as well");
		return -ENOENT;
	}
	function_missing(binary, function, &missing);
	error_fail(err, -ENOENT, "the signature of %s is not used: %s", function, missing.what);
	if (missing.hint[0])
		error_hint(err, "%s", missing.hint);
	return -ENOENT;
}

/* The signature that a generic function has in one instance. */
struct instance_signature {
	struct signature signature;
	struct parameter *parameters; /* and results */
	char name[TEXT_SIZE];
};

static int take_instance_types(struct types *types, const struct instance *instance,
			       const struct parameter *from, size_t count, struct parameter *to)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		to[i] = from[i];
		if (to[i].dictionary_word)
			r = instance_type(types, instance, &from[i], &to[i].type, NULL);
	}
	return r;
}

/* Negative when the instance's dictionary does not have all types. The caller frees the parameters. */
static int instance_signature_make(struct types *types, const struct signature *signature,
				   const struct instance *instance,
				   struct instance_signature *ret_made)
{
	size_t count = signature->parameter_count;
	int r;

	ret_made->signature = *signature;
	ret_made->parameters =
		calloc(count + signature->result_count + 1, sizeof(*ret_made->parameters));
	if (!ret_made->parameters)
		return -ENOMEM;
	instance_format(signature, instance, ret_made->name, sizeof(ret_made->name));
	ret_made->signature.shared = ret_made->name;
	ret_made->signature.parameters = ret_made->parameters;
	ret_made->signature.results = ret_made->parameters + count;
	r = take_instance_types(types, instance, signature->parameters, count,
				ret_made->parameters);
	return r < 0 ? r :
		       take_instance_types(types, instance, signature->results,
					   signature->result_count, ret_made->parameters + count);
}

/* Where two type arguments have one shape, an instance in which they differ tells which is which. */
static void format_signature(const struct binary *binary, const struct function *function,
			     const struct signature *signature,
			     const struct instance_list *instances, char text[static TEXT_SIZE])
{
	bool found = !signature_is_ambiguous(signature);

	signature_format(function->name, signature, text, TEXT_SIZE);
	for (size_t i = 0; !found && i < instances->count; i++) {
		struct instance_signature made;

		found = instance_signature_make(binary->types, signature, &instances->items[i],
						&made) == 0 &&
			!signature_is_ambiguous(&made.signature);
		if (found)
			signature_format(function->name, &made.signature, text, TEXT_SIZE);
		free(made.parameters);
	}
}

static void report_instances(struct report *report, const struct signature *signature,
			     const struct instance_list *instances)
{
	char name[TEXT_SIZE];

	if (!instances->count)
		return;
	report_open_list(report, "instances");
	for (size_t i = 0; i < instances->count; i++) {
		instance_format(signature, &instances->items[i], name, sizeof(name));
		report_string(report, NULL, name);
	}
	report_close_list(report);
}

/* Reports the types of a function, and why some are missing. */
static void report_types(struct report *report, const struct binary *binary,
			 const struct function *function)
{
	enum type_source source = TYPE_SOURCE_NONE;
	const struct signature *signature;
	struct error why = { 0 };
	static const struct instance_list none;
	const struct instance_list *instances = &none;
	char text[TEXT_SIZE];

	if (function_signature(binary, function, &signature, &source, &why) == 0) {
		instances_find(binary->types, signature, &instances, NULL);
		format_signature(binary, function, signature, instances, text);
		report_string(report, "signature", text);
		report_string(report, "types", type_source_name(source));
		report_instances(report, signature, instances);
	} else if (types_have_dwarf(binary->types) ||
		   types_have_declaration(binary->types, function->name)) {
		report_string(report, "unknown", why.what);
	}
}

static void report_site(struct report *report, const struct binary *binary,
			const struct function *function)
{
	struct error why = { 0 };
	struct site site;

	if (begin_site_find(binary->image, binary->convention, function, &site, &why) < 0) {
		report_string(report, "refused", why.what);
		return;
	}
	report_string(report, "site", site_kind_name(site.kind));
	report_address(report, "address", site.address);
	report_address(report, "file_offset", site.file_offset);
}

static void report_inlined(struct report *report, const struct inlined *inlined)
{
	if (inlined->caller_count == 0)
		return;
	report_number(report, "inlined", inlined->caller_count);
	report_open_list(report, "inlined_into");
	for (size_t i = 0; i < inlined->caller_count && i < INLINING_MAX_CALLERS; i++)
		report_string(report, NULL, inlined->callers[i].name);
	report_close_list(report);
}

static int report_set(struct report *report, const struct binary *binary,
		      const struct function_set *set)
{
	const char **names = calloc(set->count, sizeof(*names));
	struct inlined *inlined = calloc(set->count, sizeof(*inlined));
	int r = -ENOMEM;

	if (names && inlined) {
		for (size_t i = 0; i < set->count; i++)
			names[i] = set->functions[i].name;
		/* Without inlining information nothing is reported. */
		inlining_find(binary->image, binary->pclntab, &binary->version, names, set->count,
			      inlined, NULL);
		r = 0;
	}
	for (size_t i = 0; r == 0 && i < set->count; i++) {
		report_open_object(report, NULL);
		report_string(report, "function", set->functions[i].name);
		report_types(report, binary, &set->functions[i]);
		report_address(report, "entry", set->functions[i].entry);
		report_site(report, binary, &set->functions[i]);
		report_inlined(report, &inlined[i]);
		report_close_object(report);
	}
	free(names);
	free(inlined);
	return r;
}

static void report_head(struct report *report, const char *path, const struct binary *binary)
{
	report_string(report, "binary", path);
	report_string(report, "go", binary->version.text);
	report_string(report, "abi", binary->convention->name);
	report_bool(report, "dwarf", types_have_dwarf(binary->types));
	if (!types_have_dwarf(binary->types))
		report_string(
			report, "types",
			"missing: build it without -ldflags=-w, or give a copy of this build with DWARF by --types FILE, or signatures of functions by --signature");
}

static int find_functions(const struct binary *binary, const char *pattern, size_t room,
			  struct function_set *set, struct error *err)
{
	int r = function_set_find(binary->pclntab, pattern, room, set, err);

	return r == 0 && set->matched == 0 ? function_missing(binary, pattern, err) : r;
}

/* Whether one of the patterns means the function. */
static int is_reported(const struct binary *binary, const char *const *patterns, size_t count,
		       const char *function, struct error *err)
{
	bool is_found = false;
	int r = 0;

	for (size_t i = 0; r == 0 && !is_found && i < count; i++) {
		struct function_set set = { 0 };

		r = function_set_find(binary->pclntab, patterns[i], MAX_FUNCTIONS, &set, err);
		for (size_t n = 0; r == 0 && n < set.count; n++)
			is_found = is_found || strcmp(set.functions[n].name, function) == 0;
		function_set_release(&set);
	}
	return r < 0 ? r : is_found;
}

static int check_declared(const struct binary *binary, const char *const *patterns, size_t count,
			  const struct declarations *declared, struct error *err)
{
	int r = 1;

	for (size_t i = 0; r > 0 && i < declared->count; i++) {
		const char *function = declared->items[i].function;

		r = is_reported(binary, patterns, count, function, err);
		if (r == 0)
			r = declaration_unused(binary, function, err);
	}
	return r < 0 ? r : 0;
}

int function_report(struct report *report, const char *path, const struct binary *binary,
		    const char *const *patterns, size_t count, const struct declarations *declared,
		    struct error *err)
{
	size_t room = MAX_FUNCTIONS, left_out = 0;
	int r = check_declared(binary, patterns, count, declared, err);

	if (r < 0)
		return r;
	report_head(report, path, binary);
	report_open_list(report, "functions");
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct function_set set = { 0 };

		r = find_functions(binary, patterns[i], room, &set, err);
		if (r == 0 && set.count && report_set(report, binary, &set) < 0)
			r = error_fail(err, -ENOMEM, "out of memory");
		room -= set.count;
		left_out += set.matched - set.count;
		function_set_release(&set);
	}
	report_close_list(report);
	if (left_out)
		report_number(report, "left_out", left_out);
	return r;
}
