/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_DIAGNOSTIC_H
#define GOHTTPSNOOP_CMD_DIAGNOSTIC_H

#include "error.h"

/* Prints "gohttpsnoop: subject: what (hint)" on standard error. */
void diagnostic_error(const struct error *err);

/* Prints "gohttpsnoop: text" on standard error. The text must be safe to print. */
void diagnostic_text(const char *text);

#endif
