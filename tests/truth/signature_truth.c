/* SPDX-License-Identifier: MIT */
/*
 * Compares the signatures that users can declare with DWARF. Parses what `inspect` prints of each function of
 * a binary. The result has to agree with DWARF. In a stripped copy, where types are known by their
 * descriptors only, it has to give the parameters the locations that DWARF gives them in the binary.
 *
 *	signature_truth [-v] BINARY STRIPPED
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binary.h"
#include "declaration.h"
#include "function_signature.h"
#include "signature_text.h"

struct truth {
	struct binary *whole, *stripped;
	bool verbose;
	size_t functions, generic, generated, undescribed, compared, parameters, uncertain,
		literals, methods, unlisted, failed;
};

static void fail(struct truth *truth, const char *text, const char *what)
{
	truth->failed++;
	printf("%s: %s\n", text, what);
}

/* Returns the name of a field without its package: "cstr" of "runtime/cgo.cstr *uint8". */
static const char *skip_package(const char *field)
{
	const char *end = field + strcspn(field, " ;"), *name = end;

	/* The package before an embedded field is that of its type. */
	if (end[0] != ' ' || end[1] == '}')
		return field;
	while (name > field && name[-1] != '.')
		name--;
	return name;
}

/*
 * In names of types, too, DWARF puts the package before fields that are not exported. Descriptors store the
 * package separately from the type's name.
 */
static bool same_name(const char *a, const char *b)
{
	for (char last = 0, before = 0; *a || *b; before = last, last = *a++, b++) {
		if (last == ' ' && (before == '{' || before == ';')) {
			a = skip_package(a);
			b = skip_package(b);
		}
		if (*a != *b)
			return false;
	}
	return true;
}

/* Compares one level of parts only: each type is also the parameter of some function. */
static bool same_type(const struct type *a, const struct type *b)
{
	if (a->kind != b->kind || a->size != b->size || !same_name(a->name, b->name))
		return false;
	if (a->kind != TYPE_STRUCT || !a->complete || !b->complete)
		return true;
	if (a->field_count != b->field_count)
		return false;
	for (size_t i = 0; i < a->field_count; i++) {
		if (strcmp(a->fields[i].name, b->fields[i].name) != 0 ||
		    a->fields[i].offset != b->fields[i].offset ||
		    a->fields[i].embedded != b->fields[i].embedded)
			return false;
	}
	return true;
}

static bool same_location(const struct location *a, const struct location *b)
{
	if (a->piece_count != b->piece_count)
		return false;
	for (size_t i = 0; i < a->piece_count; i++) {
		const struct piece *left = &a->pieces[i], *right = &b->pieces[i];

		if (left->place != right->place || left->index != right->index ||
		    left->stack_offset != right->stack_offset ||
		    left->value_offset != right->value_offset || left->size != right->size)
			return false;
	}
	return true;
}

typedef int locate_value(const struct convention *convention, struct types *types,
			 const struct signature *signature, size_t index,
			 struct location *ret_location, struct error *err);

static void compare_places(struct truth *truth, const char *text, const struct signature *said,
			   const struct signature *declared, size_t count, locate_value *locate)
{
	for (size_t i = 0; i < count; i++) {
		struct location there = { 0 }, here = { 0 };

		truth->parameters++;
		if (locate(truth->whole->convention, truth->whole->types, said, i, &there, NULL) <
		    0)
			truth->uncertain++;
		else if (locate(truth->stripped->convention, truth->stripped->types, declared, i,
				&here, NULL) < 0)
			fail(truth, text, "a place is not known");
		else if (!same_location(&there, &here))
			fail(truth, text, "the places differ");
	}
}

static void compare_types(struct truth *truth, const char *text, const struct parameter *said,
			  const struct parameter *declared, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		types_complete(truth->whole->types, said[i].type, NULL);
		types_complete(truth->stripped->types, declared[i].type, NULL);
		if (!same_type(said[i].type, declared[i].type))
			fail(truth, text, declared[i].type->name);
	}
}

static void check_stripped(struct truth *truth, const struct function *function, const char *text,
			   const struct signature *said)
{
	struct signature counted = *said;
	const struct signature *declared;
	enum type_source source = TYPE_SOURCE_TABLE;
	struct error err = { 0 };
	int r = function_signature(truth->stripped, function, &declared, &source, &err);

	if (r == -ENODATA) {
		truth->undescribed++;
		if (truth->verbose)
			printf("%s: %s\n", text, err.what);
		return;
	}
	if (r < 0 || source != TYPE_SOURCE_DECLARED) {
		fail(truth, text, r < 0 ? err.what : "is not declared");
		return;
	}
	truth->compared++;
	counted.stack_size = function->stack_size > 0 ? function->stack_size : 0;
	compare_types(truth, text, said->parameters, declared->parameters, said->parameter_count);
	compare_types(truth, text, said->results, declared->results, said->result_count);
	compare_places(truth, text, &counted, declared, said->parameter_count, convention_locate);
	compare_places(truth, text, &counted, declared, said->result_count,
		       convention_locate_result);
}

/* Writes "func main.literal(struct { … })": the type as a user writes it without a descriptor. */
static bool literal_format(const struct type *type, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "func main.literal(struct {");

	for (size_t i = 0; i < type->field_count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s %s %s", i ? ";" : "",
					 type->fields[i].name, type->fields[i].type->name);
	if (used < size)
		used += (size_t)snprintf(text + used, size - used, " })");
	return used < size;
}

static void compare_literal(struct truth *truth, const struct type *said, const char *text,
			    const struct signature *declared)
{
	const struct type *made = declared->parameters[0].type;

	truth->literals++;
	if (made->size != said->size || made->field_count != said->field_count) {
		fail(truth, text, "the sizes differ");
		return;
	}
	for (size_t i = 0; i < made->field_count; i++) {
		if (made->fields[i].offset != said->fields[i].offset)
			fail(truth, text, made->fields[i].name);
	}
}

/* A struct that is written as a literal has the layout that the compiler gave it. */
static void check_literal(struct truth *truth, const struct type *type)
{
	static const struct function literal = { .name = "main.literal" };
	static char text[DECLARATION_MAX_TEXT];
	struct declarations declarations = { 0 };
	const struct signature *declared;
	struct error err = { 0 };
	int r;

	if (type->kind != TYPE_STRUCT || types_complete(truth->whole->types, type, NULL) < 0 ||
	    !literal_format(type, text, sizeof(text)))
		return;
	r = declarations_add(&declarations, text, &err);
	if (r == 0) {
		types_set_declarations(truth->stripped->types, &declarations);
		r = types_signature(truth->stripped->types, &literal, &declared, NULL, &err);
		types_set_declarations(truth->stripped->types, NULL);
	}
	if (r == 0)
		compare_literal(truth, type, text, declared);
	else if (r != -ENODATA && r != -E2BIG)
		fail(truth, text, err.what);
	declarations_finish(&declarations);
}

static void check_literals(struct truth *truth, const struct signature *signature)
{
	for (size_t i = 0; i < signature->parameter_count; i++) {
		const struct type *type = signature->parameters[i].type;

		check_literal(truth, type);
		if (type->kind == TYPE_POINTER &&
		    types_complete(truth->whole->types, type, NULL) == 0 && type->element)
			check_literal(truth, type->element);
	}
}

/* DWARF of Go 1.21 and earlier leaves out parameters, so the locations of the others are uncertain. */
static bool lists_all(const struct truth *truth, const struct function *function,
		      const struct signature *signature)
{
	int64_t size = 0;

	return convention_stack_size(truth->whole->convention, truth->whole->types, signature,
				     &size, NULL) == 0 &&
	       (function->stack_size < 0 || size == function->stack_size);
}

/*
 * Whether the function is generated, so that no user declares it. DWARF does not have the receivers of
 * wrappers up to Go 1.21, nor those of method values in any release. In Go 1.15 the variables that a closure
 * captures by reference are parameters.
 */
static bool is_generated(const char *function, const char *text)
{
	const char *dot = strrchr(function, '.');

	return strchr(function, ':') || strncmp(function, "type.", 5) == 0 ||
	       strncmp(function, "go.", 3) == 0 || strstr(function, "-fm") || strchr(text, '&') ||
	       (dot && dot > function && dot[-1] == ')' && text[strlen("func ")] != '(');
}

/*
 * Whether DWARF leaves out parameters or results that take no room on the stack, or that lie elsewhere: up to
 * Go 1.21 a receiver of size zero, in Go 1.27 the results of some methods that return a constant.
 */
static bool leaves_out(const struct signature *said, const struct signature *found)
{
	return found->parameters[0].type->size == 0 ||
	       (said->parameter_count == found->parameter_count && said->result_count == 0 &&
		found->result_count > 0);
}

/* Checks a method without a declaration: its types come from the descriptor of its receiver. */
static void check_method(struct truth *truth, const struct function *function, const char *text,
			 const struct signature *said)
{
	struct signature counted = *said;
	const struct signature *found;
	enum type_source source = TYPE_SOURCE_NONE;

	if (function_signature(truth->stripped, function, &found, &source, NULL) < 0 ||
	    source != TYPE_SOURCE_DESCRIPTORS)
		return;
	if (leaves_out(said, found)) {
		truth->unlisted++;
		return;
	}
	truth->methods++;
	if (found->parameter_count != said->parameter_count ||
	    found->result_count != said->result_count) {
		fail(truth, text, "the descriptor has other parameters");
		return;
	}
	counted.stack_size = function->stack_size > 0 ? function->stack_size : 0;
	compare_types(truth, text, said->parameters, found->parameters, said->parameter_count);
	compare_types(truth, text, said->results, found->results, said->result_count);
	compare_places(truth, text, &counted, found, said->parameter_count, convention_locate);
	compare_places(truth, text, &counted, found, said->result_count, convention_locate_result);
}

static void check_function(struct truth *truth, const struct function *function)
{
	struct declarations declarations = { 0 };
	const struct signature *said, *found;
	enum type_source source = TYPE_SOURCE_TABLE;
	struct error err = { 0 };
	static char text[DECLARATION_MAX_TEXT];

	if (types_signature(truth->whole->types, function, &said, &source, NULL) < 0 ||
	    source != TYPE_SOURCE_DWARF)
		return;
	if (strchr(function->name, '[')) {
		truth->generic++;
		return;
	}
	signature_format(function->name, said, text, sizeof(text));
	if (is_generated(function->name, text)) {
		truth->generated++;
		return;
	}
	truth->functions++;
	check_literals(truth, said);
	if (lists_all(truth, function, said))
		check_method(truth, function, text, said);
	if (declarations_add(&declarations, text, &err) < 0) {
		fail(truth, text, err.what);
	} else if (strcmp(declarations.items[0].function, function->name) != 0) {
		fail(truth, text, declarations.items[0].function);
	} else {
		types_set_declarations(truth->whole->types, &declarations);
		types_set_declarations(truth->stripped->types, &declarations);
		if (types_signature(truth->whole->types, function, &found, NULL, &err) < 0)
			fail(truth, text, err.what);
		else if (lists_all(truth, function, said))
			check_stripped(truth, function, text, said);
		types_set_declarations(truth->whole->types, NULL);
		types_set_declarations(truth->stripped->types, NULL);
	}
	declarations_finish(&declarations);
}

int main(int argc, char **argv)
{
	struct truth truth = { .verbose = argc > 1 && strcmp(argv[1], "-v") == 0 };
	struct error err = { 0 };
	char message[1024];

	argv += truth.verbose;
	if (argc - truth.verbose != 3) {
		fprintf(stderr, "usage: signature_truth [-v] BINARY STRIPPED\n");
		return EXIT_FAILURE;
	}
	if (binary_open(argv[1], NULL, &truth.whole, &err) < 0 ||
	    binary_open(argv[2], NULL, &truth.stripped, &err) < 0) {
		error_format(&err, message, sizeof(message));
		fprintf(stderr, "signature_truth: %s\n", message);
		binary_close(truth.whole);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < pclntab_count(truth.whole->pclntab); i++) {
		struct function function;

		if (pclntab_at(truth.whole->pclntab, i, &function))
			check_function(&truth, &function);
	}
	printf("%s: %s, %s convention: signatures of %zu functions agree with DWARF but for %zu differences; "
	       "%zu are typed by descriptors, with %zu parameters and results, %zu of which are uncertain by DWARF; "
	       "%zu have types without a descriptor; "
	       "%zu structs were written out as literals; %zu methods are typed by the descriptor of their receiver, and %zu more that DWARF does not list all of (not compared: %zu generic and %zu generated functions)\n",
	       argv[1], truth.whole->version.text, truth.whole->convention->name, truth.functions,
	       truth.failed, truth.compared, truth.parameters, truth.uncertain, truth.undescribed,
	       truth.literals, truth.methods, truth.unlisted, truth.generic, truth.generated);
	binary_close(truth.whole);
	binary_close(truth.stripped);
	return truth.failed || !truth.compared || !truth.literals || !truth.methods ? EXIT_FAILURE :
										      EXIT_SUCCESS;
}
