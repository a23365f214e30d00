/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LIMITS_H
#define GOHTTPSNOOP_CORE_LIMITS_H

/* Allows this process as many open files as it may have: each target, file and reader is one or more. */
void limits_raise(void);

#endif
