/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_INSTANCE_H
#define GOHTTPSNOOP_ABI_INSTANCE_H

#include "instance_list.h"
#include "types.h"

/*
 * The instances of a generic function. Instances whose type arguments have the same shape share their code.
 * The shared code gets the dictionary of the instance as a hidden argument. A dictionary is an array of
 * words; some of them point to the descriptors of the types that depend on the type arguments (golang/go
 * src/cmd/compile/internal/noder/reader.go, `runtime dictionary`). DWARF says which word belongs to the type
 * of a parameter (DW_AT_go_dict_index, Go 1.18 to 1.27). Dictionaries are found by their symbols. A function
 * has one, and all methods of a type have one together: "main..dict.Cache[*main.User]". In Go 1.18 and 1.19
 * each method has its own: "main..dict.(*Cache[*main.User]).Put".
 */
/*
 * Finds the instances that share the code of this signature's function, in the order of their type arguments.
 * The list is empty if the function is not generic, or if the binary has no symbols. `types` owns the list;
 * it is valid until the next call for another function.
 */
int instances_find(struct types *types, const struct signature *signature,
		   const struct instance_list **ret_list, struct error *err);

/*
 * Returns the type that a parameter or result has in an instance. -ENODATA if the dictionary does not contain
 * it: also if the type does not depend on type arguments.
 */
int instance_type(struct types *types, const struct instance *instance,
		  const struct parameter *parameter, const struct type **ret_type,
		  struct error *err);

/*
 * Lists the types that a parameter has in the instances, each type once, at most `max`. Returns their number.
 * Skips instances whose dictionary does not contain the type.
 */
int instance_types(struct types *types, const struct signature *signature,
		   const struct parameter *parameter, const struct type **ret_list, size_t max,
		   struct error *err);

/* Writes the name that the function has in an instance: "main.(*Cache[*main.User]).Put". */
void instance_format(const struct signature *signature, const struct instance *instance, char *text,
		     size_t size);

#endif
