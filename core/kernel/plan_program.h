/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PLAN_PROGRAM_H
#define GOHTTPSNOOP_CORE_PLAN_PROGRAM_H

struct bpf_program;
struct plan;

/*
 * Loads a copy of a loaded program with run_plan() (bpf/compiled.bpf.h), whose body is the code of a short plan. Returns the
 * copy's descriptor, which the caller closes, or a negative errno.
 */
int plan_program_load(const struct bpf_program *original, const struct plan *plan);

#endif
