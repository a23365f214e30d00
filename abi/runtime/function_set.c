/* SPDX-License-Identifier: MIT */
#include "function_set.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "vendored.h"

static int hex_value(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/*
 * Returns the character at `text`, and its length in `text`. Import paths are escaped in symbol names: "%2e"
 * is a dot (golang/go src/cmd/internal/objabi/path.go).
 */
static char character(const char *text, size_t *ret_length)
{
	int high = text[0] == '%' ? hex_value(text[1]) : -1;
	int low = high >= 0 ? hex_value(text[2]) : -1;

	*ret_length = low >= 0 ? 3 : 1;
	return low >= 0 ? (char)(high << 4 | low) : text[0];
}

/* Returns whether `pattern[at]` is a `*` that is a wildcard. The `*` of "(*T)" is not a wildcard. */
static bool is_star(const char *pattern, size_t at)
{
	return pattern[at] == '*' && !(at > 0 && pattern[at - 1] == '(');
}

bool function_pattern_is_glob(const char *pattern)
{
	for (size_t i = 0; pattern[i]; i++)
		if (pattern[i] == '?' || is_star(pattern, i))
			return true;
	return false;
}

static bool name_matches(const char *pattern, const char *name)
{
	size_t p = 0, n = 0, star = SIZE_MAX, resume = 0;

	while (name[n]) {
		size_t wanted_length, length;
		char wanted = character(pattern + p, &wanted_length);
		char found = character(name + n, &length);

		if (is_star(pattern, p)) {
			star = p++;
			resume = n;
		} else if (pattern[p] == '?' || (pattern[p] && wanted == found)) {
			p += wanted_length;
			n += length;
		} else if (star != SIZE_MAX) {
			/* Let the last star match one more character, and try again. */
			character(name + resume, &length);
			resume += length;
			n = resume;
			p = star + 1;
		} else {
			return false;
		}
	}
	while (is_star(pattern, p))
		p++;
	return !pattern[p];
}

/* How name_rewrite() writes the type arguments of a generic function. */
enum arguments {
	ARGUMENTS_OUT,	    /* main.Map */
	ARGUMENTS_DOTS,	    /* main.Map[...] */
	ARGUMENTS_UNSHAPED, /* main.Map[int] for main.Map[go.shape.int] */
};

/*
 * Writes `name` with its type arguments in the given form. Returns false if the result does not fit into
 * `text`, or if the brackets are unbalanced.
 */
static bool name_rewrite(const char *name, enum arguments arguments, char *text, size_t size)
{
	static const char shape[] = "go.shape.", dots[] = "[...]";
	size_t used = 0, depth = 0;

	for (const char *c = name; *c; c++) {
		if (used + sizeof(dots) >= size)
			return false;
		if (arguments == ARGUMENTS_UNSHAPED) {
			while (strncmp(c, shape, sizeof(shape) - 1) == 0)
				c += sizeof(shape) - 1;
			if (*c)
				text[used++] = *c;
			else
				break;
		} else if (*c == '[') {
			if (depth++ == 0 && arguments == ARGUMENTS_DOTS) {
				memcpy(text + used, dots, sizeof(dots) - 1);
				used += sizeof(dots) - 1;
			}
		} else if (*c == ']' && depth) {
			depth--;
		} else if (depth == 0) {
			text[used++] = *c;
		}
	}
	text[used] = '\0';
	return depth == 0;
}

static bool own_name_matches(const char *pattern, const char *name)
{
	char text[1024];

	if (name_matches(pattern, name))
		return true;
	if (!strchr(name, '['))
		return false;
	for (int i = ARGUMENTS_OUT; i <= ARGUMENTS_UNSHAPED; i++)
		if (name_rewrite(name, (enum arguments)i, text, sizeof(text)) &&
		    name_matches(pattern, text))
			return true;
	return false;
}

bool function_pattern_matches(const char *pattern, const char *name)
{
	const char *rest = vendored_skip_prefix(name);

	return own_name_matches(pattern, name) || (rest != name && own_name_matches(pattern, rest));
}

/*
 * How to recognise the names of functions that the compiler generates. `meant_by` is the text that a pattern
 * must contain to match them. Source: src/cmd/compile/internal/{typecheck,walk,reflectdata,ir} of all
 * releases.
 */
static const struct {
	const char *mark;
	enum { AT_START, AT_END, BEFORE_NUMBER } where;
	const char *meant_by;
} marks[] = {
	{ "-fm", AT_END, "-fm" },
	{ ".deferwrap", BEFORE_NUMBER, "deferwrap" },
	{ ".gowrap", BEFORE_NUMBER, "gowrap" },
	{ "\u00b7dwrap\u00b7", BEFORE_NUMBER, "dwrap" },
	{ ".init", AT_END, "init" },
	{ ".init.", BEFORE_NUMBER, "init" },
	{ ".init.func", BEFORE_NUMBER, "init" },
	{ ".glob..func", BEFORE_NUMBER, "glob" },
	{ "type..", AT_START, "type." },
	{ "type:.", AT_START, "type:" },
	{ "go:", AT_START, "go:" },
	{ "go.buildid", AT_START, "go.buildid" },
};

/* Returns the text that a pattern must contain to match this function; NULL if it is not generated. */
static const char *meant_by(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t size = strlen(marks[i].mark);
		const char *at = strstr(name, marks[i].mark);

		if (!at || (marks[i].where == AT_START && at != name) ||
		    (marks[i].where == AT_END &&
		     strcmp(name + length - size, marks[i].mark) != 0) ||
		    (marks[i].where == BEFORE_NUMBER && !isdigit((unsigned char)at[size])))
			continue;
		return marks[i].meant_by;
	}
	return NULL;
}

#define NO_FUNCTION_ID (-1)

/* Returns the funcID of a _func (runtime/runtime2.go), by which the runtime recognises special functions. */
static int function_id(const struct pclntab *table, size_t index)
{
	static const uint8_t offsets[] = {
		[PCLNTAB_GO_1_2] = 36,
		[PCLNTAB_GO_1_16] = 40,
		[PCLNTAB_GO_1_18] = 36,
		[PCLNTAB_GO_1_20] = 40,
	};
	uint8_t id;

	return bytes_u8(pclntab_record(table, index), offsets[pclntab_format(table)], &id) ?
		       id :
		       NO_FUNCTION_ID;
}

/*
 * Returns the number of funcID_wrapper ("any autogenerated code"), which differs between most releases. Every
 * binary has method values, which have this id and are recognised by the suffix "-fm".
 */
static int wrapper_id(const struct pclntab *table)
{
	struct function function;

	for (size_t i = 0; pclntab_next(table, &i, &function); i++) {
		size_t length = strlen(function.name);

		if (length > 3 && strcmp(function.name + length - 3, "-fm") == 0)
			return function_id(table, i);
	}
	return NO_FUNCTION_ID;
}

/* More than any program has of one name. */
enum { MAX_WRAPPERS = 64 };

struct search {
	const struct pclntab *table;
	const char *pattern;
	bool glob;
	int wrapper;
	size_t wrappers; /* that the pattern has matched */
};

static bool is_wrapper(const struct search *search, size_t index)
{
	return search->wrapper > 0 && function_id(search->table, index) == search->wrapper;
}

/*
 * Returns whether this function is a wrapper of another function with the same name. Since Go 1.17 there are
 * two such functions if assembly and Go call each other: the implementation, and a wrapper that takes its
 * arguments by the other calling convention. All calls reach the implementation. A few implementations
 * (reflect.callMethod) have the id of wrappers, too, but are longer than their wrapper.
 */
static bool leads_to_namesake(struct search *search, size_t index, const struct function *function)
{
	struct function other;

	/* Instances of generic functions share names, but none is a wrapper of another. */
	if (!is_wrapper(search, index) || strchr(function->name, '['))
		return false;
	/* Each takes a walk through all functions. */
	if (++search->wrappers > MAX_WRAPPERS)
		return true;
	for (size_t i = 0; pclntab_next(search->table, &i, &other); i++) {
		if (i == index || strcmp(other.name, function->name) != 0)
			continue;
		if (!is_wrapper(search, i) ||
		    other.end - other.entry > function->end - function->entry)
			return true;
	}
	return false;
}

static bool is_meant(struct search *search, size_t index, const struct function *function)
{
	const char *mark;

	if (!function_pattern_matches(search->pattern, function->name))
		return false;
	if (!search->glob)
		return !leads_to_namesake(search, index, function);
	mark = meant_by(function->name);
	if (mark)
		return strstr(search->pattern, mark);
	return !is_wrapper(search, index);
}

static int set_append(struct function_set *set, size_t max, const struct function *function)
{
	struct function *functions;

	set->matched++;
	if (set->count == max)
		return 0;
	functions = array_grow(set->functions, set->count, sizeof(*functions));
	if (!functions)
		return -ENOMEM;
	set->functions = functions;
	functions[set->count++] = *function;
	return 0;
}

static int set_fill(struct function_set *set, struct search *search, size_t max)
{
	struct function function;
	int r = 0;

	for (size_t i = 0; r == 0 && pclntab_next(search->table, &i, &function); i++)
		if (is_meant(search, i, &function))
			r = set_append(set, max, &function);
	return r;
}

int function_set_find(const struct pclntab *table, const char *pattern, size_t max,
		      struct function_set *ret_set, struct error *err)
{
	struct search search = {
		.table = table,
		.pattern = pattern,
		.glob = function_pattern_is_glob(pattern),
		.wrapper = wrapper_id(table),
	};
	struct function_set set = { 0 };
	int r;

	r = set_fill(&set, &search, max);
	if (r < 0) {
		function_set_release(&set);
		return error_fail(err, r, "out of memory");
	}
	*ret_set = set;
	return 0;
}

void function_set_release(struct function_set *set)
{
	free(set->functions);
	*set = (struct function_set){ 0 };
}
