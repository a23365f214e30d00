/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PRIVILEGE_H
#define GOHTTPSNOOP_CORE_PRIVILEGE_H

#include "error.h"

/* Fills `err` about something the kernel did not permit: which capabilities it takes and are missing. */
int privilege_fail(struct error *err, int code, const char *what);

#endif
