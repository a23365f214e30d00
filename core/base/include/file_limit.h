/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FILE_LIMIT_H
#define GOHTTPSNOOP_CORE_FILE_LIMIT_H

#include "error.h"

/* Raises this process's limit on open files to its maximum: each target, file and reader needs one or more. */
void file_limit_raise(void);

/* Adds to an error caused by this limit the advice to raise it. */
void file_limit_hint(struct error *err);

#endif
