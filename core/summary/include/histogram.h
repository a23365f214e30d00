/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_HISTOGRAM_H
#define GOHTTPSNOOP_CORE_HISTOGRAM_H

#include <stdint.h>

/*
 * Counts values, for percentiles. Values below 256 are counted exactly, larger ones in buckets that are as wide as a 128th
 * of their lower end at most: so a percentile is at most 0.8 % above the value that it stands for. A zeroed struct is
 * empty.
 */
enum { HISTOGRAM_OCTAVES = 57, HISTOGRAM_STEPS = 128 };

struct histogram {
	uint64_t count, max;
	/* Counts by octave, from the lowest, which holds values below 128; NULL: none was counted there. */
	uint64_t *octaves[HISTOGRAM_OCTAVES];
};

/* -ENOMEM: the value is not counted. Negative values are counted as 0. */
int histogram_add(struct histogram *histogram, int64_t value);

/* Adds all values of another one. -ENOMEM: some are missing. */
int histogram_add_all(struct histogram *histogram, const struct histogram *other);

/* The smallest value that `percent` of all values do not exceed, at its bucket's upper end; 0 if there are none. */
uint64_t histogram_percentile(const struct histogram *histogram, double percent);

void histogram_finish(struct histogram *histogram);

#endif
