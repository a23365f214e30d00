/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_VERIFIER_LOG_H
#define GOHTTPSNOOP_CORE_VERIFIER_LOG_H

#include <stddef.h>

/*
 * What the kernel's verifier wrote about a program that it refused: thousands of lines, of which the last
 * say why. Both results end with a NUL and hold nothing that a terminal would act on.
 */

/* As much of the last lines as fits. */
void verifier_log_tail(const char *log, char *tail, size_t size);

/* The line that gives the reason; empty when the log is. */
void verifier_log_verdict(const char *log, char *verdict, size_t size);

#endif
