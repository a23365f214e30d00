/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_VERIFIER_LOG_H
#define GOHTTPSNOOP_CORE_VERIFIER_LOG_H

#include <stddef.h>

/*
 * The log of the kernel's verifier about a program that it refused: thousands of lines, of which the last contain the
 * reason. Both results end with a NUL and contain no control characters.
 */

/* Copies as many of the last lines as fit. */
void verifier_log_tail(const char *log, char *tail, size_t size);

/* Copies the line with the reason; empty if the log is empty. */
void verifier_log_verdict(const char *log, char *verdict, size_t size);

#endif
