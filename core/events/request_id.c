/* SPDX-License-Identifier: MIT */
#include "request_id.h"

/* Each bit of the result depends on each bit of the word (the finalizer of SplitMix64). */
static uint64_t mix(uint64_t word)
{
	word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
	return word ^ word >> 31;
}

uint64_t request_id(uint64_t seed, const struct hit_head *start)
{
	uint64_t thread = (uint64_t)start->pid << 32 | start->tid;
	uint64_t id = mix(mix(seed ^ start->time) ^ thread);

	return id ? id : 1;
}
