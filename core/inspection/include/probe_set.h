/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROBE_SET_H
#define GOHTTPSNOOP_CORE_PROBE_SET_H

#include "binary.h"
#include "context_types.h"
#include "other_servers.h"
#include "probe.h"
#include "protocol_rows.h"
#include "trace_spec.h"

/* One probe, compiled, or the reason why it cannot be attached. */
struct probe_candidate {
	/* Owned by the binary or by the trace specification; both outlive the probe set. */
	const char *function;
	enum plan_role role;
	const struct protocol *protocol; /* of the row; NULL for a named function */
	int result;	    /* 0: the probe can be attached; otherwise a negative errno */
	bool is_excess;	    /* represents all functions of a pattern beyond the limit */
	struct error why;   /* valid if `result` is negative */
	struct probe probe; /* valid if `result` is 0 */
	bool awaits_return; /* this and the following members: see decode.h */
	bool returns_at_once;
	uint16_t returned_count;
	uint8_t expression_count;
	struct context_types context_types;
	bool among_requests;
	bool counts_clients;
	bool on_demand; /* see inspection.h */
};

/* All probes of a binary, for the requests of its servers or for functions that the user named. */
struct probe_set {
	const struct binary *binary; /* outlives the probe set */
	size_t count;
	struct probe_candidate *probes;
	struct protocol_rows
		rows; /* the rows of the protocols, in the order of their probes, the first ones */
	/* What cannot be observed because the compiler inlined calls. */
	const struct protocol_limitation **limitations;
	size_t limitation_count;
	struct other_servers others; /* servers in the binary that are not traced */
};

/*
 * Description number `index` of requests, or ends of requests, that cannot be observed; NULL behind the
 * last one.
 */
const char *probe_set_unseen(const struct probe_set *probe_set, size_t index);

/* A probe set with `count` empty candidates. The only failure is -ENOMEM. */
int probe_set_init(struct probe_set *probe_set, const struct binary *binary, size_t count,
		   struct error *err);

/*
 * Compiles the probes of all protocols (protocol_registry.h). `learned` is what earlier probes of the same binary and
 * specification learned of interfaces, or NULL; the next function has the same parameter. Rows that do not match the
 * binary are candidates with the result -ENOENT. Returns -ENOENT, without a probe set, when the binary has no server whose requests
 * can be followed from start to end.
 */
int probe_set_of_protocols(const struct binary *binary, const struct trace_spec *spec,
			   const struct learned_probes *learned, struct probe_set *ret_probe_set,
			   struct error *err);

/*
 * Compiles a probe for each function that matches a request of the specification. Functions that cannot be
 * traced are candidates with a negative result. The only failure is -ENOMEM.
 */
int probe_set_of_functions(const struct binary *binary, const struct trace_spec *spec,
			   const struct learned_probes *learned, struct probe_set *ret_probe_set,
			   struct error *err);

/*
 * Compiles the probes of everything in the specification: of requests, of functions, or of both, which is what the two
 * functions above do. The candidates of functions follow those of protocols.
 */
int probe_set_of_spec(const struct binary *binary, const struct trace_spec *spec,
		      const struct learned_probes *learned, struct probe_set *ret_probe_set,
		      struct error *err);

/* The number of candidates that can be attached. */
size_t probe_set_count_fit(const struct probe_set *probe_set);

void probe_set_finish(struct probe_set *probe_set);

#endif
