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
	const char *
		library; /* path of the library that contains the traced Go code; NULL: it is in `exe` */
	const char *container; /* container id; NULL: outside of containers */
	const char *go_version;
	const char *convention;	   /* "stack" or "register" */
	const char *const *unseen; /* descriptions of requests that cannot be observed */
	size_t unseen_count;
};

#endif
