/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_FUNCTION_ARGUMENTS_H
#define GOHTTPSNOOP_CMD_FUNCTION_ARGUMENTS_H

#include "function_request.h"

/*
 * Add functions to trace to an array, which grows: one that the user named, and those of a preset. Return a negative errno
 * if the text is not valid, or if there is no such preset; what was added before stays.
 */
int function_arguments_add(struct function_request **functions, size_t *count, const char *text,
			   struct error *err);
int function_arguments_add_preset(struct function_request **functions, size_t *count,
				  const char *name, struct error *err);

/*
 * Whether one of them captures a result, so that its returns are probed. A parameter can have the name of a result, too: then
 * this is a guess, on the safe side.
 */
bool function_arguments_capture_results(const struct function_request *functions, size_t count);

#endif
