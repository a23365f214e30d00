/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_INSTALLED_PROBES_H
#define GOHTTPSNOOP_CORE_INSTALLED_PROBES_H

#include "kernel.h"
#include "probe_set.h"
#include "schema.h"

/* What is learned of the interfaces at a probe, see inspection.h. */
struct learning {
	struct learned_probe learned;
	unsigned int generations; /* plans that have succeeded the first one */
	bool is_over;		  /* nothing more is learned */
	bool is_pending;	  /* types were seen that the newest plan does not decode */
	uint64_t due;		  /* not to be succeeded before, in milliseconds */
};

/* A probe as it is installed: how to read the records of one of its plans. */
struct installed_probe {
	char *function;
	int plan;
	size_t origin; /* number of the probe that it is, or that its plan took the place in */
	enum site_kind site;
	uint64_t file_offset; /* of the first place where it is attached */
	struct schema schema;
	bool has_arguments;
	struct shape arguments;
	struct learning learning; /* of an origin */
};

struct attach_points {
	struct attach_point *items;
	size_t count;
};

/* What inspection.h describes; for the files of this room that implement it. */
struct inspection {
	struct kernel *kernel;
	char *go_version;
	const char *convention;
	bool is_library;
	char **unseen;
	size_t unseen_count;
	struct attach_points points;
	struct attach_points on_demand; /* that nobody has demanded */
	size_t count;
	struct installed_probe *probes;
	/* For each plan below `plan_limit` the number of its probe plus one: each record looks its plan up. */
	uint32_t *by_plan;
	uint32_t plan_limit;
	/* Later plans of the same probes, in the order in which they were installed. */
	size_t successor_count;
	struct installed_probe **successors;
};

/* A probe that is to be installed, without its shape. The only failure is -ENOMEM. */
int installed_probe_init(struct installed_probe *installed, const struct probe_candidate *candidate,
			 struct error *err);
void installed_probe_finish(struct installed_probe *installed);

/* Takes the shape of the arguments over; the installed probe must not move any more. */
void installed_probe_take_shape(struct installed_probe *installed, struct probe *probe);

/* Adds a copy of the probe, whose plan is installed. The only failure is -ENOMEM; the caller keeps the probe then. */
int installed_probes_add(struct inspection *inspection, const struct installed_probe *probe,
			 struct error *err);

/* NULL if the plan is none of this inspection's. */
const struct installed_probe *installed_probes_find(const struct inspection *inspection,
						    uint32_t plan);

#endif
