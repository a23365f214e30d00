/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROCESS_IDENTITY_H
#define GOHTTPSNOOP_CORE_PROCESS_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

/* The process an event is about. */
struct process_identity {
	uint32_t pid;
	char comm[16];
	const char *exe;
	const char *library;   /* that has its Go code; NULL: `exe` has it */
	const char *container; /* its id; NULL: it runs in none */
	const char *go_version;
	const char *convention;	   /* "stack" or "register" */
	const char *const *unseen; /* of the requests it handles, in words */
	size_t unseen_count;
};

#endif
