/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_INSTANCE_H
#define GOHTTPSNOOP_ABI_INSTANCE_H

#include "instance_list.h"
#include "types.h"

/*
 * The instances of a generic function. Those whose type arguments have one shape share their code, which gets the
 * dictionary of its instance as a hidden argument: words, some of which point to the descriptors of the types that
 * depend on the type arguments (golang/go src/cmd/compile/internal/noder/reader.go, `runtime dictionary`). DWARF says
 * which word is that of a parameter's type (DW_AT_go_dict_index, Go 1.18 to 1.27). Dictionaries are found by their symbols:
 * "main..dict.Cache[*main.User]" for all methods of a type and for functions, in Go 1.18 and 1.19 one for each method,
 * "main..dict.(*Cache[*main.User]).Put".
 */
/*
 * The instances that share the code of this signature's function, in the order of their names. The list is empty if the
 * function is not generic, or the binary has no symbols. It belongs to `types`, and lives until another function's is
 * asked for.
 */
int instances_find(struct types *types, const struct signature *signature,
		   const struct instance_list **ret_list, struct error *err);

/* The type that a parameter or result has in an instance. -ENODATA if the dictionary does not give it. */
int instance_type(struct types *types, const struct instance *instance,
		  const struct parameter *parameter, const struct type **ret_type,
		  struct error *err);

/* The types that a parameter has in all instances, each once: at most `max`. Returns their number. */
int instance_types(struct types *types, const struct signature *signature,
		   const struct parameter *parameter, const struct type **ret_list, size_t max,
		   struct error *err);

/* The function's name in an instance: "main.(*Cache[*main.User]).Put". */
void instance_format(const struct signature *signature, const struct instance *instance, char *text,
		     size_t size);

#endif
