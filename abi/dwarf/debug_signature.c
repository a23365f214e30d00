/* SPDX-License-Identifier: MIT */
#include "debug_signature.h"

#include <errno.h>
#include <string.h>

#include "debug_types_parts.h"
#include "entry_list.h"

#define ORIGIN_MAX_DEPTH 16
#define SIGNATURE_MAX_PARAMETERS 256

/* If the entry has neither name nor type, sets them and the result flag from its abstract origin. */
static int origin_read(struct debug_types *types, struct debug_entry *entry, struct error *err)
{
	struct debug_entry origin = *entry;

	/* A function that is also inlined has these attributes only in its abstract entry. */
	for (int depth = 0; !origin.name && !origin.type && origin.origin; depth++) {
		int r;

		if (depth == ORIGIN_MAX_DEPTH)
			return error_fail(err, -EBADMSG,
					  "damaged DWARF: an endless chain of origins");
		r = debug_info_entry(debug_types_info(types), origin.origin, &origin, err);
		if (r < 0)
			return r;
	}
	entry->name = origin.name ? origin.name : "";
	entry->type = origin.type;
	entry->is_result |= origin.is_result;
	return 0;
}

static struct entry_hint hint_read(struct debug_types *types, const struct debug_entry *entry,
				   uint64_t address)
{
	struct debug_piece pieces[DEBUG_MAX_PIECES];
	struct entry_hint hint = { .kind = ENTRY_UNKNOWN };
	size_t count = 0;

	/* DWARF places nameless parameters on the stack even if they are not there. */
	if (entry->name[0] == '~' || entry->name[0] == '.' || strcmp(entry->name, "_") == 0)
		return hint;
	if (debug_info_location(debug_types_info(types), entry->offset, address, pieces, &count,
				NULL) < 0 ||
	    count == 0 || pieces[0].place == DEBUG_NOWHERE)
		return hint;
	hint.kind = pieces[0].place == DEBUG_IN_REGISTER ? ENTRY_REGISTER : ENTRY_STACK;
	hint.reg = pieces[0].reg;
	hint.offset = pieces[0].offset;
	return hint;
}

/*
 * Returns whether shapes in the function's name end with a number ("go.shape.int_0"), as in Go 1.18 and 1.19.
 */
static bool names_are_numbered(const char *function)
{
	const char *end = strrchr(function, ']');

	while (end > function && end[-1] >= '0' && end[-1] <= '9')
		end--;
	return end > function && *end != ']' && end[-1] == '_';
}

/*
 * Returns the index of the dictionary among the parameters of a generic function. DWARF does not list it (Go
 * 1.18 to 1.26). It is the first parameter; in methods from Go 1.20 on, it follows the receiver. SIZE_MAX for
 * functions without a dictionary, for example closures.
 */
static size_t dictionary_index(const char *function)
{
	const char *rest = strrchr(function, ']');

	if (!rest || !strstr(function, "[go.shape."))
		return SIZE_MAX;
	rest++;
	if (!*rest)
		return 0;
	if (*rest == ')')
		rest++;
	if (*rest != '.' || strncmp(rest, ".func", 5) == 0 || strchr(rest + 1, '.'))
		return SIZE_MAX;
	return names_are_numbered(function) ? 0 : 1;
}

static const struct type dictionary_type = {
	.kind = TYPE_UINT,
	.name = "uintptr",
	.size = 8,
	.complete = true,
};

/*
 * Returns the number of the dictionary word that describes the type at `reference`; 0 if the type does not
 * depend on type arguments. See is_dictionary_entry() in debug_types.c.
 */
static uint16_t dictionary_word_of(struct debug_types *types, uint64_t reference)
{
	struct debug_entry entry;

	if (debug_info_entry(debug_types_info(types), reference, &entry, NULL) < 0 ||
	    entry.tag != DEBUG_TAG_TYPEDEF || entry.dictionary_word > UINT16_MAX)
		return 0;
	return (uint16_t)entry.dictionary_word;
}

/* Reads one parameter or result from its entry. */
static int parameter_read(struct debug_types *types, struct debug_entry *entry,
			  struct parameter *ret_parameter, struct error *err)
{
	int r = origin_read(types, entry, err);

	if (r == 0 && !entry->type)
		r = error_fail(err, -EBADMSG, "damaged DWARF: a parameter without a type");
	if (r == 0)
		r = debug_types_at(types, entry->type, &ret_parameter->type, err);
	ret_parameter->name = entry->name;
	if (r == 0)
		ret_parameter->dictionary_word = dictionary_word_of(types, entry->type);
	return r;
}

/* In functions with defer, DWARF lists a result twice if the compiler declared it a second time. */
static bool has_parameter_named(const struct signature *signature, const struct parameter *results,
				const char *name)
{
	bool may_repeat = !name[0] || strcmp(name, "_") == 0;

	for (size_t i = 0; !may_repeat && i < signature->result_count; i++) {
		if (strcmp(results[i].name, name) == 0)
			return true;
	}
	return false;
}

static int parameters_read(struct debug_types *types, const struct debug_entry *function,
			   struct entry_list *found, struct parameter *parameters,
			   struct parameter *results, struct signature *signature,
			   struct error *err)
{
	size_t dictionary = dictionary_index(function->name);

	for (size_t i = 0; i < found->count; i++) {
		struct debug_entry *entry = &found->entries[i];
		struct parameter parameter = { 0 };
		int r = parameter_read(types, entry, &parameter, err);

		if (r < 0)
			return r;
		if (entry->is_result) {
			if (!has_parameter_named(signature, results, parameter.name))
				results[signature->result_count++] = parameter;
			continue;
		}
		if (strcmp(entry->name, ".dict") == 0)
			dictionary = SIZE_MAX;
		if (signature->parameter_count == dictionary)
			parameters[signature->parameter_count++] =
				(struct parameter){ .name = ".dict", .type = &dictionary_type };
		parameter.hint = hint_read(types, entry, function->low);
		parameters[signature->parameter_count++] = parameter;
	}
	return 0;
}

/* Reads the signature of the function whose entry is at offset `function`. */
static int signature_read(struct debug_types *types, uint64_t function,
			  struct signature *ret_signature, struct error *err)
{
	struct arena *arena = debug_types_arena(types);
	struct signature signature = { 0 };
	struct parameter *parameters, *results;
	struct entry_list found = { 0 };
	struct debug_entry entry;
	int r = debug_info_entry(debug_types_info(types), function, &entry, err);

	if (r == 0)
		r = origin_read(types, &entry, err);
	if (r == 0)
		r = entry_list_read(debug_types_info(types), function, DEBUG_TAG_PARAMETER,
				    SIGNATURE_MAX_PARAMETERS, &found, err);
	if (r < 0)
		return r;
	parameters = arena_alloc(arena, found.count + 1, sizeof(*parameters));
	results = arena_alloc(arena, found.count, sizeof(*results));
	r = parameters && results ?
		    parameters_read(types, &entry, &found, parameters, results, &signature, err) :
		    error_fail(err, -ENOMEM, "no memory for the types of the binary");
	entry_list_release(&found);
	if (r < 0)
		return r;
	signature.parameters = parameters;
	signature.results = results;
	if (strstr(entry.name, "[go.shape."))
		signature.shared = entry.name;
	*ret_signature = signature;
	return 0;
}

int debug_signature_read(struct debug_types *types, uint64_t address,
			 const struct signature **ret_signature, struct error *err)
{
	struct signature *signature;
	uint64_t function = 0;
	int r = debug_types_function(types, address, &function, err);

	if (r < 0)
		return r;
	signature = arena_alloc(debug_types_arena(types), 1, sizeof(*signature));
	if (!signature)
		return error_fail(err, -ENOMEM, "no memory for the types of the binary");
	r = signature_read(types, function, signature, err);
	if (r < 0)
		return r;
	*ret_signature = signature;
	return 0;
}
