/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OWN_PROGRAMS_H
#define GOHTTPSNOOP_CORE_OWN_PROGRAMS_H

#include "contract.h"

struct bpf_program;

/* The programs that are loaded for one plan each, by the plan's number. */
struct own_programs {
	const struct bpf_program *original; /* what they are copies of; NULL: there are none */
	int plans;			    /* the descriptor of the map of plans */
	int descriptors[PLANS_MAX];	    /* -1: none */
};

void own_programs_start(struct own_programs *own, const struct bpf_program *original, int plans);
void own_programs_stop(struct own_programs *own);

/*
 * Returns the descriptor of the program of an installed short plan, which is loaded if it is not yet. -1: the plan has
 * none, because its hits are rare, or because the kernel refuses it. Then the interpreter does the same.
 */
int own_programs_get(struct own_programs *own, int number);

void own_programs_drop(struct own_programs *own, int number);

#endif
