/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ARM64_EFFECTS_H
#define GOHTTPSNOOP_ABI_ARM64_EFFECTS_H

#include "instruction.h"

/*
 * Where a large frame is being made: Go subtracts its size from SP into another register, saves the return address
 * relative to that, and then moves it to SP.
 */
struct arm64_frame {
	uint8_t reg; /* holds SP and a constant; 31 is none */
	int64_t offset;
};

static const struct arm64_frame arm64_frame_none = { .reg = 31 };

/* What one instruction changes; the frame is as it is before it. */
struct instruction_effects arm64_effects(uint32_t word, const struct arm64_frame *frame);

/* Where the frame is after it. */
void arm64_frame_follow(struct arm64_frame *frame, uint32_t word);

#endif
