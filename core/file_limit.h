/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FILE_LIMIT_H
#define GOHTTPSNOOP_CORE_FILE_LIMIT_H

/* Allows this process as many open files as it may have: each target, file and reader is one or more. */
void file_limit_raise(void);

#endif
