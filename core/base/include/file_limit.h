/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FILE_LIMIT_H
#define GOHTTPSNOOP_CORE_FILE_LIMIT_H

#include "error.h"

/* Allows this process as many open files as it may have: each target, file and reader is one or more. */
void file_limit_raise(void);

/* Says what to do about an error that this limit is the reason of. */
void file_limit_hint(struct error *err);

#endif
