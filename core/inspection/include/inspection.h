/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_INSPECTION_H
#define GOHTTPSNOOP_CORE_INSPECTION_H

#include "bytes.h"
#include "examined_binary.h"
#include "kernel.h"
#include "schema.h"

/*
 * What a session needs of one binary to trace processes that run it: its probes, compiled and installed. The binary
 * itself is closed again. Processes of the same file share one inspection.
 */
struct inspection;

/* Inspects the file for `kernel`. -ENOENT if the file has nothing to trace. */
int inspection_open(struct kernel *kernel, const struct inspection_file *file,
		    const struct inspection_options *options, struct inspection **ret_inspection,
		    struct error *err);

void inspection_close(struct inspection *inspection);

/* Returns whether the binary is a shared library, which processes load, but do not run. */
bool inspection_is_library(const struct inspection *inspection);

const char *inspection_go_version(const struct inspection *inspection);
const char *inspection_convention(const struct inspection *inspection);

/* Lists in words which requests of the binary cannot be observed. Owned by the inspection. */
const char *const *inspection_unseen(const struct inspection *inspection, size_t *ret_count);

/* The points to attach at; owned by the inspection. */
const struct attach_point *inspection_points(const struct inspection *inspection,
					     size_t *ret_count);

/*
 * Probes on demand: they cost each request a hit, and only some programs need them. inspection_demand() returns their points, of
 * which inspection_points() has all from then on; none if they were demanded before.
 */
bool inspection_has_demand(const struct inspection *inspection);
const struct attach_point *inspection_demand(struct inspection *inspection, size_t *ret_count);

/* Returns the schema of this plan's records; NULL if the plan is not part of this inspection. */
const struct schema *inspection_schema(const struct inspection *inspection, uint32_t plan);

/*
 * Learns dynamic types. A plan decodes the types that its probe's interfaces are likely to hold; what they do hold is seen
 * in records. A plan that decodes the types that were seen (LEARNED_TYPES_MAX of a probe) takes the place of the one
 * before, up to eight times, with pauses that grow. Records of earlier plans keep their own schemas.
 *
 * inspection_note_types() takes the types from a record of this plan, and returns whether some are new.
 * inspection_types_due() returns when plans are to be succeeded next (UINT64_MAX: not by now), in milliseconds of the clock
 * of `now`. inspection_learn_types() reads the file again and does that; it returns how many plans were succeeded. If it
 * fails, or inspection_ignore_types() is called instead, the probes that were due learn nothing more.
 */
bool inspection_note_types(struct inspection *inspection, uint32_t plan, struct bytes record);
uint64_t inspection_types_due(const struct inspection *inspection);
int inspection_learn_types(struct inspection *inspection, const struct inspection_file *file,
			   const struct inspection_options *options, uint64_t now,
			   struct error *err);
void inspection_ignore_types(struct inspection *inspection, uint64_t now);

/* Returns the function on which the plan's probe is; NULL as above. */
const char *inspection_function(const struct inspection *inspection, uint32_t plan);

/* Describes each probe in a sentence that is safe to print, for verbose output. */
void inspection_describe(const struct inspection *inspection,
			 void (*tell)(void *user, const char *sentence), void *user);

#endif
