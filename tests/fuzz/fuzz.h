/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_FUZZ_H
#define GOHTTPSNOOP_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The entry point of a fuzz target: called by libFuzzer, or by run_corpus.c with each file of a corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Checks a condition that holds for every input. Unlike assert(), it is active in every build. */
#define HOLDS(condition)                                                                \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

#endif
