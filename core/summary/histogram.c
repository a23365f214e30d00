/* SPDX-License-Identifier: MIT */
#include "histogram.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { STEP_BITS = 7 }; /* HISTOGRAM_STEPS is 1 << STEP_BITS */

static unsigned int octave_of(uint64_t value)
{
	return value < HISTOGRAM_STEPS ? 0 : 64 - STEP_BITS - (unsigned int)__builtin_clzll(value);
}

/* The width of a bucket in the octave, as a power of two. */
static unsigned int width_bits(unsigned int octave)
{
	return octave ? octave - 1 : 0;
}

static unsigned int step_of(uint64_t value, unsigned int octave)
{
	return (unsigned int)(value >> width_bits(octave)) & (HISTOGRAM_STEPS - 1);
}

/* The largest value that is counted in this bucket. */
static uint64_t upper_end(unsigned int octave, unsigned int step)
{
	uint64_t first = octave ? HISTOGRAM_STEPS + step : step;

	return ((first + 1) << width_bits(octave)) - 1;
}

int histogram_add(struct histogram *histogram, int64_t value)
{
	uint64_t counted = value < 0 ? 0 : (uint64_t)value;
	unsigned int octave = octave_of(counted);

	if (!histogram->octaves[octave])
		histogram->octaves[octave] = calloc(HISTOGRAM_STEPS, sizeof(uint64_t));
	if (!histogram->octaves[octave])
		return -ENOMEM;
	histogram->octaves[octave][step_of(counted, octave)]++;
	histogram->count++;
	if (counted > histogram->max)
		histogram->max = counted;
	return 0;
}

static int add_octave(struct histogram *histogram, unsigned int octave, const uint64_t *counts)
{
	if (!histogram->octaves[octave])
		histogram->octaves[octave] = calloc(HISTOGRAM_STEPS, sizeof(uint64_t));
	if (!histogram->octaves[octave])
		return -ENOMEM;
	for (unsigned int step = 0; step < HISTOGRAM_STEPS; step++) {
		histogram->octaves[octave][step] += counts[step];
		histogram->count += counts[step];
	}
	return 0;
}

int histogram_add_all(struct histogram *histogram, const struct histogram *other)
{
	for (unsigned int octave = 0; octave < HISTOGRAM_OCTAVES; octave++) {
		if (other->octaves[octave] &&
		    add_octave(histogram, octave, other->octaves[octave]) < 0)
			return -ENOMEM;
	}
	if (other->max > histogram->max)
		histogram->max = other->max;
	return 0;
}

/* No percentile is above the largest value. */
static uint64_t bounded(const struct histogram *histogram, uint64_t value)
{
	return value < histogram->max ? value : histogram->max;
}

uint64_t histogram_percentile(const struct histogram *histogram, double percent)
{
	uint64_t wanted = (uint64_t)ceil((double)histogram->count * percent / 100), seen = 0;

	if (wanted == 0)
		wanted = 1;
	for (unsigned int octave = 0; octave < HISTOGRAM_OCTAVES; octave++) {
		for (unsigned int step = 0; histogram->octaves[octave] && step < HISTOGRAM_STEPS;
		     step++) {
			seen += histogram->octaves[octave][step];
			if (seen >= wanted)
				return bounded(histogram, upper_end(octave, step));
		}
	}
	return histogram->max;
}

void histogram_finish(struct histogram *histogram)
{
	for (unsigned int i = 0; i < HISTOGRAM_OCTAVES; i++)
		free(histogram->octaves[i]);
	*histogram = (struct histogram){ 0 };
}
